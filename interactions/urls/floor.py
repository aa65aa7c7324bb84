"""Addresses of the floor pages."""

from django.urls import URLPattern, URLResolver, path

from interactions.views.floor import abilities, acts, contacts, licences, pages, replay, routing, shares

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.floor, name="floor"),
    path("wall/", pages.board, name="floor-board"),
    path("parts/board/", pages.part, {"name": "board"}, name="floor-board-part"),
    path("parts/wall/", pages.part, {"name": "wall"}, name="floor-wall-part"),
    path("parts/agents/", pages.part, {"name": "agents"}, name="floor-agents-part"),
    path("parts/callbacks/", pages.part, {"name": "callbacks"}, name="floor-callbacks-part"),
    path("parts/latest/", pages.part, {"name": "latest"}, name="floor-latest-part"),
    path("parts/lines/<uuid:queue>/", pages.line_part, name="floor-line-part"),
    path("parts/lines/<uuid:queue>/staffing/", pages.staffing_part, name="floor-staffing-part"),
    path("lines/<uuid:queue>/", pages.line, name="floor-line"),
    path("contacts/", contacts.contacts, name="floor-contacts"),
    path("contacts/<uuid:contact>/", contacts.contact, name="floor-contact"),
    path("contacts/<uuid:contact>/take-back/", acts.take_back, name="floor-take-back"),
    path("contacts/<uuid:contact>/assign/", acts.assign, name="floor-assign"),
    path("contacts/<uuid:contact>/priority/", acts.reprioritise, name="floor-priority"),
    path("contacts/<uuid:contact>/overflow/", acts.overflow, name="floor-overflow"),
    path("contacts/<uuid:contact>/offers/<uuid:leg>/others/", routing.others, name="floor-others"),
    path("callbacks/", contacts.callbacks, name="floor-callbacks"),
    path("callbacks/<uuid:callback>/", contacts.callback, name="floor-callback"),
    path("callbacks/<uuid:callback>/time/", acts.new_time, name="floor-callback-time"),
    path("callbacks/<uuid:callback>/cancel/", acts.cancel, name="floor-callback-cancel"),
    path("agents/", contacts.agents, name="floor-agents"),
    path("agents/<uuid:agent>/", contacts.agent, name="floor-agent"),
    path("agents/<uuid:agent>/not-hers/", routing.not_hers_part, name="floor-passed-part"),
    path("agents/<uuid:agent>/state/", acts.force, name="floor-force"),
    path("routing/", routing.routing_tester, name="floor-routing"),
    path("shares/", shares.fair_shares, name="floor-shares"),
    path("replay/", replay.replays, name="floor-replays"),
    path("replay/<uuid:replay>/", replay.replay, name="floor-replay"),
    path("replay/<uuid:replay>/part/", replay.replay_part, name="floor-replay-part"),
    path("replay/<uuid:replay>/stop/", replay.stop, name="floor-replay-stop"),
    path("licences/", licences.listing, name="floor-licences"),
    path("agents/<uuid:agent>/licences/<uuid:client>/<slug:act>/", licences.act, name="floor-licence"),
    path("agents/<uuid:agent>/skills/", abilities.skill, name="floor-skill"),
    path("agents/<uuid:agent>/lines/<uuid:queue>/", abilities.line, name="floor-switch"),
]
