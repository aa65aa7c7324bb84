"""Halden Air: an airline, Bergen to the coast."""

from bpo.demo.content.scripts_halden_air import SCRIPTS
from bpo.demo.content.shapes import (
    ClientContent,
    DispositionContent,
    DoorContent,
    HoursContent,
    LoginContent,
    ProductContent,
    PromiseContent,
    QueueContent,
    ReasonContent,
    RuleContent,
)
from bpo.demo.content.talks_halden_air import TALKS

HALDEN_AIR = ClientContent(
    slug="halden-air",
    name="Halden Air",
    prefix="HAL",
    zone="Europe/Oslo",
    country="NO",
    currency="EUR",
    trade=("Airline, Bergen to the coast", "Aerolínea, de Bergen a la costa"),
    colour="#0b5f6b",
    logo="logo-halden-air.png",
    sender_name="Halden Air",
    address="hello@halden-air.example",
    phone="+47 55 50 01 42",
    never_say="That a flight will leave on time, or the name of another airline as a better choice.",
    order_prefix="HA-",
    account_prefix="H-",
    policy={
        "turnaround_minutes": 120,
        "callback_window_minutes": 60,
        "callback_attempts": 4,
        "callback_retry_minutes": 15,
        "reopen_days": 30,
        "verification_facts_needed": 2,
        "client_sees_transcripts": True,
        "recording": "ask",
    },
    promises=(
        PromiseContent("voice", 30, 90, 85),
        PromiseContent("chat", 60, 80, 70),
        PromiseContent("email", 28_800, 85, 75),
    ),
    hours=(
        HoursContent("All day", always=True),
        HoursContent(
            "Baggage desk",
            days={**dict.fromkeys(range(5), (("06:00", "12:00"), ("12:30", "22:00"))), 5: (("07:00", "15:00"),)},
            holidays="NO",
        ),
    ),
    queues=(
        QueueContent(
            "Phone", "voice", "All day", {"priority": 5, "wrap_up_seconds": 45, "callback_offer_seconds": 90},
            {"rebooking": 1},
        ),
        QueueContent("Chat", "chat", "All day", {"priority": 4, "wrap_up_seconds": 40, "when_unstaffed": "callback"}),
        QueueContent("Email", "email", "All day", {"priority": 1, "wrap_up_seconds": 60, "offer_seconds": 40}),
    ),
    doors=(
        DoorContent(
            "widget", "Chat on the site", "Chat", "All day",
            rules=(
                RuleContent("Chat", reason="cancelled", priority=7, wants={"rebooking": 2}),
                RuleContent("Chat", reason="lost-bag", wants={"baggage": 2}),
            ),
        ),
        DoorContent("mailbox", "Customer relations", "Email", "All day", "hello@halden-air.example"),
        DoorContent("form", "Call me back", "Phone", "Baggage desk"),
        DoorContent("phone", "Reservations", "Phone", "All day", "+4755500142"),
        DoorContent("api", "Departure system", "Phone", "All day"),
    ),
    product_types={"flight": ("Flight", "Vuelo"), "baggage": ("Baggage", "Equipaje")},
    products=(
        ProductContent("bgo-trd", "flight", "Bergen to Trondheim", 118),
        ProductContent("bgo-tos", "flight", "Bergen to Tromsø", 164),
        ProductContent("bgo-mad", "flight", "Bergen to Madrid", 212),
        ProductContent("bgo-svg", "flight", "Bergen to Stavanger", 89),
        ProductContent("cabin-pet", "flight", "Pet in the cabin", 60),
        ProductContent("checked-bag", "baggage", "Checked bag, 23 kg", 38),
        ProductContent("ski-bag", "baggage", "Skis or golf bag", 55),
    ),
    reasons=(
        ReasonContent("cancelled", "complaint", ("Flight cancelled or late", "Vuelo cancelado o con retraso"), 24),
        ReasonContent("change", "enquiry", ("Change my booking", "Cambiar mi reserva"), 30),
        ReasonContent("seat", "enquiry", ("Seat or extras", "Asiento o extras"), 14),
        ReasonContent("lost-bag", "complaint", ("Bag lost or damaged", "Equipaje perdido o dañado"), 16),
        ReasonContent("before-booking", "enquiry", ("Before I book", "Antes de reservar"), 12),
        ReasonContent("praise", "appreciation", ("Praise for the crew", "Felicitación a la tripulación"), 4),
    ),
    dispositions=(
        DispositionContent("rebooked", "Rebooked"),
        DispositionContent("rebooked-same", "Same day", "rebooked"),
        DispositionContent("rebooked-other", "Another day", "rebooked"),
        DispositionContent("seat-changed", "Seat changed"),
        DispositionContent("claim", "Claim opened"),
        DispositionContent("refunded", "Fare refunded"),
        DispositionContent("answered", "Question answered"),
        DispositionContent("callback", "Callback promised", needs_follow_up=True),
        DispositionContent("handed-to-client", "Handed to Halden Air", needs_note=True),
        DispositionContent("handed-on", "Handed on to a colleague or line"),
        DispositionContent("not-reached", "Customer not reached"),
        DispositionContent("customer-left", "Customer left before the end"),
    ),
    texts={
        "widget_welcome": (
            "Welcome on board. What can Halden Air do for you?",
            "Bienvenido a bordo. ¿En qué puede ayudarle Halden Air?",
        ),
        "waiting": (
            "Thank you for waiting. Your place is kept.",
            "Gracias por esperar. Conserva su turno.",
        ),
        "resolution": (
            "Thank you for contacting Halden Air. Here is what we arranged.",
            "Gracias por contactar con Halden Air. Esto es lo que hemos dispuesto.",
        ),
    },
    snippets={
        "pet": (
            "A dog up to 8 kg travels in the cabin in a soft bag of 45 x 30 x 24 cm, under the seat in front of you.",
            "Un perro de hasta 8 kg viaja en cabina en una bolsa blanda de 45 x 30 x 24 cm, bajo el asiento delantero.",
        ),
        "rights": (
            "When we cancel within fourteen days you may choose: another flight, or the fare back within seven days.",
            "Si cancelamos con menos de catorce días puede elegir: otro vuelo, o el importe en siete días.",
        ),
        "bye": ("Thank you, and a pleasant flight.", "Gracias, y buen vuelo."),
    },
    scripts=SCRIPTS,
    talks=TALKS,
    logins=(LoginContent("sigrid", "Sigrid Moe", "manager"), LoginContent("anders", "Anders Lie", "viewer")),
    spanish_share=0.25,
    a_day={"voice": 46, "chat": 34, "email": 16},
)  # fmt: skip
