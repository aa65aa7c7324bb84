"""Addresses of the agents app: people in the guided set-up."""

from django.urls import URLPattern, URLResolver, path

from agents import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("setup/people/", views.listing, name="setup-agents"),
    path("setup/people/new/", views.new, name="setup-agent-new"),
    path("setup/people/<uuid:agent>/", views.edit, name="setup-agent"),
    path("setup/people/<uuid:agent>/<slug:act>/", views.act, name="setup-agent-act"),
    path("setup/teams/<uuid:team>/supervisors/", views.supervisors, name="setup-team-supervisors"),
    path("setup/<uuid:client>/people/", views.people, name="setup-people"),
    path("setup/<uuid:client>/people/<uuid:agent>/<slug:act>/", views.licence, name="setup-licence"),
    path("setup/<uuid:client>/members/<uuid:person>/<slug:act>/", views.member, name="setup-member"),
]
