"""Environment readers, the spellings of one Redis, and a production that stops at a missing variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from bpo.settings import env

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("url", "plain", "celery"),
    [
        ("redis://host", "redis://host/0", "redis://host/1"),
        ("rediss://:p@host:6380/4", "rediss://:p@host:6380/4", "rediss://:p@host:6380/5"),
        ("unix:///run/v.sock?db=2", "unix:///run/v.sock?db=2", "redis+socket:///run/v.sock?virtual_host=3"),
        ("unix:///run/v.sock", "unix:///run/v.sock?db=0", "redis+socket:///run/v.sock?virtual_host=1"),
    ],
)
def test_one_server_two_spellings(url: str, plain: str, celery: str) -> None:
    assert env.redis_urls(url) == (plain, celery)


def test_secrets_may_come_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hidden\n")
    monkeypatch.setenv("THING_FILE", str(tmp_path / "key"))
    assert env.secret("THING") == "hidden"
    monkeypatch.setenv("THING_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ImproperlyConfigured, match="THING_FILE"):
        env.secret("THING")


def test_words_that_are_no_flag_or_number_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", "maybe")
    for read in (lambda: env.flag("THING"), lambda: env.integer("THING", 1)):
        with pytest.raises(ImproperlyConfigured, match="THING"):
            read()


GIVEN = {
    "DATABASE_URL": "postgresql://u:p@db/x",
    "REDIS_URL": "redis://r/0",
    "EMAIL_HOST": "mail",
    "SECRET_KEY": "s" * 60,
    "ALLOWED_HOSTS": "cc.example.com",
    "SITE_URL": "https://cc.example.com",
}


def load(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "import django; django.setup(); from django.conf import settings; print(settings.POSTGRES)",
        ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "bpo.settings.production", **environment},
        capture_output=True,
        text=True,
    )


def test_production_starts_with_everything_and_embeds_nothing() -> None:
    result = load(GIVEN)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "None"


@pytest.mark.parametrize("name", GIVEN)
def test_production_stops_and_names_what_is_missing(name: str) -> None:
    result = load({key: value for key, value in GIVEN.items() if key != name})
    assert result.returncode != 0
    assert name in result.stderr.splitlines()[-1]
