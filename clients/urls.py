"""Addresses of a client's brand, which are public, and of the guided set-up."""

from django.urls import include, path, re_path

from clients import views_brand
from clients.views import (
    design_reading,
    setup,
    setup_brand,
    setup_catalogue,
    setup_contract,
    setup_design,
    setup_doors,
    setup_hours,
    setup_queues,
    setup_scripts,
    setup_sounds,
)

of_client = [
    path("", setup.overview, name="setup-client"),
    path("stand/<slug:act>/", setup.stand, name="setup-stand"),
    path("company/", setup.company, name="setup-company"),
    path("brand/", setup_brand.brand, name="setup-brand"),
    path("brand/colour/", setup_brand.colour, name="setup-colour"),
    path("texts/", setup_brand.texts, name="setup-texts"),
    path("sounds/", setup_sounds.sounds_of, name="setup-sounds"),
    path("sounds/<uuid:sound>/", setup_sounds.play, name="setup-sound"),
    path("sounds/<uuid:sound>/remove/", setup_sounds.remove, name="setup-sound-remove"),
    path("hours/", setup_hours.listing, name="setup-hours"),
    path("hours/new/", setup_hours.new, name="setup-hours-new"),
    path("hours/<uuid:hours>/", setup_hours.edit, name="setup-hours-edit"),
    path("hours/<uuid:hours>/dates/", setup_hours.add_date, name="setup-hours-date"),
    path("hours/<uuid:hours>/dates/drop/", setup_hours.drop_date, name="setup-hours-date-drop"),
    path("hours/<uuid:hours>/delete/", setup_hours.drop, name="setup-hours-drop"),
    path("lines/", setup_queues.listing, name="setup-queues"),
    path("lines/<uuid:queue>/<slug:act>/", setup_queues.move, name="setup-queue-move"),
    path("doors/", setup_doors.listing, name="setup-doors"),
    path("doors/new/<slug:kind>/", setup_doors.new, name="setup-door-new"),
    path("doors/<uuid:door>/", setup_doors.edit, name="setup-door"),
    path("catalogue/", setup_catalogue.catalogue, name="setup-catalogue"),
    path("catalogue/<slug:part>/", setup_catalogue.catalogue, name="setup-catalogue-part"),
    path("scripts/", setup_scripts.listing, name="setup-scripts"),
    path("scripts/new/", setup_scripts.new, name="setup-script-new"),
    path("scripts/<uuid:script>/draft/", setup_scripts.new_version, name="setup-version-new"),
    path("versions/<uuid:version>/", setup_scripts.version, name="setup-version"),
    path("versions/<uuid:version>/design/", setup_design.design, name="setup-design"),
    path("versions/<uuid:version>/design/save/", setup_design.save, name="setup-design-save"),
    path("versions/<uuid:version>/walk/", design_reading.walk, name="setup-walk"),
    path("versions/<uuid:version>/difference/", design_reading.difference, name="setup-difference"),
    path("versions/<uuid:version>/file/<slug:form>/", design_reading.export, name="setup-version-file"),
    path("versions/<uuid:version>/<slug:act>/", setup_scripts.move, name="setup-version-move"),
    path("contract/", setup_contract.contract, name="setup-contract"),
    path("contract/rules/", setup_contract.policy, name="setup-policy"),
    path("keys/", setup_contract.keys, name="setup-keys"),
    path("keys/<uuid:key>/revoke/", setup_contract.revoke, name="setup-key-revoke"),
]

urlpatterns = [
    path("brand/<uuid:public_id>/<str:digest>.css", views_brand.stylesheet, name="brand-css"),
    path("brand/<uuid:public_id>/<str:digest>/logo", views_brand.logo, name="brand-logo"),
    re_path(r"^setup/colours/(?P<digits>[0-9a-f]{6})\.css$", setup_brand.stylesheet, name="setup-colour-css"),
    path("setup/", setup.clients, name="setup"),
    path("setup/new/", setup.new, name="setup-new"),
    path("setup/<uuid:client>/", include(of_client)),
]
