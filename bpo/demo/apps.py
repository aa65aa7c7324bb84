"""The app of the demo; always installed, it answers only where DEMO is set."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "bpo.demo"
    label = "demo"
    verbose_name = "Demo"

    def ready(self) -> None:
        from bpo.demo import visits  # noqa: F401  connects what notices a visitor at work
