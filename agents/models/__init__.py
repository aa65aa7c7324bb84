"""Who does the work: agents, teams, skills, licences, seats and the log of presence."""

from agents.models.agent import Agent, CapacityProfile, QueueTeam, Team, TeamSupervisor
from agents.models.desk import Density, DeskSettings
from agents.models.licence import Licence, LicenceState
from agents.models.overflow import END_ACTIONS, OverflowStep, StepAction
from agents.models.presence import PresenceEntry, PresenceReason
from agents.models.rules import QueueVersion, RulesState
from agents.models.seat import ConsoleSession, Presence, Seat
from agents.models.skill import AgentSkill, QueueSwitchedOff

__all__ = [
    "END_ACTIONS",
    "Agent",
    "AgentSkill",
    "CapacityProfile",
    "ConsoleSession",
    "Density",
    "DeskSettings",
    "Licence",
    "LicenceState",
    "OverflowStep",
    "Presence",
    "PresenceEntry",
    "PresenceReason",
    "QueueSwitchedOff",
    "QueueTeam",
    "QueueVersion",
    "RulesState",
    "Seat",
    "StepAction",
    "Team",
    "TeamSupervisor",
]
