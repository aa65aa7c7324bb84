"""A task for the client's own people: made by an agent, done by them in their rooms."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.accounts.models import User
from bpo.kernel import clock, words
from bpo.kernel.errors import IllegalMove, InvalidValue, StaleState
from bpo.kernel.states import advance
from clients.models import Client
from interactions import journal
from interactions.acts.doing import CannotUndo, Doing
from interactions.answers import AnswersWrong
from interactions.models import Action, ClientTask, Interaction, Kind, Leg, TaskState

MOST_TITLE, MOST_DETAILS, MOST_NOTE = 120, 1000, 500
FARTHEST = timedelta(days=366)
MOVES: dict[str, frozenset[str]] = {TaskState.OPEN: frozenset({TaskState.DONE, TaskState.WITHDRAWN})}


def create(doing: Doing) -> str:
    """Something to do until a day, in the client's zone."""
    due = date.fromisoformat(doing.values["task_due"])
    if wrong := _wrong_day(doing.run.client, due, doing.at):
        raise AnswersWrong({"task_due": wrong})
    asked = doing.values["task_title"], doing.values.get("task_details", "")
    return _make(doing.interaction, *asked, due, at=doing.at, action=doing.action).title


@transaction.atomic
def ask(
    leg: Leg, *, title: str, due_on: date | None, details: str = "", by: Agent, at: datetime | None = None
) -> ClientTask:
    """The agent asks it beside the call flow, in wrap-up for example; asked twice from one leg it is one task.

    InvalidValue says what is missing, or why the day cannot be. Called with the leg known to be hers.
    """
    at, title = at or clock.now(), words.line(title, most=MOST_TITLE)
    if not title:
        raise InvalidValue("no title", sentence=_("Say what the company’s people are to do."))
    if due_on is None:
        raise InvalidValue("no day", sentence=_("Say until which day the company’s people are to do it."))
    if wrong := _wrong_day(leg.client, due_on, at):
        raise InvalidValue(f"due {due_on}", sentence=wrong)
    try:
        with transaction.atomic():
            task = _make(leg.interaction, title, details, due_on, at=at, leg=leg)
    except IntegrityError:
        return ClientTask.objects.get(leg=leg, title=title, due_on=due_on)
    journal.record(leg, Kind.ACTION_DONE, by=by, at=at, name="create_task", ref=title)
    return task


def _make(contact: Interaction, title: str, details: str, due: date, *, at: datetime, **source: Any) -> ClientTask:
    return ClientTask.objects.create(
        client=contact.client,
        customer=contact.customer,
        case=contact.case,
        title=words.line(title, most=MOST_TITLE),
        details=words.line(details, most=MOST_DETAILS),
        due_on=due,
        made_at=at,
        **source,
    )


def _wrong_day(client: Client, due: date, at: datetime) -> str:
    today = client.day_at(at)
    if due < today:
        return str(_("This day has passed. Choose one that lies ahead."))
    return str(_("This is more than a year ahead.")) if due > today + FARTHEST else ""


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
    how = {"name": "create_task", "ref": task.title, "how": str(TaskState.DONE)}
    if task.action is not None:
        how["step"] = task.action.step
    about = task.action.run if task.action is not None else task.leg
    assert about is not None
    journal.record(about, Kind.ACTION_SETTLED, by=by, at=at, **how)
    return task


def due_in(client: Client, days: object, at: datetime) -> str:
    """So many days from today, in the client's zone, as a form has it."""
    ahead = days if isinstance(days, int) else 3
    return (client.day_at(at) + timedelta(days=ahead)).isoformat()
