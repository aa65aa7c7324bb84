"""Who sees a client's work, as resources under /clients/<id>/; licences and names of agents are at /agents/."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from clients import setting_up
from clients.api.base import OfClientViewSet, ReasonedSerializer, by_whom, require_admin, require_role
from clients.forms.access import LoginForm
from clients.models import ApiKey, Membership, Role


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A person with a role."""

    person = serializers.UUIDField(source="user.public_id", read_only=True)
    full_name = serializers.CharField(source="user.full_name", max_length=150)
    email = serializers.EmailField(source="user.email")
    language = serializers.ChoiceField(source="user.language", choices=["en", "es"], default="en")
    confirmed = serializers.EmailField(
        write_only=True, required=False, help_text="The address once more, where it is of somebody with an account."
    )

    class Meta:
        model = Membership
        fields = ["person", "full_name", "email", "language", "role", "confirmed"]


class MemberViewSet(mixins.ListModelMixin, OfClientViewSet):
    """Logins of a client: administrators change all of them, its managers its viewers."""

    rows = Membership.objects.select_related("user").order_by("role", "user__full_name")
    serializer_class = MemberSerializer
    lookup_field = "user__public_id"
    lookup_url_kwarg = "person"
    http_method_names = ["get", "post", "head", "options"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        assert self.client
        if isinstance(request.auth, ApiKey):
            require_admin(request)
        self.role = require_role(request, self.client.pk, "admin", Role.MANAGER)

    @extend_schema(responses={201: MemberSerializer})
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Give somebody a role; a mail tells it. Who has an account already gets it when the address is confirmed."""
        form = LoginForm(self.client, request.data, only_viewers=self.role != "admin")
        if not form.is_valid():
            raise ValidationError({name: [str(each) for each in errors] for name, errors in form.errors.items()})
        member, _sent = setting_up.admit(self.client, by=by_whom(request), **form.cleaned_data)
        return Response(self.get_serializer(member).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ReasonedSerializer, responses={204: None})
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, **kwargs: Any) -> Response:
        """The person no longer sees this client's work."""
        member: Membership = self.get_object()
        if self.role != "admin" and member.role != Role.VIEWER:
            raise PermissionDenied(_("Only an administrator changes managers and supervisors."))
        setting_up.dismiss(member, by=by_whom(request), why=ReasonedSerializer.of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
