"""A task for the client's own people: made by an agent, done by them in their rooms."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bpo.accounts.models import User
from bpo.kernel import clock, words
from bpo.kernel.errors import IllegalMove, StaleState
from bpo.kernel.states import advance
from clients.models import Client
from interactions import journal
from interactions.acts.doing import CannotUndo, Doing
from interactions.answers import AnswersWrong
from interactions.models import Action, ClientTask, Kind, TaskState

MOST_TITLE, MOST_DETAILS, MOST_NOTE = 120, 1000, 500
FARTHEST = timedelta(days=366)
MOVES: dict[str, frozenset[str]] = {TaskState.OPEN: frozenset({TaskState.DONE, TaskState.WITHDRAWN})}


def create(doing: Doing) -> str:
    """Something to do until a day, in the client's zone."""
    due, today = date.fromisoformat(doing.values["task_due"]), doing.run.client.day_at(doing.at)
    if due < today:
        raise AnswersWrong({"task_due": str(_("This day has passed. Choose one that lies ahead."))})
    if due > today + FARTHEST:
        raise AnswersWrong({"task_due": str(_("This is more than a year ahead."))})
    task = ClientTask.objects.create(
        client=doing.run.client,
        action=doing.action,
        customer=doing.interaction.customer,
        case=doing.case,
        title=words.line(doing.values["task_title"], most=MOST_TITLE),
        details=words.line(doing.values.get("task_details", ""), most=MOST_DETAILS),
        due_on=due,
        made_at=doing.at,
    )
    return task.title


def withdraw(action: Action, at: datetime) -> None:
    """While the client's people have not done it."""
    try:
        advance(action.task, TaskState.WITHDRAWN, allowed=MOVES)
    except (IllegalMove, StaleState) as error:
        raise CannotUndo(sentence=_("The company's people have done this already.")) from error


def still(action: Action) -> bool:
    """Whether it is not done."""
    return action.task.state == TaskState.OPEN


@transaction.atomic
def finish(task: ClientTask, *, note: str, by: User, at: datetime | None = None) -> ClientTask:
    """The client's people did it, and say what. Done or withdrawn meanwhile: StaleState or IllegalMove."""
    at = at or clock.now()
    note = words.line(note, most=MOST_NOTE)
    advance(task, TaskState.DONE, allowed=MOVES, done_at=at, done_by=by, note=note)
    action = task.action
    how = {"name": action.name, "step": action.step, "ref": action.ref, "how": str(TaskState.DONE)}
    journal.record(action.run, Kind.ACTION_SETTLED, by=by, at=at, **how)
    return task


def due_in(client: Client, days: object, at: datetime) -> str:
    """So many days from today, in the client's zone, as a form has it."""
    ahead = days if isinstance(days, int) else 3
    return (client.day_at(at) + timedelta(days=ahead)).isoformat()
