"""In whose name mail leaves: the client's address, its Message-IDs, the server that takes it, what is our own."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from clients.models import Brand, Client, EntryKind, EntryPoint
from clients.validators import PNG
from interactions.adapters.base import DeliveryError, OutboundFile, Transport

# Names of our own below the client's domain: its employees' mails carry the domain itself and are not ours.
NOTICES, REPLIES = "notices", "replies"
LOGO = "cid:logo"
ADDRESS_REFUSED = frozenset({550, 551, 553})


def message_id(brand: Brand, kind: str, key: str) -> str:
    """The Message-ID a mail carries each time it is sent: the row's key at our name below the client's domain."""
    return f"<{key}@{kind}.{domain_of(brand.sender_address)}>"


def domain_of(address: str) -> str:
    """The part behind the @, in lower case."""
    return address.rpartition("@")[2].lower()


def own_domains() -> frozenset[str]:
    """The domains of every Message-ID we write, for any client."""
    addresses = Brand.objects.values_list("sender_address", flat=True)
    return frozenset(f"{kind}.{domain_of(address)}" for address in addresses for kind in (NOTICES, REPLIES))


def own_addresses(client: Client) -> frozenset[str]:
    """The addresses this client writes from and is written to: a mail from them is ours."""
    mailboxes = EntryPoint.objects.filter(client=client, kind=EntryKind.MAILBOX).exclude(address="")
    addresses = {*mailboxes.values_list("address", flat=True), client.brand.sender_address}
    return frozenset(address.lower() for address in addresses)


def keys_of_ids(ids: Iterable[str]) -> list[str]:
    """The keys of our rows behind Message-IDs, as they are kept: before the @."""
    return [key for one in ids if (key := one.strip().strip("<>").partition("@")[0])]


def reply_to(client: Client, entry_point: EntryPoint | None = None) -> str:
    """Where an answer goes when the sender's address itself is read by nobody; empty when it is a mailbox of ours."""
    boxes = EntryPoint.objects.filter(client=client, kind=EntryKind.MAILBOX, published=True).exclude(address="")
    addresses = list(boxes.order_by("pk").values_list("address", flat=True))
    if not addresses or client.brand.sender_address.lower() in {address.lower() for address in addresses}:
        return ""
    if entry_point is not None and entry_point.kind == EntryKind.MAILBOX and entry_point.address in addresses:
        return entry_point.address
    return addresses[0]


def logo_of(brand: Brand, html: str) -> tuple[OutboundFile, ...]:
    """The logo, when the mail shows it: it travels along, so that nothing is fetched when the mail is opened."""
    if not brand.logo or LOGO not in html:
        return ()
    try:
        with brand.logo.open("rb") as file:
            content = file.read()
    except FileNotFoundError:
        return ()
    kind = "png" if content.startswith(PNG) else "jpeg"
    return (OutboundFile(f"logo.{kind}", f"image/{kind}", content, "logo"),)


def transport() -> Transport:
    """The server that takes what leaves the house."""
    if settings.EMAIL_USE_TLS:
        security = "starttls"
    elif getattr(settings, "EMAIL_USE_SSL", False):
        security = "tls"
    else:
        security = "plain"
    return Transport(
        host=settings.EMAIL_HOST,
        port=settings.EMAIL_PORT,
        username=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
        security=security,
        timeout=settings.EMAIL_TIMEOUT,
    )


def refuses_address(error: DeliveryError) -> bool:
    """Whether the server refused the address itself, and not this mail or us (5.7 speaks of policy)."""
    return error.permanent and error.code in ADDRESS_REFUSED and " 5.7." not in f"{error}"
