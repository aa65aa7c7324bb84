"""Addresses of the portal pages."""

from django.urls import URLPattern, URLResolver, path

from interactions.views.portal import pages, tasks

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.choose, name="portal-choose"),
    path("<uuid:client>/", pages.today, name="portal"),
    path("<uuid:client>/tiles/", pages.tiles, name="portal-tiles"),
    path("<uuid:client>/promised/", pages.promised_part, name="portal-promised"),
    path("<uuid:client>/figures/", pages.figures, name="portal-figures"),
    path("<uuid:client>/promises/", pages.promises, name="portal-promises"),
    path("<uuid:client>/contacts/", pages.contacts, name="portal-contacts"),
    path("<uuid:client>/contacts/<uuid:contact>/", pages.contact, name="portal-contact"),
    path("<uuid:client>/tasks/", tasks.listing, name="portal-tasks"),
    path("<uuid:client>/tasks/<uuid:task>/done/", tasks.finish, name="portal-task-done"),
    path("<uuid:client>/call-flows/", pages.call_flows, name="portal-scripts"),
    path("<uuid:client>/callbacks/", pages.callbacks, name="portal-callbacks"),
]
