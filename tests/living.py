"""The running product and a real browser, for tests marked services, browser and storm."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import global_settings, settings

from bpo.settings import env
from tests import coturn, database

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "bpo_living"
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
HELP = "No browser: set CHROMIUM to one, or install Debian's package: sudo apt-get install chromium"


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """Where the running product answers."""

    url: str
    mail: dict[str, Any]
    process: subprocess.Popen[bytes]
    folder: Path

    def log(self, name: str) -> str:
        """What one of its processes wrote."""
        return (self.folder / "log" / f"{name}.log").read_text(errors="replace")


@dataclass(slots=True)
class Watch:
    """Collects what a page complains about; a test that expects a complaint allows it."""

    complaints: list[str] = field(default_factory=list)
    # A request given up for a newer one is told as an error; one that failed says htmx:sendError beside it.
    allowed: list[str] = field(default_factory=lambda: ["htmx:sendAbort", "htmx:afterRequest"])

    def allow(self, *parts: str) -> None:
        """Complaints that contain one of these words are expected."""
        self.allowed += parts

    def unexpected(self) -> list[str]:
        return [line for line in self.complaints if not any(part in line for part in self.allowed)]


def find_browser() -> str | None:
    """CHROMIUM, or a browser on the PATH."""
    given = os.environ.get("CHROMIUM")
    if given:
        return given if Path(given).exists() else None
    return next((path for name in BROWSER_NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path. Under CI a missing browser is a failure, never a skip."""
    path = find_browser()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(HELP, pytrace=False)
        pytest.skip(HELP)
    return path


@pytest.fixture(scope="session")
def live_server_process() -> Iterator[Product]:
    """Web, worker, beat, sweep and the local mail servers on a database of their own, started once when first asked."""
    import psycopg
    import redis

    if settings.POSTGRES:
        admin, address = settings.POSTGRES.url("postgres"), settings.POSTGRES.url(DATABASE)
    else:
        from django.db import connection

        parameters = connection.get_connection_params()
        login = f"{parameters['user']}:{parameters.get('password') or ''}"
        place = f"{parameters.get('host') or 'localhost'}:{parameters.get('port') or 5432}"
        admin, address = f"postgresql://{login}@{place}/postgres", f"postgresql://{login}@{place}/{DATABASE}"
    with psycopg.connect(admin, autocommit=True) as connection_:
        connection_.execute(f"drop database if exists {DATABASE} with (force)")
        # Its tables are those of the tests' own database: copied where another part of the run has made them.
        original = database.original_name()
        made = connection_.execute("select 1 from pg_database where datname = %s", [original]).fetchone()
        connection_.execute(f"create database {DATABASE}" + (f" template {original}" if made else ""))
    for address_ in env.redis_urls(product_redis()):
        number = int(address_.rsplit("=", 1)[-1].rsplit("/", 1)[-1])
        with redis.Redis.from_url(product_redis(), db=number) as queue:
            queue.flushdb()
    folder = settings.VAR / "living"
    for old in ("run", "mail"):
        shutil.rmtree(folder / old, ignore_errors=True)
    (folder / "run").mkdir(parents=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DJANGO_"))},
        "DJANGO_SETTINGS_MODULE": "bpo.settings.development",
        "SECRET_KEY": settings.SECRET_KEY,
        "BPO_VAR": str(folder),
        "DATABASE_URL": address,
        "REDIS_URL": product_redis(),
        "PYTHONPATH": str(ROOT),
        # Asked by browsers whenever they call; it runs in the test that needs it.
        "TURN_URLS": coturn.url(),
        "TURN_SECRET": coturn.SECRET,
    }
    output = (folder / "up.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--mail", "--port", "18000"],
        cwd=ROOT,
        env=environment,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    told = folder / "run" / "up.json"
    end = time.monotonic() + 240
    while not told.exists():
        if process.poll() is not None or time.monotonic() > end:
            _end(process)
            pytest.fail(f"the product did not start:\n{(folder / 'up.log').read_text()[-4000:]}", pytrace=False)
        time.sleep(0.1)
    facts = json.loads(told.read_text())
    product = Product(url=facts["url"], mail=facts.get("mail", {}), process=process, folder=folder)
    yield product
    _end(process)
    output.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


@pytest.fixture
def live(live_server_process: Product, django_db_blocker: Any) -> Iterator[Product]:
    """The running product, and this test on the product's own database, queue and mail: what it saves is really there.

    Nothing is rolled back or emptied; a test makes its own client with its own names.
    """
    from django.db import connections
    from django.test import override_settings

    from bpo.celery import app
    from bpo.kernel import push

    connection = connections["default"]
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict["NAME"] = DATABASE
    redis_url, broker_url = env.redis_urls(product_redis())
    layer = settings.CHANNEL_LAYERS["default"]
    as_the_product = override_settings(
        PASSWORD_HASHERS=global_settings.PASSWORD_HASHERS,
        REDIS_URL=redis_url,
        CHANNEL_LAYERS={"default": {**layer, "CONFIG": {"hosts": [redis_url], "prefix": "bpo"}}},
        CACHES={"default": {**settings.CACHES["default"], "LOCATION": redis_url, "KEY_PREFIX": "bpo"}},
        SITE_URL=live_server_process.url,
        MEDIA_ROOT=live_server_process.folder / "media",
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST=live_server_process.mail.get("host", "127.0.0.1"),
        EMAIL_PORT=live_server_process.mail.get("smtp_port", 25),
    )
    eager, broker = app.conf.task_always_eager, app.conf.broker_url
    try:
        with as_the_product, django_db_blocker.unblock():
            app.conf.task_always_eager, app.conf.broker_url = False, broker_url
            push._idle.clear()
            yield live_server_process
    finally:
        app.conf.task_always_eager, app.conf.broker_url = eager, broker
        push._idle.clear()
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)
    assert live_server_process.process.poll() is None, (live_server_process.folder / "up.log").read_text()[-3000:]


def product_redis() -> str:
    """Databases 5 and 6 of the tests' server, so that product and unit tests do not hear each other."""
    if "db=" in settings.REDIS_URL:
        return settings.REDIS_URL.replace("db=0", "db=5")
    return settings.REDIS_URL.rsplit("/", 1)[0] + "/5"


def eventually(check: Callable[[], Any], *, within: float = 10, every: float = 0.1) -> Any:
    """The first true value of check, polled; an assertion error after the limit."""
    end = time.monotonic() + within
    while True:
        with suppress(urllib.error.URLError):
            if value := check():
                return value
        assert time.monotonic() < end, f"{getattr(check, '__name__', check)} did not come true within {within} s"
        time.sleep(every)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """One browser for the session; every page lives in a context of its own."""
    from playwright.sync_api import sync_playwright

    # Playwright's synchronous calls run an event loop in this thread, which Django would take for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def voices(browser: Any, chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Browsers whose people speak; one for each pitch."""
    from tests.browser.sounds import Voices

    found = Voices(browser.browser_type, chromium, tmp_path_factory.mktemp("voices"))
    yield found
    found.close()


@pytest.fixture
def watch() -> Watch:
    """What the pages of this test complained about."""
    return Watch()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Remember that the test itself failed, for the pictures of its pages."""
    report: Any = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    told = str(report.longrepr) if report.failed else ""
    if len(told) > MUCH:  # a browser tells all of a page at every look, which hides what failed, and why
        report.longrepr = f"{told[: MUCH // 2]}\n[...]\n{told[-MUCH // 2 :]}"
    return report


FAILED = pytest.StashKey[bool]()
MUCH = 4_000  # characters


@pytest.fixture
def new_page(browser: Any, live: Product, watch: Watch, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Makes pages of different people: new_page(user=sue, locale="es-ES"); each has its own cookies.

    At the end the test fails for any console error, script error or violated policy nobody allowed. Of a test that
    failed, each page leaves a picture in var/test/living/pictures.
    """
    contexts: list[Any] = []

    def open_page(*, user: Any = None, locale: str = "en-GB", **options: Any) -> Any:
        # In the house's own zone, so that no page loads anew to tell the times of the browser's.
        context = browser.new_context(base_url=live.url, locale=locale, **{"timezone_id": "UTC", **options})
        contexts.append(context)
        context.set_default_timeout(20_000)
        if user is not None:
            context.add_cookies([{"name": "sessionid", "value": session_of(user), "url": live.url}])
        page = context.new_page()
        page.on("console", lambda said: said.type == "error" and watch.complaints.append(complaint(said, page)))
        page.on("pageerror", lambda error: watch.complaints.append(f"script: {error} ({page.url})"))
        return page

    yield open_page
    for number, context in enumerate(contexts):
        if request.node.stash.get(FAILED, False):
            for page in context.pages:
                page.screenshot(path=live.folder / "pictures" / f"{request.node.name}-{number}.png")
        context.close()
    assert not watch.unexpected(), "\n".join(watch.unexpected())


def complaint(said: Any, page: Any) -> str:
    """What a page said, where, and about which address."""
    return f"{said.text} ({page.url}; {said.location.get('url', '')})"


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """One page of nobody in particular."""
    return new_page()


def session_of(user: Any) -> str:
    """A session cookie for the person, as signing in would make it."""
    from django.test import Client

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value
