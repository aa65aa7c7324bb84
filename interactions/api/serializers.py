"""How the work reads to callers of the API: public ids, public names towards the client, words by policy."""

from __future__ import annotations

from email.parser import BytesHeaderParser
from typing import Any, cast

from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agents.gates import agent_of
from clients.api.base import PublicId
from clients.models import ApiKey, Customer, CustomerAddress, CustomerPhone
from clients.naming import public_name
from interactions import unsent, verifying
from interactions.models import (
    Attachment,
    Callback,
    Case,
    CaseNote,
    Interaction,
    JournalEntry,
    Leg,
    Message,
)
from interactions.reports.masking import Mask


def is_client_side(serializer: serializers.BaseSerializer[Any], client_id: int) -> bool:
    """Whether the reader is the client: its own people, or its machine."""
    request = serializer.context.get("request")
    if request is not None and isinstance(request.auth, ApiKey):
        return True
    return client_id in serializer.context.get("client_side", {})


def shows_names(serializer: serializers.BaseSerializer[Any], client_id: int) -> bool:
    """Whether the reader may know customers: the client's people only if its policy says so."""
    policies = serializer.context.get("client_side", {})
    if client_id not in policies:
        return True
    policy = policies[client_id]
    return bool(policy and policy.client_sees_customer_names)


def shows_words(serializer: serializers.BaseSerializer[Any], client_id: int) -> bool:
    """Whether the reader may read what was said: the client's people only if its policy says so."""
    policies = serializer.context.get("client_side", {})
    if client_id not in policies:
        return True
    policy = policies[client_id]
    return bool(policy and policy.client_sees_transcripts)


@extend_schema_field({"type": "object", "properties": {"public_id": {"type": "string"}, "name": {"type": "string"}}})
class NamedCustomer(serializers.Field[Any, Any, Any, Any]):
    """A customer's id and, where the policy allows, name."""

    def to_representation(self, value: Any) -> dict[str, str]:
        shown = {"public_id": str(value.public_id)}
        if self.parent is not None and shows_names(self.parent, value.client_id):
            shown["name"] = str(value)
        return shown


class ActSerializer(serializers.Serializer[Any]):
    """In whose name a machine acts; people leave it out."""

    agent = serializers.UUIDField(required=False, help_text="For keys: in whose name.")


class InteractionSerializer(serializers.ModelSerializer[Interaction]):
    """One contact."""

    client = PublicId(read_only=True)
    queue = PublicId(read_only=True)
    case: Any = serializers.CharField(source="case.reference", default=None, read_only=True)
    customer = NamedCustomer(read_only=True)
    reason: Any = serializers.CharField(source="reason.code", default=None, read_only=True)
    product: Any = serializers.CharField(source="product.code", default=None, read_only=True)

    class Meta:
        model = Interaction
        fields = [
            "public_id", "client", "queue", "case", "customer", "channel", "direction", "origin", "state", "outcome",
            "priority", "language", "reason", "product", "arrived_at", "enqueued_at", "state_since", "closed_at",
            "simulated", "version",
        ]  # fmt: skip


class LegSerializer(serializers.ModelSerializer[Leg]):
    """One agent's stretch; the house's eyes only."""

    interaction = PublicId(read_only=True)
    agent = PublicId(read_only=True)

    class Meta:
        model = Leg
        fields = [
            "public_id", "interaction", "agent", "role", "state", "channel", "offered_at", "expires_at", "accepted_at",
            "work_ended_at", "wrap_up_due_at", "ended_at", "ended_by", "on_hold",
        ]  # fmt: skip


class JournalSerializer(serializers.ModelSerializer[JournalEntry]):
    """One fact. The client reads who by public name, and no facts of ours."""

    by = serializers.SerializerMethodField()
    facts = serializers.SerializerMethodField()

    class Meta:
        model = JournalEntry
        fields = ["at", "kind", "by", "facts"]

    def get_by(self, entry: JournalEntry) -> str:
        if entry.client is None or not is_client_side(self, entry.client_id or 0):
            return entry.actor_name
        names = cast("dict[str, Any]", self.context).setdefault("public_names", {})
        if entry.actor is None:
            return "customer" if entry.actor_name == "customer" else "system"
        if entry.actor_id not in names:
            agent = getattr(entry.actor, "agent", None)
            names[entry.actor_id] = public_name(entry.actor, entry.client) if agent else "staff"
        return str(names[entry.actor_id])

    def get_facts(self, entry: JournalEntry) -> dict[str, Any]:
        return {} if is_client_side(self, entry.client_id or 0) else entry.facts


class AttachmentSerializer(serializers.ModelSerializer[Attachment]):
    class Meta:
        model = Attachment
        fields = ["public_id", "name", "content_type", "size", "digest"]


class MessageSerializer(serializers.ModelSerializer[Message]):
    """One message with its parsed fields."""

    interaction = PublicId(read_only=True)
    attachments = AttachmentSerializer(many=True, read_only=True)
    has_original = serializers.SerializerMethodField()
    leaves_at = serializers.SerializerMethodField(help_text="Of a mail that has not left: when it does.")

    class Meta:
        model = Message
        fields = [
            "public_id", "interaction", "channel", "direction", "author_name", "at", "language", "subject", "text",
            "full_text", "html", "from_address", "to_addresses", "message_id", "in_reply_to", "references", "state",
            "leaves_at", "has_original", "attachments",
        ]  # fmt: skip

    def to_representation(self, message: Message) -> dict[str, Any]:
        if shows_names(self, message.client_id):
            return super().to_representation(message)
        masks = cast("dict[str, Any]", self.context).setdefault("masks", {})
        mask = masks.get(message.interaction_id) or Mask(message.interaction)
        masks[message.interaction_id] = mask
        shown = super().to_representation(mask.message(message))
        shown["has_original"] = False
        for file in shown["attachments"]:
            file["name"] = ""
        return shown

    def get_leaves_at(self, message: Message) -> str | None:
        return message.due_at.isoformat() if message.state in unsent.NOT_LEFT else None

    def get_has_original(self, message: Message) -> bool:
        return bool(message.original)


class MessageDetailSerializer(MessageSerializer):
    """With all headers, as the mail carried them."""

    headers = serializers.SerializerMethodField()

    class Meta(MessageSerializer.Meta):
        fields = [*MessageSerializer.Meta.fields, "headers"]

    def get_headers(self, message: Message) -> list[list[str]]:
        if not message.original or not shows_names(self, message.client_id):
            return []
        with message.original.open("rb") as file:
            head = BytesHeaderParser().parse(file)
        return [[name, str(value)] for name, value in head.items()]


class CaseSerializer(serializers.ModelSerializer[Case]):
    """The matter."""

    client = PublicId(read_only=True)
    queue = PublicId(read_only=True)
    customer = NamedCustomer(read_only=True)
    reason: Any = serializers.CharField(source="reason.code", default=None, read_only=True)
    product: Any = serializers.CharField(source="product.code", default=None, read_only=True)
    owner = PublicId(read_only=True, help_text="Who last took a contact of it; the house's eyes only.")
    merged_into: Any = serializers.CharField(source="merged_into.reference", default=None, read_only=True)
    follows: Any = serializers.CharField(source="follows.reference", default=None, read_only=True)

    class Meta:
        model = Case
        fields = [
            "public_id", "reference", "client", "queue", "customer", "state", "subject", "reason", "product",
            "opened_at", "pending_until", "summary", "outcome", "resolved_at", "confirmed_by_customer", "closed_at",
            "reopened", "owner", "due_at", "merged_into", "follows",
        ]  # fmt: skip

    def to_representation(self, case: Case) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(case)
        if not shows_words(self, case.client_id):
            shown |= {"subject": "", "summary": ""}
        elif not shows_names(self, case.client_id):
            mask = Mask(case)
            shown |= {"subject": mask(case.subject), "summary": mask(case.summary)}
        if is_client_side(self, case.client_id):
            shown["owner"] = None
        return shown


class NoteSerializer(serializers.ModelSerializer[CaseNote]):
    """An internal note; never shown to the client."""

    class Meta:
        model = CaseNote
        fields = ["public_id", "by_name", "text", "at"]
        read_only_fields = ["public_id", "by_name", "at"]


class CallbackSerializer(serializers.ModelSerializer[Callback]):
    """A promise."""

    client = PublicId(read_only=True)
    queue = PublicId(read_only=True)
    case: Any = serializers.CharField(source="case.reference", default=None, read_only=True)
    customer = NamedCustomer(read_only=True)
    replaces: Any = serializers.CharField(source="replaces.reference", default=None, read_only=True)
    reaches = serializers.SerializerMethodField()

    class Meta:
        model = Callback
        fields = [
            "public_id", "reference", "client", "queue", "case", "customer", "state", "origin", "reaches", "language",
            "zone", "words", "promised_at", "due_from", "due_until", "attempts", "reached_at", "ended_at", "end_reason",
            "replaces",
        ]  # fmt: skip

    def to_representation(self, callback: Callback) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(callback)
        if not shows_words(self, callback.client_id):
            shown["words"] = ""
        if not shows_names(self, callback.client_id):
            mask = Mask(callback)
            shown |= {"words": mask(shown["words"]), "end_reason": mask(shown["end_reason"])}
        return shown

    def get_reaches(self, callback: Callback) -> dict[str, str]:
        if not shows_names(self, callback.client_id):
            return {}
        return {"name": callback.name, "number": callback.number, "address": callback.address}


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    """A customer of one client."""

    client = PublicId(read_only=True)
    phones = serializers.SerializerMethodField()
    addresses = serializers.SerializerMethodField()

    class Meta:
        model = Customer
        fields = [
            "public_id", "client", "name", "language", "zone", "account_number", "plan", "since", "postal_code", "city",
            "confirmed", "phones", "addresses",
        ]  # fmt: skip

    def to_representation(self, customer: Customer) -> dict[str, Any]:
        """Without what an agent is not shown beside her contacts with this customer."""
        shown: dict[str, Any] = super().to_representation(customer)
        covered = self.covered.get(customer.pk, verifying.OPEN)
        for fact in covered.reach:
            shown[verifying.REACHED[fact]] = []
        return shown | {"account_number": "", "postal_code": ""} if covered.account else shown

    @cached_property
    def covered(self) -> dict[int, verifying.Covered]:
        """Asked once for a whole list; a company's own machine reads its records whole."""
        request = self.context.get("request")
        agent = agent_of(request.user) if request is not None and not isinstance(request.auth, ApiKey) else None
        return verifying.covered_from(agent) if agent else {}

    def get_phones(self, customer: Customer) -> list[str]:
        return [row.number for row in customer.phones.all() if isinstance(row, CustomerPhone)]

    def get_addresses(self, customer: Customer) -> list[str]:
        return [row.address for row in customer.addresses.all() if isinstance(row, CustomerAddress)]
