"""The local SMTP server: takes mail for every address; three domains refuse, delay or return it on purpose."""

from __future__ import annotations

import asyncio
import secrets
from email.generator import BytesGenerator
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import BytesHeaderParser
from email.utils import formatdate
from io import BytesIO

from aiosmtpd.smtp import SMTP, Envelope, Session

from bpo.embedded.mail_imap import Boxes

REFUSED, ASKED_TO_WAIT, RETURNED = "bounce.example", "slow.example", "later.bounce.example"
BIGGEST_MAIL = 40 * 1024 * 1024


async def listen(boxes: Boxes, host: str, port: int) -> asyncio.Server:
    """Start the server on a port (0 = any free one)."""
    loop = asyncio.get_running_loop()
    handler = _Handler(boxes)

    def connection() -> SMTP:
        return SMTP(
            handler,
            hostname="mail.local.example",
            ident="ready",
            data_size_limit=BIGGEST_MAIL,
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            loop=loop,
        )

    return await loop.create_server(connection, host=host, port=port)


class _Handler:
    """What the server says to a recipient and does with a mail."""

    def __init__(self, boxes: Boxes) -> None:
        self.boxes = boxes
        self.has_waited: set[str] = set()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse, delay once or accept a recipient."""
        domain = address.rpartition("@")[2].lower()
        if domain == REFUSED:
            return "550 5.1.1 No such mailbox here"
        if domain == ASKED_TO_WAIT and address.lower() not in self.has_waited:
            self.has_waited.add(address.lower())
            return "451 4.7.1 Come back later, please"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Deliver to every recipient's mailbox."""
        content = envelope.original_content or b""
        sender = envelope.mail_from or ""
        for address in envelope.rcpt_tos:
            if address.rpartition("@")[2].lower() == RETURNED:
                if sender:  # a report is never answered by a report
                    await self.boxes.deliver(
                        sender, _stamped(_report(address, content), "", sender, "mail.local.example")
                    )
                continue
            greeting = str(session.host_name or "unknown")
            await self.boxes.deliver(address, _stamped(content, sender, address, greeting))
        return "250 2.0.0 Taken"


def _stamped(content: bytes, sender: str, recipient: str, greeting: str) -> bytes:
    """The mail with the lines a receiving server puts on top."""
    lines = (
        f"Return-Path: <{sender}>",
        f"Delivered-To: {recipient}",
        f"Received: from {greeting} by mail.local.example with ESMTP id {secrets.token_hex(6)}; {formatdate()}",
        "",
    )
    return "\r\n".join(lines).encode("utf-8", "replace") + content


def _report(address: str, content: bytes) -> bytes:
    """A delivery report (RFC 3464) for a mail that was taken and could not be delivered."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = "Mail Delivery System <mailer-daemon@mail.local.example>"
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Date"] = formatdate()
    report["Message-ID"] = f"<{secrets.token_hex(12)}@mail.local.example>"
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText(f"Your mail to {address} could not be delivered: no such mailbox.\n"))
    server, recipient = Message(), Message()
    server["Reporting-MTA"] = "dns; mail.local.example"
    recipient["Final-Recipient"] = f"rfc822; {address}"
    recipient["Action"] = "failed"
    recipient["Status"] = "5.1.1"
    recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 No such mailbox here"
    status = Message()
    status["Content-Type"] = "message/delivery-status"
    status.set_payload([server, recipient])
    report.attach(status)
    original = Message()
    original["Content-Type"] = "text/rfc822-headers"
    head = content.split(b"\r\n\r\n", 1)[0]
    known = BytesHeaderParser().parsebytes(head)
    original.set_payload(f"Message-ID: {known['Message-ID']}\nSubject: {known['Subject']}\n")
    report.attach(original)
    written = BytesIO()
    BytesGenerator(written, mangle_from_=False).flatten(report, linesep="\r\n")
    return written.getvalue()
