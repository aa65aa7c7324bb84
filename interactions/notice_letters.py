"""What a notice says: the words of each kind as a letter, rendered in the client's name, colours and language."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse

from bpo.kernel import links
from clients import texts
from clients.brand_css import mix, normal_colour, text_on
from clients.models import BrandText, Channel, Client, TextKind
from clients.opening import known_zone, next_opening
from clients.times import clock_words, date_words, moment_words, window_words, zone_words
from interactions import act_letters, sender
from interactions.letters import Letter, Line, greeting, zone_of
from interactions.models import Callback, CallLink, Interaction, Message, MessageDirection, Notice, NoticeKind
from interactions.notice_words import say

MOST_LINES = 500


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail as it is sent."""

    subject: str
    text: str
    html: str


def letter_of(notice: Notice) -> Letter:
    """The words of this notice."""
    match NoticeKind(notice.kind):
        case NoticeKind.RESOLUTION:
            return _resolution(notice)
        case NoticeKind.TRANSCRIPT:
            return _transcript(notice)
        case NoticeKind.AFTER_HOURS:
            return _after_hours(notice)
        case NoticeKind.SURVEY:
            return _survey(notice)
        case NoticeKind.NEW_CONTACT:
            return _new_contact(notice)
        case NoticeKind.BOOKING | NoticeKind.BOOKING_CANCELLED:
            return act_letters.booking(notice)
        case NoticeKind.REFUND_DECIDED:
            return act_letters.refund(notice)
        case NoticeKind.ORDER_CONFIRMATION:
            return act_letters.order(notice)
        case NoticeKind.REVIEW_DUE:
            return _review_due(notice)
        case NoticeKind.CALL_LINK:
            return _call_link(notice)
        case _:
            return _callback(notice)


def render(letter: Letter, client: Client, language: str, *, logo: str = sender.LOGO) -> Rendered:
    """The letter as text and HTML; the logo travels with the mail, so that nothing is fetched when it is opened."""
    brand = client.brand
    colour = normal_colour(brand.colour)
    context = {
        "letter": letter,
        "language": language,
        "brand": brand,
        "logo": logo if brand.logo else "",
        "colour": colour,
        "on": text_on(colour),
        "wash": mix(colour, "#ffffff", 0.92),
    }
    return Rendered(
        subject=" ".join(letter.subject.split())[:300],
        text=render_to_string("emails/notice.txt", context).strip() + "\n",
        html=render_to_string("emails/notice.html", context),
    )


def survey_url(interaction: Interaction | None) -> str:
    """The signed link to the survey of a contact; empty when there is nothing to ask."""
    if interaction is None:
        return ""
    return _link("customer-survey", links.sign("survey", str(interaction.public_id)))


def call_link_url(link: CallLink) -> str:
    """The signed link by which somebody whom we call comes to the call."""
    return _link("customer-call-link", links.sign("call link", link.code))


def callback_url(callback: Callback) -> str:
    """The signed link with which a customer changes or cancels his callback."""
    return _link("customer-callback", links.sign("callback", str(callback.public_id)))


def _link(name: str, token: str) -> str:
    try:
        return urljoin(f"{settings.SITE_URL}/", reverse(name, args=[token]))
    except NoReverseMatch:  # an installation without these pages sends mails without the link
        return ""


def _resolution(notice: Notice) -> Letter:
    language, case, client = notice.language, notice.case, notice.client
    assert case is not None
    facts = [(say("reference", language), case.reference)]
    if case.subject:
        facts.append((say("about", language), case.subject))
    if case.resolved_at:
        zone = zone_of(notice.interaction) if notice.interaction else client.zone
        when = moment_words(case.resolved_at, zone, language)
        facts.append((say("resolved_at", language), say("zone", language, window=when, zone=zone_words(zone))))
    survey = survey_url(notice.interaction) if client.policy.send_survey else ""
    of_chat = notice.interaction is not None and notice.interaction.channel == Channel.CHAT
    return Letter(
        subject=say("resolution_subject", language, reference=case.reference),
        title=say("resolution_title", language),
        greeting=greeting(notice),
        paragraphs=(
            texts.text(client, TextKind.RESOLUTION, language, name=notice.to_name, reference=case.reference),
            *_paragraphs(case.summary),
        ),
        facts=tuple(facts),
        lines=conversation(notice.interaction, language) if of_chat else (),
        ask=texts.text(client, TextKind.SURVEY_ASK, language) if survey else "",
        ask_button=(say("survey_button", language), survey) if survey else None,
        closing=(say("resolution_more", language), texts.text(client, TextKind.THANKS, language)),
    )


def _transcript(notice: Notice) -> Letter:
    language, client = notice.language, notice.client
    facts = [(say("reference", language), notice.case.reference)] if notice.case else []
    if notice.interaction:
        clock = say("of_zone", language, zone=zone_words(zone_of(notice.interaction)))
        facts.append((say("times", language), clock))
    return Letter(
        subject=say("transcript_subject", language, client=client.brand.public_name),
        title=say("your_conversation", language),
        greeting=greeting(notice),
        paragraphs=(say("transcript_lead", language),),
        facts=tuple(facts),
        lines=conversation(notice.interaction, language),
        closing=(texts.text(client, TextKind.THANKS, language),),
    )


def _callback(notice: Notice) -> Letter:
    language, callback = notice.language, notice.callback
    assert callback is not None
    facts, window = _promise(callback, language)
    named = {"window": window, "reference": callback.reference}
    if notice.kind == NoticeKind.CALLBACK_CANCELLED:
        return Letter(
            subject=say("cancelled_subject", language, **named),
            title=say("cancelled_title", language),
            greeting=greeting(notice),
            paragraphs=(say("cancelled_lead", language),),
            facts=facts,
            closing=(texts.text(notice.client, TextKind.THANKS, language),),
        )
    key = "booked" if callback.number else "reply"
    key = "changed" if notice.kind == NoticeKind.CALLBACK_CHANGED else key
    link = callback_url(callback)
    return Letter(
        subject=say(f"{key}_subject", language, **named),
        title=say(f"{key}_title", language),
        greeting=greeting(notice),
        paragraphs=(say(f"{key}_lead", language),),
        facts=facts,
        button=(say("manage", language), link) if link else None,
        closing=(texts.text(notice.client, TextKind.THANKS, language),),
    )


def _promise(callback: Callback, language: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """The facts of a promise, and its window in words."""
    zone = known_zone(callback.zone, callback.client)
    window = window_words(callback.due_from, callback.due_until, zone, language)
    facts = [(say("when", language), say("zone", language, window=window, zone=zone_words(zone)))]
    if callback.number:
        facts.append((say("number", language), callback.number))
    else:
        facts.append((say("address", language), callback.address))
    facts.append((say("reference", language), callback.reference))
    if callback.words:
        facts.append((say("about", language), callback.words))
    return tuple(facts), window


def _after_hours(notice: Notice) -> Letter:
    language, client, callback = notice.language, notice.client, notice.callback
    envelope = getattr(notice.interaction, "envelope", None)
    subject = envelope.subject if envelope else ""
    paragraphs = [_closed_words(client, language)]
    facts: tuple[tuple[str, str], ...] = ()
    if callback is not None:
        zone = known_zone(callback.zone, client)
        due = moment_words(callback.due_until, zone, language)
        reference = callback.case.reference if callback.case else callback.reference
        paragraphs.append(texts.text(client, TextKind.CALLBACK_PROMISED, language, due=due, reference=reference))
        facts = ((say("reference", language), reference),)
    else:
        queue = notice.interaction.queue if notice.interaction else None
        opens = next_opening(queue or client, notice.written_at)
        if opens:
            paragraphs.append(say("after_hours_opens", language, opens=moment_words(opens, client.zone, language)))
    return Letter(
        subject=say("after_hours_subject", language, subject=subject)
        if subject
        else say("after_hours_subject_none", language),
        title=say("after_hours_title", language),
        greeting=greeting(notice),
        paragraphs=tuple(paragraphs),
        facts=facts,
        closing=(texts.text(client, TextKind.THANKS, language),),
    )


def _closed_words(client: Client, language: str) -> str:
    """The client's own words outside hours; our default speaks of a form, so a mail has its own."""
    if BrandText.objects.filter(client=client, kind=TextKind.AFTER_HOURS, language=language).exists():
        return texts.text(client, TextKind.AFTER_HOURS, language)
    return say("after_hours_lead", language)


def _survey(notice: Notice) -> Letter:
    language, client = notice.language, notice.client
    link = survey_url(notice.interaction)
    return Letter(
        subject=say("survey_subject", language, client=client.brand.public_name),
        title=texts.text(client, TextKind.SURVEY_ASK, language),
        greeting=greeting(notice),
        paragraphs=(say("survey_lead", language),),
        button=(say("survey_button", language), link) if link else None,
        closing=(texts.text(client, TextKind.THANKS, language),),
    )


def _call_link(notice: Notice) -> Letter:
    """To somebody whom an agent has on a list, at this moment."""
    language, contact = notice.language, notice.interaction
    assert contact is not None
    link = contact.call_link
    zone = zone_of(contact)
    until = say("zone", language, window=moment_words(link.good_until, zone, language), zone=zone_words(zone))
    return Letter(
        subject=say("call_link_subject", language, client=notice.client.brand.public_name),
        title=say("call_link_title", language),
        greeting=greeting(notice),
        paragraphs=(say("call_link_lead", language), say("call_link_how", language)),
        facts=((say("call_link_until", language), until),),
        button=(say("call_link_button", language), call_link_url(link)),
    )


def _new_contact(notice: Notice) -> Letter:
    """For those who work: which line, how, since when. The customer's own words and name stay in the house."""
    language, interaction = notice.language, notice.interaction
    assert interaction is not None
    line = interaction.queue.name if interaction.queue else ""
    facts = [
        (say("line", language), line),
        (say("channel", language), say(f"channel_{interaction.channel}", language)),
        (say("when", language), moment_words(interaction.arrived_at, notice.client.zone, language)),
    ]
    if notice.case:
        facts.append((say("reference", language), notice.case.reference))
    return Letter(
        subject=say("new_contact_subject", language, line=line),
        title=say("new_contact_title", language),
        paragraphs=(say("new_contact_lead", language),),
        facts=tuple(facts),
    )


def _review_due(notice: Notice) -> Letter:
    """For its owner: which call flow, since when, and where it is signed."""
    language, script = notice.language, notice.script
    assert script is not None and notice.review_on is not None
    page = reverse("setup-script", args=[notice.client.public_id, script.public_id])
    return Letter(
        subject=say("review_due_subject", language, flow=script.name),
        title=say("review_due_title", language),
        greeting=greeting(notice),
        paragraphs=(say("review_due_lead", language),),
        facts=(
            (say("call_flow", language), script.name),
            (say("review_due_on", language), date_words(notice.review_on, language)),
        ),
        button=(say("review_button", language), urljoin(f"{settings.SITE_URL}/", page)),
    )


def conversation(interaction: Interaction | None, language: str) -> tuple[Line, ...]:
    """What was said, as the customer saw it."""
    if interaction is None or interaction.pk is None:
        return ()
    zone = zone_of(interaction)
    said = (
        Message.objects.said()
        .filter(interaction=interaction)
        .exclude(direction=MessageDirection.SYSTEM)
        .prefetch_related("attachments")
        .order_by("at", "pk")[:MOST_LINES]
    )
    return tuple(
        Line(
            who=message.author_name or say("customer", language),
            when=clock_words(message.at, zone, language),
            text=_said(message, language),
            ours=message.direction == MessageDirection.OUT,
        )
        for message in said
    )


def _said(message: Message, language: str) -> str:
    files = (say("file", language, name=file.name) for file in message.attachments.all())
    return "\n".join([message.text, *files]).strip()


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("\n\n") if part.strip())
