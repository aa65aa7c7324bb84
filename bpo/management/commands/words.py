"""Bring the catalogues of what the screens say in step with the code."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from bpo import translating


class Command(BaseCommand):
    """Without anything: gather, and tell what lacks words; with --compile: write what Django reads."""

    help = "Gathers what the screens say for locale/*/LC_MESSAGES/django.po, or compiles those."

    def add_arguments(self, parser: CommandParser) -> None:
        """--compile."""
        parser.add_argument("--compile", action="store_true", help="write the catalogues as Django reads them")

    def handle(self, *args: Any, **options: Any) -> None:
        """Update or compile every language but English."""
        if options["compile"]:
            translating.compile_all()
            return
        for language, _name in settings.LANGUAGES:
            if language != "en":
                self.stdout.write(f"{language}: {translating.update(language)} texts lack their words")
