"""Sending by SMTP in the client's name: a safe MIME mail, and errors told apart by whether another try makes sense."""

from __future__ import annotations

import re
import smtplib
from email import encoders
from email.mime.base import MIMEBase
from email.utils import formataddr
from functools import partialmethod
from typing import Any

import css_inline
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from interactions.adapters.base import DeliveryError, Outbound, OutboundFile, Transport
from interactions.adapters.mail.html import text_of_html
from interactions.adapters.mail.reading import PLAIN_ADDRESS

INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)
HEADER_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9-]{0,75}$")
OUR_MESSAGE_ID = re.compile(r"^<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,200}@[A-Za-z0-9.-]{1,253}>$")
OUR_OR_THEIRS = re.compile(r"^<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>$")
METHOD = re.compile(r"[A-Z]{1,20}")
MEDIA_TOKEN = re.compile(r"^[A-Za-z0-9.+-]{1,100}$")
# Set by the message itself; a caller's extra headers may not smuggle in a second one.
RESERVED = {
    "from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "message-id", "in-reply-to", "references",
    "return-path", "mime-version", "content-type", "content-transfer-encoding", "auto-submitted", "list-unsubscribe",
    "list-unsubscribe-post", "x-auto-response-suppress",
}  # fmt: skip


def send(message: Outbound) -> str:
    """Deliver and return the Message-ID; raises `DeliveryError`."""
    if message.transport is None:
        raise DeliveryError("This client has no mail server to send by.", permanent=False)
    mail = compose(message)
    backend = _ClientsBackend(message.transport, domain=message.from_address.rpartition("@")[2])
    mail.connection = backend
    try:
        backend.open()
        mail.send()
    except Exception as error:
        raise _told_apart(error) from error
    finally:
        backend.close()
    return message.message_id


def compose(message: Outbound) -> EmailMultiAlternatives:
    """The mail as it will leave; refuses addresses and ids that could break out of their header."""
    for address in (message.from_address, *message.to, *message.cc, *([message.reply_to] if message.reply_to else [])):
        if not PLAIN_ADDRESS.match(address):
            raise DeliveryError(f"{address[:100]!r} is not a mail address.", permanent=True)
    if not message.to:
        raise DeliveryError("Nobody to send to.", permanent=True)
    if not OUR_MESSAGE_ID.match(message.message_id):
        raise DeliveryError(f"{message.message_id[:100]!r} is not a Message-ID.", permanent=True)
    mail = EmailMultiAlternatives(
        subject=one_line(message.subject)[:400],
        body=message.text or text_of_html(message.html),
        from_email=formataddr((one_line(message.from_name)[:100], message.from_address)),
        to=list(message.to),
        cc=list(message.cc),
        reply_to=[message.reply_to] if message.reply_to else None,
        headers=_headers(message),
    )
    if message.html:
        mail.attach_alternative(INLINER.inline(message.html), "text/html")
    for file in message.attachments:
        if METHOD.fullmatch(file.method):  # besides the file: as another way to read the mail itself
            mail.attach_alternative(file.content.decode(), f"text/calendar; method={file.method}")
        mail.attach(_part(file))
    return mail


def one_line(text: str) -> str:
    """Text fit for a header: no line breaks, no control characters."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", text).split())


def _headers(message: Outbound) -> dict[str, str]:
    headers = {"Message-ID": message.message_id}
    references = [known for known in message.references if OUR_OR_THEIRS.match(known)][-30:]
    if OUR_OR_THEIRS.match(message.in_reply_to):
        headers["In-Reply-To"] = message.in_reply_to
        if message.in_reply_to not in references:
            references.append(message.in_reply_to)
    if references:
        headers["References"] = " ".join(references)
    if message.automatic:
        headers["Auto-Submitted"] = "auto-generated"
        headers["X-Auto-Response-Suppress"] = "All"
        if re.match(r"^https?://[^\s<>]{1,900}$", message.unsubscribe_url):
            headers["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for name, value in message.headers.items():
        if HEADER_NAME.match(name) and name.lower() not in RESERVED:
            headers[name] = one_line(value)[:900]
    return headers


def _part(file: OutboundFile) -> MIMEBase:
    main, _, sub = file.content_type.partition("/")
    if not MEDIA_TOKEN.match(main) or not MEDIA_TOKEN.match(sub) or main in {"multipart", "message"}:
        main, sub = "application", "octet-stream"
    part = MIMEBase(main, sub)
    if METHOD.fullmatch(file.method):
        part.set_param("method", file.method)
        part.set_param("charset", "utf-8")
    part.set_payload(file.content)
    encoders.encode_base64(part)
    place = "inline" if file.inline_cid else "attachment"
    part.add_header("Content-Disposition", place, filename=one_line(file.name)[:150] or "file")
    if file.inline_cid:
        part.add_header("Content-ID", f"<{one_line(file.inline_cid)}>")
    return part


def _told_apart(error: Exception) -> DeliveryError:
    """Which errors may pass: a 4xx, a lost line, a refused login (people put it right); the rest is for good."""
    if isinstance(error, DeliveryError):
        return error
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = list(error.recipients.values())
        code, said = max(answers) if answers else (450, b"")
        return DeliveryError(_words(code, said), permanent=bool(answers) and min(answers)[0] >= 500, code=code)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return DeliveryError(_words(error.smtp_code, error.smtp_error), permanent=False, code=error.smtp_code)
    if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError):
        return DeliveryError(_words(error.smtp_code, error.smtp_error), permanent=False, code=error.smtp_code)
    if isinstance(error, smtplib.SMTPResponseException):
        return DeliveryError(
            _words(error.smtp_code, error.smtp_error), permanent=error.smtp_code >= 500, code=error.smtp_code
        )
    if isinstance(error, smtplib.SMTPNotSupportedError | ValueError | UnicodeError):
        return DeliveryError(f"The mail cannot be sent as it is: {error}"[:300], permanent=True)
    return DeliveryError(f"The mail server cannot be reached: {error}"[:300], permanent=False)


def _words(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {one_line(text)}"[:300]


class _ClientsBackend(EmailBackend):
    """Django's SMTP with a client's server; greets by the client's domain, for receivers write that into headers."""

    def __init__(self, transport: Transport, *, domain: str) -> None:
        super().__init__(
            host=transport.host,
            port=transport.port,
            username=transport.username,
            password=transport.password,
            use_tls=transport.security == "starttls",
            use_ssl=transport.security == "tls",
            timeout=transport.timeout,
            fail_silently=False,
        )
        self.domain = domain

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """The connection, told to say the client's name in EHLO."""
        kind: type[smtplib.SMTP] = smtplib.SMTP_SSL if self.use_ssl else smtplib.SMTP
        return type(kind.__name__, (kind,), {"__init__": partialmethod(_greet_as, kind, self.domain)})


def _greet_as(self: smtplib.SMTP, kind: type[smtplib.SMTP], domain: str, *arguments: Any, **options: Any) -> None:
    kind.__init__(self, *arguments, **(options | {"local_hostname": domain}))
