"""The Tech Giant: electronics, an online shop."""

from bpo.demo.content.scripts_tech_giant import SCRIPTS
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
    StepContent,
)
from bpo.demo.content.talks_tech_giant import TALKS

WEEK = dict.fromkeys(range(5), (("08:00", "13:00"), ("13:30", "21:00")))

TECH_GIANT = ClientContent(
    slug="the-tech-giant",
    name="The Tech Giant",
    prefix="TTG",
    zone="America/New_York",
    country="US",
    currency="USD",
    trade=("Laptops and phones, online shop", "Portátiles y teléfonos, tienda en línea"),
    colour="#4b2fc0",
    logo="logo-tech-giant.png",
    sender_name="The Tech Giant",
    address="care@the-tech-giant.example",
    phone="+1 800 555 0142",
    never_say="Another company's name, “it is our policy”, or a delivery day that is not in the order.",
    order_prefix="TG-",
    account_prefix="A-",
    policy={
        "turnaround_minutes": 240,
        "callback_window_minutes": 120,
        "callback_attempts": 3,
        "callback_retry_minutes": 30,
        "reopen_days": 14,
        "refund_limit": 50,
        "verification_facts_needed": 2,
        "verification_lock_hours": 1,
        "voice_handling_seconds": 360,
        "chat_handling_seconds": 540,
        "email_handling_seconds": 420,
        "client_hears_recordings": True,
        "agents_hear_own_recordings": True,
        "recording": "on",
    },
    promises=(
        PromiseContent("voice", 20, 80, 75),
        PromiseContent("chat", 30, 80, 70),
        PromiseContent("email", 14_400, 90, 80),
    ),
    hours=(
        HoursContent(
            "Phone desk",
            days={**WEEK, 5: (("09:00", "18:00"),), 6: (("10:00", "18:00"),)},
            holidays="US",
            short_days={"12-24": ("08:00", "14:00"), "12-31": ("08:00", "16:00")},
        ),
        HoursContent("Around the clock", always=True),
    ),
    queues=(
        QueueContent(
            "Phone",
            "voice",
            "Phone desk",
            {
                "priority": 5,
                "wrap_up_seconds": 60,
                "callback_offer_seconds": 60,
            },
            {"orders": 1},
            (StepContent(120, "raise_priority", raise_by=2), StepContent(780, "promise_callback")),
        ),
        QueueContent(
            "Chat",
            "chat",
            "Around the clock",
            {"priority": 4, "wrap_up_seconds": 45, "cap_per_agent": 3, "when_unstaffed": "callback"},
            {"orders": 1},
        ),
        QueueContent(
            "Tech support",
            "chat",
            "Around the clock",
            {"priority": 4, "wrap_up_seconds": 45, "cap_per_agent": 3, "when_unstaffed": "callback"},
            {"tech": 2},
            (
                StepContent(90, "relax_level", "tech", 1),
                StepContent(90, "raise_priority", raise_by=2),
                StepContent(60, "offer_callback"),
            ),
        ),
        QueueContent(
            "Tech support phone",
            "voice",
            "Phone desk",
            {"priority": 5, "wrap_up_seconds": 60, "callback_offer_seconds": 60},
            {"tech": 2},
            (StepContent(90, "relax_level", "tech", 1), StepContent(780, "promise_callback")),
        ),
        QueueContent("Email", "email", "Around the clock", {"priority": 1, "wrap_up_seconds": 60, "offer_seconds": 40}),
    ),
    doors=(
        DoorContent(
            "widget",
            "Chat on the shop",
            "Chat",
            "Around the clock",
            rules=(
                RuleContent("Chat", attribute=("plan", "Plus"), priority=5),
                RuleContent("Chat", reason="late-delivery", priority=5),
                RuleContent("Chat", reason="tech-support", wants={"tech": 1}),
            ),
        ),
        DoorContent("mailbox", "Customer mail", "Email", "Around the clock", "care@the-tech-giant.example"),
        DoorContent("form", "Call me back", "Phone", "Phone desk"),
        DoorContent(
            "phone",
            "Service number",
            "Phone",
            "Phone desk",
            "+18005550142",
            rules=(RuleContent("Phone", reason="tech-support", wants={"tech": 2}),),
        ),
        DoorContent(
            "web_call",
            "Call from the shop",
            "Phone",
            "Around the clock",
            rules=(
                RuleContent("Phone", key="1", menu=("Orders and billing", "Pedidos y facturas")),
                RuleContent("Tech support phone", key="2", menu=("Tech support", "Soporte técnico")),
                RuleContent("Phone", key="3", menu=("Something else", "Otra cosa")),
            ),
        ),
        DoorContent("api", "Shop system", "Chat", "Around the clock"),
    ),
    product_types={"hardware": ("Hardware", "Equipos"), "care": ("Support and repair", "Soporte y reparación")},
    products=(
        ProductContent("slate-14", "hardware", "Slate 14 laptop, 32 GB", 1649),
        ProductContent("slate-air", "hardware", "Slate Air laptop, 16 GB", 1199),
        ProductContent("slate-dock", "hardware", "Slate dock", 199),
        ProductContent("nova-8", "hardware", "Nova 8 phone, 256 GB", 899),
        ProductContent("nova-8-mini", "hardware", "Nova 8 mini phone", 649),
        ProductContent("hush-buds", "hardware", "Hush earbuds", 179),
        ProductContent("glow-27", "hardware", "Glow 27 monitor", 529),
        ProductContent("giant-care", "care", "Giant Care, repair and support", 129),
        ProductContent("giant-os", "care", "Giant OS and apps", 0),
    ),
    reasons=(
        ReasonContent("late-delivery", "complaint", ("Late delivery", "Entrega con retraso"), 30),
        ReasonContent(
            "order-missing", "complaint", ("Order never came", "El pedido no llegó"), 8, parent="late-delivery"
        ),
        ReasonContent("damaged", "complaint", ("Arrived damaged", "Llegó dañado"), 6),
        ReasonContent("tech-support", "enquiry", ("Something does not work", "Algo no funciona"), 28),
        ReasonContent("invoice", "enquiry", ("Bill or payment", "Factura o pago"), 14),
        ReasonContent("confirmation", "enquiry", ("No order confirmation", "Falta la confirmación"), 10),
        ReasonContent("before-buying", "enquiry", ("Before I buy", "Antes de comprar"), 13),
        ReasonContent("praise", "appreciation", ("Praise", "Felicitación"), 4),
    ),
    dispositions=(
        DispositionContent("solved", "Solved"),
        DispositionContent("solved-told", "Told where it is", "solved"),
        DispositionContent("solved-replacement", "Replacement sent", "solved"),
        DispositionContent("solved-refund", "Refund opened", "solved"),
        DispositionContent("solved-fixed", "Works again", "solved"),
        DispositionContent("answered", "Question answered"),
        DispositionContent("callback", "Callback promised", needs_follow_up=True),
        DispositionContent("handed-to-client", "Handed to The Tech Giant", needs_note=True),
        DispositionContent("handed-on", "Handed on to a colleague or line"),
        DispositionContent("not-reached", "Customer not reached"),
        DispositionContent("customer-left", "Customer left before the end"),
        DispositionContent("wrong-number", "Wrong number or no matter"),
    ),
    texts={
        "widget_welcome": (
            "Hello, this is The Tech Giant. What can we do for you?",
            "Hola, somos The Tech Giant. ¿En qué podemos ayudarle?",
        ),
        "after_hours": (
            "Our phone desk is closed just now. Leave your number and we call you as soon as it opens.",
            "Nuestro teléfono está cerrado ahora. Déjenos su número y le llamamos en cuanto abramos.",
        ),
        "waiting": (
            "Thank you for waiting. The next colleague is yours.",
            "Gracias por esperar. En cuanto alguien quede libre, le atiende.",
        ),
        "resolution": (
            "Thank you for contacting The Tech Giant. Here is what we did.",
            "Gracias por ponerse en contacto con The Tech Giant. Esto es lo que hicimos.",
        ),
    },
    snippets={
        "late": (
            "I am sorry that your order is late. It left our warehouse on time and is with the carrier; I have asked them"
            " where it is and will not let go of it.",
            "Lamento el retraso de su pedido. Salió a tiempo de nuestro almacén y lo tiene el transportista; ya le he"
            " preguntado dónde está y no lo dejo de la mano.",
        ),
        "refund": (
            "The refund is on its way. Your bank usually shows it within three working days.",
            "El reembolso está en camino. Su banco suele mostrarlo en tres días laborables.",
        ),
        "dock": (
            "Please unplug the dock, hold its button for ten seconds, plug it into the left port and wait half a minute.",
            "Desconecte la base, mantenga el botón diez segundos, conéctela al puerto izquierdo y espere medio minuto.",
        ),
        "bye": ("Thank you for writing to us. Have a good day.", "Gracias por escribirnos. Que tenga un buen día."),
    },
    scripts=SCRIPTS,
    talks=TALKS,
    logins=(LoginContent("morgan", "Morgan Hale", "manager"), LoginContent("robin", "Robin Ellis", "viewer")),
    spanish_share=0.2,
    a_day={"voice": 78, "chat": 62, "email": 26},
)
