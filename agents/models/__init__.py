"""Who does the work: agents, teams, skills, licences, seats and the log of presence."""

from agents.models.agent import Agent, CapacityProfile, QueueTeam, Team, TeamSupervisor
from agents.models.licence import Licence, LicenceState
from agents.models.presence import PresenceEntry, PresenceReason
from agents.models.seat import ConsoleSession, Presence, Seat
from agents.models.skill import AgentSkill, QueueSwitchedOff

__all__ = [
    "Agent",
    "AgentSkill",
    "CapacityProfile",
    "ConsoleSession",
    "Licence",
    "LicenceState",
    "Presence",
    "PresenceEntry",
    "PresenceReason",
    "QueueSwitchedOff",
    "QueueTeam",
    "Seat",
    "Team",
    "TeamSupervisor",
]
