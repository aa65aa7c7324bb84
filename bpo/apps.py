"""Makes the project package an app, so that its management commands are found."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class BpoConfig(AppConfig):
    name = "bpo"
    verbose_name = "Contact center"

    def ready(self) -> None:
        """Set up what every process has."""
        from bpo.kernel import timestamps

        timestamps.start()


class AdministrationConfig(AdminConfig):
    """Django's administration with our site."""

    default_site = "bpo.kernel.admin.HouseSite"
