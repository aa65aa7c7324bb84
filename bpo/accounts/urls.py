"""A person's own pages, beside those of allauth."""

from django.urls import path

from bpo.accounts import views

app_name = "accounts"
urlpatterns = [
    path("invitation/<uuid:person>/<str:token>/", views.invitation, name="invitation"),
    path("profile/", views.profile, name="profile"),
    path("zone/", views.zone, name="zone"),
]
