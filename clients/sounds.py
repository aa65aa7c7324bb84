"""A client's own sounds: taken in once they are checked, replaced, removed, and found for a caller's language."""

from __future__ import annotations

import hashlib
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bpo.kernel import clock, sounds, words
from bpo.kernel.errors import InvalidValue
from clients.models import BrandSound, Client, SoundKind

MOST_BYTES = 8 * 1024 * 1024
ENDINGS = {sounds.WEBM: "webm", sounds.OGG: "ogg", sounds.MP3: "mp3", sounds.WAV: "wav", sounds.MP4: "m4a"}


class SoundTooLarge(InvalidValue):
    """Callers with a slow net would wait for it."""

    code = "sound_too_large"
    sentence = _("A sound may have 8 MB at most. As MP3 that is several minutes.")


class NoSound(InvalidValue):
    """By its content, whatever its name says."""

    code = "no_sound"
    sentence = _("This is no sound that browsers play. MP3, M4A, WAV, Ogg and WebM without a picture are.")


class SilentSound(InvalidValue):
    """Callers would hear nothing, and think the line dead."""

    code = "silent_sound"
    sentence = _("We hear nothing in this file. Choose another, or record it again.")


@transaction.atomic
def put(client: Client, kind: str, language: str, upload: UploadedFile) -> BrandSound:
    """The sound of this kind and language from now on; what it replaces is deleted."""
    if (upload.size or 0) > MOST_BYTES:
        raise SoundTooLarge
    content = upload.read()
    content_type = sounds.kind_of(content)
    if not content_type:
        raise NoSound
    if sounds.is_silent(content):
        raise SilentSound
    Client.objects.select_for_update(no_key=True).get(pk=client.pk)  # two uploads are taken one after the other
    before = BrandSound.objects.filter(client=client, kind=kind, language=language).first()
    sound = before or BrandSound(client=client, kind=kind, language=language)
    old = sound.file.name if before else ""
    path = f"sounds/{client.public_id}/{uuid4()}.{ENDINGS[content_type]}"
    sound.file.name = default_storage.save(path, ContentFile(content))
    sound.name = words.salvaged_line(upload.name or "", most=120)
    sound.content_type, sound.bytes = content_type, len(content)
    sound.sha256, sound.uploaded_at = hashlib.sha256(content).hexdigest(), clock.now()
    sound.save()
    _drop_after(old)
    return sound


@transaction.atomic
def remove(sound: BrandSound) -> None:
    """Callers read the text and hear our tones again."""
    old = sound.file.name
    sound.delete()
    _drop_after(old)


def _drop_after(path: str | None) -> None:
    if path:
        transaction.on_commit(lambda: default_storage.delete(path))


def named(client: Client, digest: str) -> BrandSound | None:
    """The sound of this public name; the whole name, no part of it."""
    return next((each for each in BrandSound.objects.filter(client=client) if each.digest == digest), None)


def of(client: Client, language: str) -> dict[str, BrandSound]:
    """What a caller of this language hears, by kind. Words of another language are not spoken to him: he reads ours."""
    rows = BrandSound.objects.filter(client=client, language__in=["", language])
    return {SoundKind(row.kind).value: row for row in rows}
