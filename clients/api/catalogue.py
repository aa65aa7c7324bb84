"""Reasons, dispositions, products, texts and contracts as resources under /clients/<id>/."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as ModelInvalid
from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from bpo.accounts.models import User
from clients import contracts, snippets, texts
from clients.api.base import (
    ByCode,
    OfClientViewSet,
    require_admin,
    require_role,
)
from clients.api.common import CheckedSerializer, SetupViewSet
from clients.formulas import PLAIN
from clients.models import (
    BrandText,
    Contract,
    Disposition,
    Product,
    ProductType,
    Promise,
    Reason,
    Role,
    Snippet,
)


class ByCodeViewSet(SetupViewSet):
    """Rows of the client by their code."""

    lookup_field = "code"
    lookup_value_converter = "slug"


class ProductTypeSerializer(CheckedSerializer):
    class Meta:
        model = ProductType
        fields = ["code", "name", "name_es"]


class ProductSerializer(CheckedSerializer):
    type: Any = ByCode(queryset=ProductType.objects.all())

    class Meta:
        model = Product
        fields = ["code", "name", "type", "active"]


class ReasonSerializer(CheckedSerializer):
    parent: Any = ByCode(queryset=Reason.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Reason
        fields = ["code", "kind", "name", "name_es", "parent", "asked_at_door", "active", "position"]


class DispositionSerializer(CheckedSerializer):
    parent: Any = ByCode(queryset=Disposition.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Disposition
        fields = ["code", "name", "parent", "needs_note", "needs_follow_up", "active", "position"]


class ProductTypeViewSet(ByCodeViewSet):
    rows = ProductType.objects.all()
    serializer_class = ProductTypeSerializer


class ProductViewSet(ByCodeViewSet):
    rows = Product.objects.select_related("type")
    serializer_class = ProductSerializer


class ReasonViewSet(ByCodeViewSet):
    rows = Reason.objects.select_related("parent")
    serializer_class = ReasonSerializer


class DispositionViewSet(ByCodeViewSet):
    rows = Disposition.objects.select_related("parent")
    serializer_class = DispositionSerializer


class TextSerializer(CheckedSerializer):
    class Meta:
        model = BrandText
        fields = ["kind", "language", "text"]


class TextViewSet(mixins.ListModelMixin, OfClientViewSet):
    """The client's own texts; writing one replaces the earlier, an empty text goes back to ours."""

    rows = BrandText.objects.order_by("kind", "language")
    serializer_class = TextSerializer
    http_method_names = ["get", "post", "head", "options"]

    @extend_schema(responses={200: TextSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Word one text."""
        assert self.client
        require_admin(request)
        given = TextSerializer(data=request.data)
        given.fields["text"].allow_blank = True  # type: ignore[attr-defined]
        given.is_valid(raise_exception=True)
        data = given.validated_data
        rows = BrandText.objects.filter(client=self.client, kind=data["kind"], language=data["language"])
        if data["text"].strip():
            try:
                texts.check(data["text"])
            except ModelInvalid as refused:
                raise ValidationError({"text": refused.messages}) from refused
            BrandText.objects.update_or_create(
                client=self.client, kind=data["kind"], language=data["language"], defaults={"text": data["text"]}
            )
        else:
            rows.delete()
        return Response(data)


class SnippetSerializer(CheckedSerializer):
    in_use = serializers.SerializerMethodField()

    class Meta:
        model = Snippet
        fields = ["language", "shortcut", "text", "in_use"]

    def get_in_use(self, snippet: Any) -> bool:
        """What was put out of use, no agent finds."""
        return getattr(snippet, "retired_at", None) is None


class SnippetViewSet(mixins.ListModelMixin, OfClientViewSet):
    """Ready sentences of agents; writing one replaces the earlier of its shortcut and language, an empty one puts it
    out of use."""

    rows = Snippet.objects.order_by("shortcut", "language")
    serializer_class = SnippetSerializer
    http_method_names = ["get", "post", "head", "options"]

    @extend_schema(responses={200: SnippetSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Word one."""
        assert self.client
        require_admin(request)
        given = SnippetSerializer(data=request.data)
        given.fields["text"].allow_blank = True  # type: ignore[attr-defined]
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        assert isinstance(request.user, User)
        text, which = data.pop("text"), {"language": "en", **data}
        if text.strip():
            return Response(SnippetSerializer(snippets.put(self.client, text=text, by=request.user, **which)).data)
        for one in Snippet.objects.filter(client=self.client, **which):
            snippets.retire(one, by=request.user)
        return Response({**which, "text": "", "in_use": False})


class PromiseSerializer(serializers.ModelSerializer[Promise]):
    class Meta:
        model = Promise
        fields = ["channel", "formula", "threshold_seconds", "target_percent", "limit_percent"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What the row itself refuses, by field."""
        try:
            Promise(**attrs).clean()
        except ModelInvalid as refused:
            raise ValidationError(refused.message_dict) from refused
        return attrs


class ContractSerializer(CheckedSerializer):
    promises = PromiseSerializer(many=True)

    class Meta:
        model = Contract
        fields = ["valid_from", "valid_until", "client_approves_scripts", "promises"]

    def validate_promises(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each once."""
        named = [(row.get("channel", ""), row.get("formula", PLAIN)) for row in rows]
        if len(set(named)) < len(named):
            raise ValidationError(_("The same promise is there twice."))
        return rows

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """It neither rewrites what was judged nor runs beside another."""
        dates = {name: attrs[name] for name in ("valid_from", "valid_until") if name in attrs}
        try:
            contracts.check(Contract(client=self.context["client"], **dates))
        except ModelInvalid as refused:
            raise ValidationError(refused.message_dict) from refused
        return attrs

    @transaction.atomic
    def write(self, instance: Contract, data: dict[str, Any]) -> Contract:
        promises = data.pop("promises")
        contract: Contract = super().write(instance, data)
        contracts.begin(contract)
        for row in promises:
            Promise.objects.create(contract=contract, **row)
        return contract


class ContractViewSet(mixins.ListModelMixin, mixins.CreateModelMixin, OfClientViewSet):
    """Contracts, latest first; a new one is a new promise, an old one is never rewritten here."""

    rows = Contract.objects.prefetch_related("promises").order_by("-valid_from")
    serializer_class = ContractSerializer
    http_method_names = ["get", "post", "head", "options"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method == "POST":
            assert self.client
            require_admin(request)
        else:
            require_role(request, self.client.pk, "admin", Role.MANAGER, Role.VIEWER, Role.SUPERVISOR)
