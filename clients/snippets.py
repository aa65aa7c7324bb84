"""Ready sentences: written, written anew and put out of use; who did it and when is kept."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from bpo.kernel.history import because
from clients.models import Client, Snippet


class ShortcutTaken(DomainError):
    """The client has such a sentence in this language."""

    code = "snippet_shortcut"
    sentence = _("The company has a ready sentence of this shortcut in this language already.")


class SnippetChanged(DomainError):
    """Somebody else saved it since this one opened it."""

    code = "snippet_changed"
    sentence = _("Somebody changed this sentence meanwhile. Look at it as it is now; what you wrote is still here.")


@transaction.atomic
def add(client: Client, *, language: str, shortcut: str, text: str, by: User) -> Snippet:
    """A further sentence; one that was out of use under this shortcut is in use again, in these words.

    ShortcutTaken while another is in use.
    """
    taken = Snippet.objects.filter(client=client, language=language, shortcut=shortcut, retired_at=None)
    if taken.exists():
        raise ShortcutTaken
    return put(client, language=language, shortcut=shortcut, text=text, by=by)


@transaction.atomic
def put(client: Client, *, language: str, shortcut: str, text: str, by: User) -> Snippet:
    """In use in these words, whatever was there."""
    with because("written", by=by):
        made, fresh = Snippet.objects.select_for_update().get_or_create(
            client=client, language=language, shortcut=shortcut, defaults={"text": text}
        )
        return made if fresh else _save(made, text=text)


@transaction.atomic
def change(snippet: Snippet, *, language: str, shortcut: str, text: str, edition: int, by: User) -> Snippet:
    """Its words, shortcut and language. SnippetChanged when it is not the edition that was opened."""
    with because("changed", by=by):
        fresh = Snippet.objects.select_for_update().get(pk=snippet.pk)
        if fresh.edition != edition:
            raise SnippetChanged
        try:
            with transaction.atomic():
                return _save(fresh, language=language, shortcut=shortcut, text=text, retired_at=fresh.retired_at)
        except IntegrityError as error:
            raise ShortcutTaken from error


def _save(
    snippet: Snippet, *, text: str, language: str = "", shortcut: str = "", retired_at: datetime | None = None
) -> Snippet:
    snippet.language, snippet.shortcut = language or snippet.language, shortcut or snippet.shortcut
    snippet.text, snippet.retired_at, snippet.edition = text, retired_at, snippet.edition + 1
    snippet.save()
    return snippet


@transaction.atomic
def retire(snippet: Snippet, *, by: User, at: datetime | None = None) -> None:
    """Out of use: no agent finds it any more; twice is once."""
    with because("put out of use", by=by):
        in_use = Snippet.objects.filter(pk=snippet.pk, retired_at=None)
        in_use.update(retired_at=at or clock.now(), edition=F("edition") + 1)


@transaction.atomic
def use_again(snippet: Snippet, *, by: User) -> None:
    """In use again, in the words it has; twice is once."""
    with because("put into use", by=by):
        retired = Snippet.objects.filter(pk=snippet.pk, retired_at__isnull=False)
        retired.update(retired_at=None, edition=F("edition") + 1)
