"""What production does to static files before it can answer at all."""

import re
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.test import override_settings


def test_everything_is_collected_and_modules_name_hashed_siblings(tmp_path: Path) -> None:
    storages = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "bpo.storage.HashedModules"},
    }
    with override_settings(STATIC_ROOT=str(tmp_path), STORAGES=storages):
        # The two largest packages bring no modules; without them it takes a tenth of the time.
        call_command(
            "collectstatic", interactive=False, verbosity=0, ignore_patterns=["drf_spectacular_sidecar*", "admin*"]
        )
    app = next((tmp_path / "js").glob("app.????????????.js")).read_text()
    assert "lib/theme." in app
    assert '"./lib/theme.js"' not in app


def test_media_queries_ask_for_what_browsers_know() -> None:
    """One with an unknown feature is dropped without a word: the page looks right until it is opened on a phone."""
    known = {"width", "height", "min-width", "max-width", "min-height", "max-height", "prefers-reduced-motion",
             "prefers-color-scheme", "prefers-contrast", "forced-colors", "hover", "pointer"}  # fmt: skip
    unknown = {
        f"{sheet.name}: {feature}"
        for sheet in (Path(settings.BASE_DIR) / "static/css").glob("*.css")
        for query in re.findall(r"@media([^{]*)\{", sheet.read_text())
        for feature in re.findall(r"\(\s*([a-z-]+)", query)
        if feature not in known
    }
    assert unknown == set()
