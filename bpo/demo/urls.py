"""Addresses of the demo."""

from django.urls import path

from bpo.demo.views import mailbox, sites, start

urlpatterns = [
    path("", start.start, name="demo-start"),
    path("demo/simulator/", start.simulator_part, name="demo-simulator"),
    path("demo/switch/", start.switch, name="demo-switch"),
    path("demo/enter/<slug:key>/", start.enter, name="demo-enter"),
    path("demo/mailbox/", mailbox.mailbox, name="demo-mailbox"),
    path("demo/mailbox/<str:address>/", mailbox.mailbox, name="demo-mailbox-of"),
    path("demo/mailbox/<str:address>/<int:uid>/", mailbox.mailbox, name="demo-mail"),
    path("demo/mailbox/<str:address>/<int:uid>/html/", mailbox.html, name="demo-mail-html"),
    path("sites/<slug:slug>/", sites.front, name="demo-site"),
    path("sites/<slug:slug>/contact/", sites.contact, name="demo-site-contact"),
]
