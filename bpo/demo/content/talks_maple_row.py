"""Conversations of Maple Row Pharmacy's customers."""

from bpo.demo.content.shapes import TalkContent

TALKS = (
    TalkContent(
        "pick-up", "en", "Later pick-up",
        ("Hello, can I pick up my order at five instead of three?", "Yes, my usual order.", "Thank you so much."),
        ("Good day! I look it up. Is it the usual order?", "Moved: it waits for you from five on.", "Take care."),
        "The pick-up was moved to five o'clock.", "arranged-pick-up",
    ),
    TalkContent(
        "pick-up", "es", "Entrega a domicilio",
        ("Hola, ¿me pueden traer el pedido a casa?", "Sí, la misma dirección.", "Gracias."),
        ("Buenos días, claro. ¿A la dirección de siempre?", "Se lo llevamos hoy antes de las siete.", "Cuídese."),
        "El pedido se entrega hoy a domicilio.", "arranged-pick-up",
    ),
    TalkContent(
        "refill", "en", "Refill before the holiday",
        ("I need my refill before Thursday.", "I will pick it up.", "Perfect, thanks."),
        ("Gladly. Pick-up or delivery?", "It is ordered and ready tomorrow after noon.", "Have a good day."),
        "The refill was ordered; it is ready tomorrow after noon.", "arranged-refill",
    ),
    TalkContent(
        "refill", "es", "Renovar receta",
        ("Necesito renovar mi receta.", "La recojo mañana.", "Muchas gracias."),
        ("Buenos días. ¿La recoge o se la llevamos?", "Pedida, mañana a mediodía está lista.", "A usted."),
        "Receta renovada; lista mañana a mediodía.", "arranged-refill",
    ),
    TalkContent(
        "wrong-item", "en", "Drops are missing",
        ("The vitamin drops were not in the bag.", "The bag from this morning.", "Thanks for being so quick."),
        ("I am sorry. Which bag was it?", "They come with today's delivery, at no cost.", "Thank you for telling us."),
        "The missing drops come with today's delivery.", "exchanged",
    ),
    TalkContent(
        "insurance", "en", "Co-pay is higher",
        ("My co-pay is higher than last month.", "I see, thanks."),
        ("Let me look. Your plan started a new year this month.", "You find the table in the mail I send you."),
        "Explained the new plan year.", "answered",
    ),
    TalkContent(
        "praise", "en", "Thank you",
        ("Your driver waited while I came down. So kind.",),
        ("How nice to hear, I will tell him.",),
        "Praise for the driver, passed on.", "answered",
    ),
)  # fmt: skip
