"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "bpo.accounts"
    label = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from bpo.accounts import signals  # noqa: F401 connects its receivers
