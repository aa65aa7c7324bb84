"""The case that an act names or opens beside the contact's own, and how that is taken back."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from bpo.kernel import words
from interactions import case_merging, cases
from interactions.acts.doing import CannotUndo, Doing
from interactions.models import Action, Case, CaseOpened, CaseState, Interaction

MOST_SUBJECT = 300


def case_of(doing: Doing) -> Case:
    """The contact's case; opened now when there is none yet."""
    interaction = doing.interaction
    if interaction.case is None:
        opened = cases.open_case(
            interaction.client, interaction.customer, queue=interaction.queue, owner=doing.by, at=doing.at
        )
        Interaction.objects.filter(pk=interaction.pk).update(case=opened)
        interaction.case = opened
    return interaction.case


def open_case(doing: Doing) -> str:
    """The matter with a subject, and a note for who takes it up: the contact's own case, or with `new` a second one
    that follows it, while the contact stays where it is."""
    own, second = case_of(doing), doing.step.params.get("new") is True
    subject = words.line(doing.values["case_subject"], most=MOST_SUBJECT)
    if second:
        contact = doing.interaction
        case = cases.open_case(
            contact.client, contact.customer, subject=subject, queue=contact.queue, follows=own, owner=doing.by,
            at=doing.at,
        )  # fmt: skip
        before = ""
    else:
        case, before = own, own.subject
        case.subject = subject
        case.save(update_fields=["subject"])
    text = doing.values.get("case_note") or doing.note()
    note = cases.add_note(case, by=doing.by, text=text, at=doing.at) if text else None
    CaseOpened.objects.create(
        action=doing.action, case=case, second=second, subject=subject, subject_before=before, note=note
    )
    return case.reference


def take_back(action: Action, at: datetime) -> None:
    """The second case goes into the one it follows, unless somebody wrote in it; the contact's own has its subject
    back, unless it was named anew."""
    opened = _opened(action)
    if opened is None:
        raise CannotUndo
    case, told = opened.case, {"ref": opened.case.reference}
    into = cases.surviving(case.follows) if opened.second and case.follows else None
    # A note that is being written holds its case: it is there by then, or comes after the end.
    list(Case.objects.filter(pk__in=[case.pk, *([into.pk] if into else [])]).order_by("pk").select_for_update())
    case.refresh_from_db()
    if into is not None:
        if _written_in(opened):
            raise CannotUndo(sentence=_("Somebody has gone on with case %(ref)s since.") % told)
        into.refresh_from_db()
        if into.state in (CaseState.CLOSED, CaseState.MERGED):
            raise CannotUndo(sentence=_("Case %(ref)s is closed.") % {"ref": into.reference})
        case_merging.merge(case, into, by=action.agent, at=at)
    elif case.subject != opened.subject:
        raise CannotUndo(sentence=_("Somebody named case %(ref)s anew since.") % told)
    else:
        case.subject = opened.subject_before
        case.save(update_fields=["subject"])


def still(action: Action) -> bool:
    """Whether nobody has gone on with it."""
    opened = _opened(action)
    if opened is None:
        return False
    return not _written_in(opened) if opened.second else opened.case.subject == opened.subject


def _opened(action: Action) -> CaseOpened | None:
    """None of those from before it was kept."""
    return CaseOpened.objects.filter(action=action).select_related("case__follows").first()


def _written_in(opened: CaseOpened) -> bool:
    """Whether anything is in it but what the act itself wrote, or it was moved."""
    untouched = Case.objects.filter(
        pk=opened.case_id, state=CaseState.OPEN, interactions=None, callbacks=None, tasks=None, appointments=None
    )
    notes = opened.case.notes.exclude(pk=opened.note_id) if opened.note_id else opened.case.notes.all()
    return notes.exists() or not untouched.exists()
