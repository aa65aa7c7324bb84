"""The work itself: interactions, legs, visits, lanes, cases, messages, callbacks, notices, runs and the journal."""

from interactions.models.action import Action, AddressChange, CaseOpened
from interactions.models.appointment import Appointment, AppointmentKind, AppointmentState
from interactions.models.call import BEGAN, HEARD, CallLink, CallMedia, ExchangeCall
from interactions.models.callback import Callback, CallbackOrigin, CallbackState
from interactions.models.case import Case, CaseNote, CaseState
from interactions.models.chat import ChatSession
from interactions.models.client_task import ClientTask, TaskState
from interactions.models.fact import ContactFact, Door, End, FigureCheck, FigureMark
from interactions.models.flow_day import FlowDay
from interactions.models.interaction import (
    Arrival,
    Carrier,
    Direction,
    Envelope,
    Interaction,
    Origin,
    Outcome,
    State,
)
from interactions.models.journal import JournalEntry, Kind
from interactions.models.lane import AgentLane, Lane, Refusal
from interactions.models.leg import HANDED_ON, PASSED_ON, EndedBy, Leg, LegRole, LegState
from interactions.models.message import Attachment, Draft, Message, MessageDirection
from interactions.models.monitor import Mode, Monitor
from interactions.models.notice import FOR_CUSTOMERS, FOR_WORKERS, OF_ACTS, Notice, NoticeKind
from interactions.models.paper import FlowPaper, PaperState
from interactions.models.prospect import IN_HAND, REACHED, Prospect, ProspectResult, ProspectState
from interactions.models.recording import Consent, PausedFor, Recording, RecordingState, Side, Track
from interactions.models.refund import Refund, RefundState
from interactions.models.replay import Replay, ReplayState
from interactions.models.run import Run, RunState, StepVisit
from interactions.models.survey import SurveyAnswer
from interactions.models.visit import Visit
from interactions.models.voicemail import Voicemail

__all__ = [
    "BEGAN",
    "FOR_CUSTOMERS",
    "FOR_WORKERS",
    "HANDED_ON",
    "HEARD",
    "IN_HAND",
    "OF_ACTS",
    "PASSED_ON",
    "REACHED",
    "Action",
    "AddressChange",
    "AgentLane",
    "Appointment",
    "AppointmentKind",
    "AppointmentState",
    "Arrival",
    "Attachment",
    "CallLink",
    "CallMedia",
    "Callback",
    "CallbackOrigin",
    "CallbackState",
    "Carrier",
    "Case",
    "CaseNote",
    "CaseOpened",
    "CaseState",
    "ChatSession",
    "ClientTask",
    "Consent",
    "ContactFact",
    "Direction",
    "Door",
    "Draft",
    "End",
    "EndedBy",
    "Envelope",
    "ExchangeCall",
    "FigureCheck",
    "FigureMark",
    "FlowDay",
    "FlowPaper",
    "Interaction",
    "JournalEntry",
    "Kind",
    "Lane",
    "Leg",
    "LegRole",
    "LegState",
    "Message",
    "MessageDirection",
    "Mode",
    "Monitor",
    "Notice",
    "NoticeKind",
    "Origin",
    "Outcome",
    "PaperState",
    "PausedFor",
    "Prospect",
    "ProspectResult",
    "ProspectState",
    "Recording",
    "RecordingState",
    "Refund",
    "RefundState",
    "Refusal",
    "Replay",
    "ReplayState",
    "Run",
    "RunState",
    "Side",
    "State",
    "StepVisit",
    "SurveyAnswer",
    "TaskState",
    "Track",
    "Visit",
    "Voicemail",
]
