"""Addresses of those pages of the guided set-up that show the work's own things."""

from django.urls import URLPattern, URLResolver, path

from interactions.views import flow_papers, reviews, setup, snippets

urlpatterns: list[URLPattern | URLResolver] = [
    path("<uuid:client>/scripts/<uuid:script>/figures/", reviews.figures, name="setup-script-figures"),
    path("<uuid:client>/versions/<uuid:version>/step/figures/", reviews.step_figures, name="setup-step-figures"),
    path("<uuid:client>/snippets/", snippets.listing, name="setup-snippets"),
    path("<uuid:client>/snippets/new/", snippets.new, name="setup-snippet-new"),
    path("<uuid:client>/snippets/<slug:language>/<slug:shortcut>/", snippets.edit, name="setup-snippet"),
    path("<uuid:client>/snippets/<slug:language>/<slug:shortcut>/<slug:act>/", snippets.act, name="setup-snippet-act"),
    path("<uuid:client>/versions/<uuid:version>/chart.svg", flow_papers.picture, name="setup-version-picture"),
    path("<uuid:client>/versions/<uuid:version>/words.pdf", flow_papers.paper, name="setup-version-paper"),
    path(
        "<uuid:client>/versions/<uuid:version>/papers/<uuid:paper>/",
        flow_papers.paper_made,
        name="setup-version-paper-made",
    ),
    path(
        "<uuid:client>/versions/<uuid:version>/papers/<uuid:paper>/file/",
        flow_papers.paper_file,
        name="setup-version-paper-file",
    ),
    path("<uuid:client>/previews/", setup.previews, name="setup-previews"),
    path("<uuid:client>/previews/<slug:kind>/<slug:language>/", setup.preview, name="setup-preview"),
    path("<uuid:client>/doors/<uuid:door>/test/", setup.test_mailbox, name="setup-mailbox-test"),
]
