"""Addresses of a client's brand; public."""

from django.urls import path

from clients import views_brand

urlpatterns = [
    path("brand/<uuid:public_id>/<str:digest>.css", views_brand.stylesheet, name="brand-css"),
    path("brand/<uuid:public_id>/<str:digest>/logo", views_brand.logo, name="brand-logo"),
]
