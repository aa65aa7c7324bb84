"""Email as a channel: what Ann wrote, what a machine wrote, what is dangerous, and what leaves in the client's name."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interactions.adapters.base import Automatic, Bounce, BounceKind, DeliveryError, Inbound, Outbound, OutboundFile
from interactions.adapters.email import EmailAdapter, compose, guess_language, new_words, safe_html, text_of_html

SAMPLES = Path(__file__).parent / "samples"
OWN_DOMAINS = {"mail.techgiant.example"}
OWN_ADDRESSES = {"help@techgiant.example", "ayuda@techgiant.example"}


def sample(name: str) -> Inbound:
    raw = (SAMPLES / f"{name}.eml").read_bytes()
    return EmailAdapter().parse(raw, own_addresses=OWN_ADDRESSES, own_domains=OWN_DOMAINS)


def mail(**changes: object) -> Outbound:
    given = {
        "from_name": "The Tech Giant",
        "from_address": "help@techgiant.example",
        "to": ("ann@home.example",),
        "subject": "Your case TTG-7K3F9Q",
        "text": "Dear Ann",
        "message_id": "<notice.1@techgiant.example>",
    }
    return Outbound(**(given | changes))  # type: ignore[arg-type]


# --- what people write ---


def test_anns_mail_is_read_with_its_words_and_its_doors() -> None:
    ann = sample("plain")
    assert (ann.from_name, ann.from_address) == ("Ann Miller", "ann.miller@home.example")
    assert ann.entry_addresses == ("help@techgiant.example",)
    assert ann.sent_at == datetime(2026, 3, 4, 15, 15, tzinfo=UTC)
    assert "It cost me €399" in ann.text
    assert ann.message_id == "<CAF1x7-plain@mail.home.example>"
    assert (ann.language, ann.automatic, ann.unreadable) == ("en", Automatic.NOT, False)
    assert ("Subject", "My order never came") in ann.headers
    assert ann.raw.startswith(b"Return-Path:")


def test_a_mail_of_html_alone_becomes_text_and_loses_what_is_dangerous() -> None:
    ana = sample("html_only")
    assert ana.from_name == "Ruiz, Ana"
    assert ana.subject == "Factura errónea"
    assert ana.language == "es"
    assert ana.text.startswith("Hola, la factura de mi pedido es errónea.\n\nGracias por su ayuda\nAna")
    for danger in ("script", "onload", "style", "javascript", "track.example", "<img"):
        assert danger not in ana.html
    assert 'href="https://correo.example/a?b=1"' in ana.html
    assert 'rel="noopener noreferrer nofollow"' in ana.html


@pytest.mark.parametrize(
    ("name", "reply", "history"),
    [
        ("reply_en", "That works for me, please send it again.", "the parcel was lost"),
        ("reply_es", "¡Perfecto! Gracias por la corrección de mi factura.", "le hemos enviado"),
        ("outlook", "Yes, please go ahead with the repair.", "Shall we start?"),
    ],
)
def test_the_new_words_are_told_from_the_history_and_both_are_kept(name: str, reply: str, history: str) -> None:
    found = sample(name)
    assert found.reply_text == reply
    assert history in found.text
    assert found.automatic is Automatic.NOT
    assert found.in_reply_to.endswith("@mail.techgiant.example>")
    assert found.in_reply_to in found.references


def test_files_come_along_with_harmless_names_and_pictures_keep_their_place() -> None:
    found = sample("attachment")
    picture, receipt = found.attachments
    assert (picture.name, picture.content_type, picture.inline_cid) == ("screen.png", "image/png", "photo1@home")
    assert picture.content.startswith(b"\x89PNG")
    assert (receipt.name, receipt.content_type) == ("recibo nº 1.pdf", "application/pdf")
    assert 'src="cid:photo1@home"' in found.html
    assert "absent@home" not in found.html
    shown = safe_html(found.html, cid_urls={"photo1@home": "/files/7?a=1&b=2"})
    assert 'src="/files/7?a=1&amp;b=2"' in shown


def test_a_calendar_and_a_winmail_are_files_and_a_forwarded_mail_is_one_too() -> None:
    assert [file.content_type for file in sample("calendar").attachments] == ["text/calendar"]
    assert sample("calendar").attachments[0].name.endswith(".ics")
    assert [file.name for file in sample("winmail").attachments] == ["winmail.dat"]
    forwarded = sample("forwarded")
    assert forwarded.text == "Please have a look at this one."
    assert forwarded.attachments[0].name == "Your parcel.eml"
    assert b"left with Bob" in forwarded.attachments[0].content
    assert forwarded.message_id == "<fwd-1@mail.home.example>"
    assert forwarded.entry_addresses == ("help@techgiant.example", "returns@techgiant.example")


# --- what machines write ---


@pytest.mark.parametrize(
    ("name", "bounce"),
    [
        ("dsn_hard", Bounce(BounceKind.HARD, "gone@home.example", "<notice.9001@mail.techgiant.example>", "5.1.1")),
        ("dsn_soft", Bounce(BounceKind.DELAYED, "full@home.example", "<notice.9001@mail.techgiant.example>", "4.4.1")),
        (
            "bounce_informal",
            Bounce(BounceKind.HARD, "nobody@old.example", "<notice.9002@mail.techgiant.example>", "5.1.1"),
        ),
        ("complaint", Bounce(BounceKind.COMPLAINT, "angry@isp.example", "<notice.9003@mail.techgiant.example>")),
    ],
)
def test_a_returned_mail_names_the_notice_it_is_about(name: str, bounce: Bounce) -> None:
    found = sample(name)
    assert found.automatic is Automatic.BOUNCE
    assert found.bounce is not None
    got = found.bounce
    assert (got.kind, got.recipient, got.original_message_id, got.status) == (
        bounce.kind,
        bounce.recipient,
        bounce.original_message_id,
        bounce.status,
    )
    assert got.reason
    assert got.hard is (bounce.kind in (BounceKind.HARD, BounceKind.COMPLAINT))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("auto_reply", Automatic.AUTO_REPLY),
        ("auto_reply_es", Automatic.AUTO_REPLY),
        ("list", Automatic.QUIET),
        ("spoofed_own_id", Automatic.OURS),
    ],
)
def test_machines_are_recognised(name: str, kind: Automatic) -> None:
    assert sample(name).automatic is kind


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ("Auto-Submitted: no", Automatic.NOT),
        ("Auto-Submitted: auto-generated; type=x", Automatic.AUTO_REPLY),
        ("Precedence: auto_reply", Automatic.AUTO_REPLY),
        ("Precedence: bulk", Automatic.QUIET),
        ("X-Autoreply: yes", Automatic.AUTO_REPLY),
        ("X-Auto-Response-Suppress: DR, RN", Automatic.NOT),
        ("X-Auto-Response-Suppress: OOF", Automatic.QUIET),
        ("Return-Path: <>", Automatic.QUIET),
        ("Return-Path: <ann@home.example>", Automatic.NOT),
        ("Message-ID: <x@MAIL.techgiant.example>", Automatic.OURS),
    ],
)
def test_each_sign_of_a_machine(headers: str, kind: Automatic) -> None:
    raw = f"From: ann@home.example\r\nSubject: hi\r\n{headers}\r\n\r\nhello".encode()
    assert EmailAdapter().parse(raw, own_domains=OWN_DOMAINS).automatic is kind


def test_a_mail_from_our_own_address_is_ours() -> None:
    raw = b"From: HELP@TechGiant.example\r\nTo: help@techgiant.example\r\n\r\nloop"
    assert EmailAdapter().parse(raw, own_addresses=OWN_ADDRESSES).automatic is Automatic.OURS


# --- what is broken ---


@pytest.mark.parametrize("name", ["no_from", "empty"])
def test_a_mail_without_sender_is_filed_as_unreadable(name: str) -> None:
    found = sample(name)
    assert found.unreadable
    assert found.from_address == ""


def test_raw_bytes_in_headers_an_unknown_charset_and_a_nonsense_date() -> None:
    found = sample("broken_charset")
    assert (found.from_name, found.subject) == ("élise", "commande égarée")
    assert found.text == "Café  et thé"
    assert found.sent_at is None
    assert found.message_id == ""
    assert not found.unreadable


def test_a_huge_header_and_deep_nesting_do_no_harm() -> None:
    big = sample("oversized_header")
    assert big.text == "A small text under a huge header."
    assert max(len(value) for _, value in big.headers) <= 20_000
    assert sample("nested").text == "The innermost words."
    assert not sample("broken_mime").unreadable


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\r\nTo: " + b"a@b.example, " * 100_000 + b"\r\n\r\nhi",
        b"From: " + b"(" * 50_000 + b"\r\n\r\nhi",
        b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 100_000,
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\nhi\r\n" * 20_000,
        b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(2000)),
        b"From: a@b.example\r\n\r\n" + b"On Mon, Ann wrote " * 50_000,
    ],
    ids=["addresses", "parentheses", "html", "parts", "depth", "history"],
)
def test_a_mail_made_to_stall_us_is_read_in_seconds(raw: bytes) -> None:
    started = time.process_time()  # a busy machine takes longer, but does no more
    EmailAdapter().parse(raw)
    assert time.process_time() - started < 5


def storable(found: Inbound) -> bool:
    texts = [
        found.text,
        found.html,
        found.subject,
        found.from_name,
        found.from_address,
        found.message_id,
        found.reply_text,
    ]
    texts += [piece for header in found.headers for piece in header] + [file.name for file in found.attachments]
    return all("\x00" not in text and text.encode("utf-8") is not None for text in texts)


@given(st.binary(max_size=3000))
@settings(max_examples=150, deadline=None)
def test_no_bytes_ever_raise(raw: bytes) -> None:
    assert storable(EmailAdapter().parse(raw))


@given(st.sampled_from(sorted(SAMPLES.glob("*.eml"))), st.data())
@settings(max_examples=150, deadline=None)
def test_no_damaged_mail_ever_raises(path: Path, data: st.DataObject) -> None:
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 12)) if raw else 0):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert storable(EmailAdapter().parse(bytes(raw)))


def test_one_message_id_with_other_content_is_another_mail() -> None:
    raw = (SAMPLES / "plain.eml").read_bytes()
    first, same = EmailAdapter().parse(raw), EmailAdapter().parse(b"Received: by other.example\r\n" + raw)
    other = EmailAdapter().parse(raw.replace(b"two weeks", b"ten weeks"))
    assert first.message_id == same.message_id == other.message_id
    assert first.content_digest == same.content_digest != other.content_digest


# --- html and words ---


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<img src="cid:a" alt="><script>alert(1)</script>">',
        "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
        "<a href='&#106;avascript:alert(1)'>x</a>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<form action='https://evil.example'><input name=password></form>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'><base href='https://evil.example'>",
        "<div style='background:url(https://evil.example/p)'>x</div>",
        "<link rel=stylesheet href=https://evil.example/s.css>",
    ],
)
def test_hostile_html_is_disarmed(html: str) -> None:
    shown = safe_html(html, cid_urls={"a": '/x"><script>alert(1)</script>'})
    bare = shown.replace("&lt;", "").replace("%3C", "")
    for danger in (
        "<script",
        "onerror=",
        "onload=",
        "javascript:",
        "<iframe",
        "<form",
        "<meta",
        "<base",
        "<link",
        "style=",
    ):
        assert danger not in _outside_quotes(bare)
    assert "evil.example" not in shown


def _outside_quotes(html: str) -> str:
    return "".join(html.split('"')[::2])


def test_links_open_apart_and_images_from_elsewhere_are_gone() -> None:
    shown = safe_html('<a href="https://a.example">a</a><a href="/admin">b</a><img src="https://t.example/x.gif">')
    assert 'target="_blank"' in shown
    assert "/admin" not in shown
    assert "<img" not in shown


def test_text_of_html_keeps_paragraphs_lists_and_quotes() -> None:
    html = "<p>One</p><ul><li>a</li><li>b</li></ul><blockquote>old<br>older</blockquote><pre>x\n  y</pre>"
    assert text_of_html(html) == "One\n\n- a\n- b\n\n> old\n> older\n\nx\n  y"


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        ("Where is my order? It is not here and I have paid for it.", "", "en"),
        ("¿Dónde está mi pedido? No ha llegado y lo quiero.", "en", "es"),
        ("OK", "es-ES", "es"),
        ("OK", "", ""),
        ("", "fr", ""),
    ],
)
def test_the_language_is_guessed_from_the_words(text: str, declared: str, language: str) -> None:
    assert guess_language(text, declared) == language


def test_an_answer_between_quotes_stays_whole() -> None:
    text = "> Shall we send it again?\nYes.\n> To the same address?\nNo, to Bob."
    assert new_words(text) == text


def test_a_mail_that_is_all_quote_is_shown_all_the_same() -> None:
    assert new_words("> only\n> quotes") == "> only\n> quotes"


# --- what leaves ---


def test_a_notice_says_that_a_machine_wrote_it_and_how_to_stop_it() -> None:
    sent = compose(mail(automatic=True, unsubscribe_url="https://techgiant.example/u/1")).message()
    assert sent["Message-ID"] == "<notice.1@techgiant.example>"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["List-Unsubscribe"] == "<https://techgiant.example/u/1>"
    assert sent["From"] == "The Tech Giant <help@techgiant.example>"


def test_an_agents_reply_is_a_persons_and_stays_in_the_thread() -> None:
    sent = compose(
        mail(
            in_reply_to="<ann.2@home.example>", references=("<ann.1@home.example>",), reply_to="help@techgiant.example"
        )
    ).message()
    assert sent["References"] == "<ann.1@home.example> <ann.2@home.example>"
    assert sent["In-Reply-To"] == "<ann.2@home.example>"
    for machine in ("Auto-Submitted", "List-Unsubscribe", "X-Auto-Response-Suppress", "X-Mailer", "Precedence"):
        assert sent[machine] is None


def test_html_carries_its_styles_inline_and_files_go_along() -> None:
    html = "<style>.b{color:#123456}</style><p class=b>Hi Ann</p><img src='cid:logo'>"
    files = (
        OutboundFile("logo.png", "image/png", b"\x89PNG", inline_cid="logo"),
        OutboundFile('evil"\r\nX-Bad: 1.pdf', "application/pdf\r\nX-Bad: 1", b"%PDF"),
    )
    sent = compose(mail(html=html, attachments=files)).message()
    parts = {part.get_content_type(): part for part in sent.walk()}
    assert "#123456" in parts["text/html"].get_payload(decode=True).decode().split("<body>")[1]
    assert parts["image/png"]["Content-ID"] == "<logo>"
    assert "\nX-Bad" not in sent.as_string()


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Hello\r\nBcc: evil@x.example"},
        {"from_name": "Tech\nBcc: evil@x.example"},
        {"headers": {"X-Note": "a\r\nBcc: evil@x.example", "Bcc": "evil@x.example", "X Bad\r\nBcc": "evil@x.example"}},
        {"in_reply_to": "<a@b>\r\nBcc: evil@x.example"},
        {"references": ("<a@b>\nBcc: evil@x.example",)},
        {"automatic": True, "unsubscribe_url": "https://x.example/\r\nBcc: evil@x.example"},
    ],
)
def test_nothing_breaks_out_of_its_header(changes: dict[str, object]) -> None:
    sent = compose(mail(**changes)).message()
    assert sent["Bcc"] is None
    assert "\nBcc" not in sent.as_string().split("\n\n")[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"to": ()},
        {"to": ("ann@home.example\r\nBcc: evil@x.example",)},
        {"to": ("ann",)},
        {"to": ("a@b.example, c@d.example",)},
        {"from_address": "help@techgiant.example>\nX: 1"},
        {"message_id": "<a@b>\r\nX: 1"},
        {"message_id": ""},
    ],
)
def test_what_cannot_be_an_address_or_an_id_is_refused_for_good(changes: dict[str, object]) -> None:
    with pytest.raises(DeliveryError) as refused:
        compose(mail(**changes))
    assert refused.value.permanent


def test_without_a_server_the_mail_waits() -> None:
    with pytest.raises(DeliveryError) as refused:
        EmailAdapter().deliver(mail())
    assert not refused.value.permanent
