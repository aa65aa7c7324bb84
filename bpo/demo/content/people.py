"""The people of the floor: fourteen agents, their supervisors, teams, skills, licences and capacity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DOMAIN = "contact-center.example"

SKILLS: dict[str, tuple[str, str]] = {
    "en": ("English", "en"),
    "es": ("Spanish", "es"),
    "orders": ("Orders and billing", ""),
    "tech": ("Tech support", ""),
    "rebooking": ("Rebooking", ""),
    "baggage": ("Baggage", ""),
    "pharmacy": ("Pharmacy desk", ""),
}

TEAMS: dict[str, tuple[str, ...]] = {"Harbour": ("priya", "tom"), "Terrace": ("priya",), "Garden": ("tom", "priya")}

# budget, points by channel, caps by channel
PROFILES: dict[str, tuple[int, tuple[int, int, int], tuple[int, int, int]]] = {
    "Standard": (100, (100, 33, 20), (1, 3, 5)),
    "Two chats": (100, (100, 50, 25), (1, 2, 3)),
    "Phone and chat": (100, (100, 20, 20), (1, 3, 3)),
}

BREAKS: tuple[tuple[str, str, int | None], ...] = (
    ("break", "Break", 15),
    ("lunch", "Lunch", 40),
    ("training", "Training", 60),
    ("meeting", "Meeting", 30),
    ("coaching", "Coaching", 30),
    ("system", "System trouble", 20),
)


@dataclass(frozen=True, slots=True)
class AgentContent:
    """One employee; `licensed` holds the slugs of clients, `public` her names where they differ from the first one."""

    key: str
    name: str
    team: str
    profile: str
    skills: Mapping[str, int]
    licensed: tuple[str, ...]
    public: Mapping[str, str] = field(default_factory=dict)
    training: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        """The login."""
        return f"{self.key}@{DOMAIN}"


TG, HA, MR = "the-tech-giant", "halden-air", "maple-row-pharmacy"

AGENTS: tuple[AgentContent, ...] = (
    AgentContent(
        "alex", "Aleksandra Nowak", "Harbour", "Phone and chat",
        {"en": 5, "es": 2, "orders": 4, "tech": 1, "rebooking": 3, "baggage": 2, "pharmacy": 3},
        (TG, HA, MR), {TG: "Alex", HA: "Alex", MR: "Alex"},
    ),
    AgentContent("ben", "Ben Carver", "Harbour", "Standard", {"en": 5, "es": 3, "orders": 3, "tech": 4}, (TG,)),
    AgentContent("dev", "Dev Malhotra", "Harbour", "Standard", {"en": 5, "orders": 4, "tech": 3}, (TG,)),
    AgentContent(
        "farid", "Farid Nazari", "Harbour", "Standard",
        {"en": 4, "orders": 3, "tech": 2, "rebooking": 2, "baggage": 2}, (TG, HA), {TG: "Sam", HA: "Sam"},
    ),
    AgentContent(
        "mina", "Mina Farouk", "Harbour", "Standard", {"en": 4, "es": 3, "orders": 2, "tech": 3}, (TG,),
        {TG: "Robin"},
    ),
    AgentContent(
        "leo", "Leo Tanaka", "Terrace", "Standard",
        {"en": 5, "es": 4, "orders": 3, "tech": 2, "rebooking": 4, "baggage": 2}, (TG, HA),
    ),
    AgentContent("elena", "Elena Marsh", "Harbour", "Standard", {"en": 5, "orders": 5, "tech": 1}, (TG,)),
    AgentContent(
        "ines", "Ines Duarte", "Terrace", "Standard", {"en": 4, "es": 5, "rebooking": 3, "baggage": 5}, (HA,)
    ),
    AgentContent(
        "chiara", "Chiara Conti", "Harbour", "Two chats", {"en": 4, "es": 1, "orders": 2, "tech": 3}, (TG,)
    ),
    AgentContent(
        "hugo", "Hugo Brandt", "Terrace", "Standard",
        {"en": 4, "es": 2, "rebooking": 4, "baggage": 3, "pharmacy": 3}, (HA, MR),
    ),
    AgentContent(
        "kira", "Kira Novak", "Terrace", "Standard",
        {"en": 5, "orders": 3, "tech": 2, "rebooking": 3, "baggage": 3}, (TG, HA),
    ),
    AgentContent(
        "noor", "Noor Haddad", "Garden", "Standard",
        {"en": 5, "es": 2, "orders": 3, "tech": 1, "pharmacy": 5}, (TG, MR),
    ),
    AgentContent(
        "jonah", "Jonah Price", "Garden", "Two chats", {"en": 5, "rebooking": 1, "baggage": 1, "pharmacy": 1}, (HA,),
        training=(MR,),
    ),
    AgentContent(
        "grace", "Grace Lindqvist", "Terrace", "Standard",
        {"en": 4, "rebooking": 4, "baggage": 4, "orders": 2, "tech": 2}, (HA,), training=(TG,),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StaffContent:
    """A supervisor; `admin` may do everything."""

    key: str
    name: str
    clients: tuple[str, ...]
    admin: bool = False

    @property
    def email(self) -> str:
        """The login."""
        return f"{self.key}@{DOMAIN}"


STAFF: tuple[StaffContent, ...] = (
    StaffContent("priya", "Priya Raman", (TG, HA, MR)),
    StaffContent("tom", "Tom Wolski", (TG, HA, MR), admin=True),
)
VISITOR = "alex"
"""The agent whom the simulator never plays, so that a visitor can."""
