"""Addresses of the API."""

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.routers import SimpleRouter

from agents.api import lines as rules
from agents.api import people, profiles
from clients.api import access, catalogue, company, deadline, flows, keys, lines
from interactions.api import (
    call_lists,
    calls,
    cases,
    contacts,
    customers,
    inbound,
    legs,
    prospects,
    recordings,
    routing,
    staffing,
)

router = SimpleRouter(use_regex_path=False)
router.register("interactions", contacts.InteractionViewSet, "api-interaction")
router.register("messages", contacts.MessageViewSet, "api-message")
router.register("legs", legs.LegViewSet, "api-leg")
router.register("recordings", recordings.RecordingViewSet, "api-recording")
router.register("cases", cases.CaseViewSet, "api-case")
router.register("callbacks", cases.CallbackViewSet, "api-callback")
router.register("customers", customers.CustomerViewSet, "api-customer")
router.register("lines", customers.LineViewSet, "api-line")
router.register("agents", people.AgentViewSet, "api-agent")
router.register("profiles", profiles.ProfileViewSet, "api-profile")
router.register("teams", profiles.TeamViewSet, "api-team")
router.register("skills", keys.SkillViewSet, "api-skill")
router.register("clients", company.ClientViewSet, "api-client")

of_client = SimpleRouter(use_regex_path=False)
of_client.register("hours", lines.HoursViewSet, "api-setup-hours")
of_client.register("queues", rules.QueueViewSet, "api-setup-queue")
of_client.register("queues/<uuid:queue>/versions", rules.RulesVersionViewSet, "api-setup-rules")
of_client.register("doors", lines.DoorViewSet, "api-setup-door")
of_client.register("product-types", catalogue.ProductTypeViewSet, "api-setup-type")
of_client.register("products", catalogue.ProductViewSet, "api-setup-product")
of_client.register("reasons", catalogue.ReasonViewSet, "api-setup-reason")
of_client.register("dispositions", catalogue.DispositionViewSet, "api-setup-disposition")
of_client.register("texts", catalogue.TextViewSet, "api-setup-text")
of_client.register("snippets", catalogue.SnippetViewSet, "api-setup-snippet")
of_client.register("members", access.MemberViewSet, "api-setup-member")
of_client.register("contracts", catalogue.ContractViewSet, "api-setup-contract")
of_client.register("scripts", flows.ScriptViewSet, "api-setup-script")
of_client.register("script-versions", flows.VersionViewSet, "api-setup-version")
of_client.register("call-lists", call_lists.CallListViewSet, "api-call-list")
of_client.register("prospects", prospects.ProspectViewSet, "api-prospect")
of_client.register("keys", keys.KeyViewSet, "api-setup-key")

urlpatterns: list[URLPattern | URLResolver] = [
    path("inbound/email/<uuid:public_id>/", inbound.email, name="inbound-email"),
    path("inbound/calls/<uuid:public_id>/", calls.event, name="inbound-calls"),
    path("routing/test/", routing.RoutingTestView.as_view(), name="api-routing-test"),
    path("staffing/", staffing.StaffingView.as_view(), name="api-staffing"),
    path("hours/deadline/", deadline.DeadlineView.as_view(), name="api-deadline"),
    path("me/presence/", people.MyPresenceView.as_view(), name="api-my-presence"),
    path(
        "clients/<uuid:client>/brand/",
        company.BrandViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api-setup-brand",
    ),
    path(
        "clients/<uuid:client>/policy/",
        company.PolicyViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api-setup-policy",
    ),
    path("clients/<uuid:client>/", include(of_client.urls)),
    path("", include(router.urls)),
]
