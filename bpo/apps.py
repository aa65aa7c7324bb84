"""Makes the project package an app, so that its management commands are found."""

from django.apps import AppConfig


class BpoConfig(AppConfig):
    name = "bpo"
    verbose_name = "Contact center"
