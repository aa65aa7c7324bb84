"""Maple Row Pharmacy: a pharmacy that delivers."""

from bpo.demo.content.scripts_maple_row import SCRIPTS
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
from bpo.demo.content.talks_maple_row import TALKS

MAPLE_ROW = ClientContent(
    slug="maple-row-pharmacy",
    name="Maple Row Pharmacy",
    prefix="MRP",
    zone="America/Chicago",
    country="US",
    currency="USD",
    trade=("Pharmacy, pick-up and delivery", "Farmacia, recogida y reparto"),
    colour="#97265d",
    logo="logo-maple-row.png",
    sender_name="Maple Row Pharmacy",
    address="care@maple-row.example",
    phone="+1 312 555 0119",
    never_say="Any advice on dose or effect: the pharmacist calls back for that.",
    order_prefix="MR-",
    account_prefix="M-",
    policy={
        "turnaround_minutes": 180,
        "callback_window_minutes": 120,
        "callback_attempts": 3,
        "callback_retry_minutes": 20,
        "reopen_days": 7,
        "verification_facts_needed": 2,
        "verification_failure": "call_back",
        "verification_lock_hours": 24,
        "voice_handling_seconds": 300,
        "client_sees_transcripts": False,
        "client_sees_customer_names": False,
        "send_survey": True,
        "retention_days": 365,
    },
    promises=(
        PromiseContent("voice", 20, 80, 75),
        PromiseContent("chat", 60, 80, 70),
        PromiseContent("email", 28_800, 85, 75),
    ),
    hours=(
        HoursContent(
            "Counter",
            days={**dict.fromkeys(range(5), (("09:00", "13:00"), ("14:00", "19:00"))), 5: (("09:00", "13:00"),)},
            holidays="US",
            holidays_of="IL",
            short_days={"12-24": ("09:00", "13:00")},
        ),
    ),
    queues=(
        QueueContent(
            "Phone", "voice", "Counter", {"priority": 5, "wrap_up_seconds": 60, "callback_offer_seconds": 45},
            {"pharmacy": 2},
        ),
        QueueContent(
            "Chat", "chat", "Counter", {"priority": 4, "wrap_up_seconds": 45, "when_unstaffed": "callback"},
            {"pharmacy": 2},
        ),
        QueueContent(
            "Email", "email", "Counter", {"priority": 1, "wrap_up_seconds": 60, "offer_seconds": 40}, {"pharmacy": 1}
        ),
    ),
    doors=(
        DoorContent(
            "widget", "Chat on the site", "Chat", "Counter",
            rules=(RuleContent("Chat", reason="pharmacist", wants={"pharmacy": 3}, priority=6),),
        ),
        DoorContent("mailbox", "Counter mail", "Email", "Counter", "care@maple-row.example"),
        DoorContent("form", "Call me back", "Phone", "Counter"),
        DoorContent("phone", "Counter phone", "Phone", "Counter", "+13125550119"),
        DoorContent("api", "Dispensary system", "Phone", "Counter"),
    ),
    product_types={"prescription": ("Prescription", "Receta"), "counter": ("Without prescription", "Sin receta")},
    products=(
        ProductContent("refill", "prescription", "Prescription refill", 15),
        ProductContent("new-prescription", "prescription", "New prescription", 15),
        ProductContent("allergy-relief", "counter", "Allergy relief, 30 tablets", 18),
        ProductContent("vitamin-d", "counter", "Vitamin D drops", 12),
        ProductContent("home-delivery", "counter", "Home delivery", 6),
    ),
    reasons=(
        ReasonContent("pick-up", "enquiry", ("Pick-up or delivery", "Recogida o entrega"), 34),
        ReasonContent("refill", "enquiry", ("Refill", "Renovar receta"), 30),
        ReasonContent("pharmacist", "enquiry", ("Question to the pharmacist", "Pregunta al farmacéutico"), 14),
        ReasonContent("wrong-item", "complaint", ("Something is missing or wrong", "Falta algo o es incorrecto"), 12),
        ReasonContent("insurance", "enquiry", ("Insurance or bill", "Seguro o factura"), 8),
        ReasonContent("praise", "appreciation", ("Praise", "Felicitación"), 2),
    ),
    dispositions=(
        DispositionContent("arranged", "Arranged"),
        DispositionContent("arranged-pick-up", "Pick-up moved", "arranged"),
        DispositionContent("arranged-refill", "Refill ordered", "arranged"),
        DispositionContent("answered", "Question answered"),
        DispositionContent("pharmacist", "Pharmacist calls back", needs_follow_up=True),
        DispositionContent("exchanged", "Exchanged"),
        DispositionContent("handed-to-client", "Handed to Maple Row", needs_note=True),
        DispositionContent("handed-on", "Handed on to a colleague or line"),
        DispositionContent("not-reached", "Customer not reached"),
        DispositionContent("customer-left", "Customer left before the end"),
    ),
    texts={
        "widget_welcome": (
            "Hello, this is Maple Row Pharmacy. How can we help?",
            "Hola, somos Maple Row Pharmacy. ¿En qué podemos ayudarle?",
        ),
        "after_hours": (
            "The counter is closed just now. We come back to you when it opens, by phone if you leave a number. In an emergency call 911.",
            "El mostrador está cerrado ahora. Le respondemos al abrir, por teléfono si nos deja un número. En una urgencia llame al 911.",
        ),
    },
    snippets={
        "ready": ("Your order is ready; please bring a photo ID.", "Su pedido está listo; traiga un documento con foto."),
        "pharmacist": (
            "That is a question for the pharmacist. May she call you back today?",
            "Eso es para la farmacéutica. ¿Puede llamarle hoy?",
        ),
        "bye": ("Thank you, take care.", "Gracias, cuídese."),
    },
    scripts=SCRIPTS,
    talks=TALKS,
    logins=(LoginContent("june", "June Park", "manager"), LoginContent("walt", "Walt Greer", "viewer")),
    spanish_share=0.15,
    a_day={"voice": 22, "chat": 12, "email": 7},
)  # fmt: skip
