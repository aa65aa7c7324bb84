"""Addresses of the agents app: people and the rules of lines in the guided set-up."""

from django.urls import URLPattern, URLResolver, path

from agents.views import lines, people

urlpatterns: list[URLPattern | URLResolver] = [
    path("setup/people/", people.listing, name="setup-agents"),
    path("setup/people/new/", people.new, name="setup-agent-new"),
    path("setup/people/<uuid:agent>/", people.edit, name="setup-agent"),
    path("setup/people/<uuid:agent>/<slug:act>/", people.act, name="setup-agent-act"),
    path("setup/teams/<uuid:team>/supervisors/", people.supervisors, name="setup-team-supervisors"),
    path("setup/<uuid:client>/lines/new/", lines.new, name="setup-queue-new"),
    path("setup/<uuid:client>/lines/<uuid:queue>/", lines.edit, name="setup-queue"),
    path("setup/<uuid:client>/lines/<uuid:queue>/versions/<uuid:version>/", lines.version, name="setup-queue-version"),
    path(
        "setup/<uuid:client>/lines/<uuid:queue>/versions/<uuid:version>/<slug:act>/",
        lines.move,
        name="setup-queue-version-move",
    ),
    path("setup/<uuid:client>/people/", people.people, name="setup-people"),
    path("setup/<uuid:client>/people/<uuid:agent>/<slug:act>/", people.licence, name="setup-licence"),
    path("setup/<uuid:client>/members/<uuid:person>/<slug:act>/", people.member, name="setup-member"),
]
