"""Takes the pictures of README and docs from the running product: "make pictures".

It starts the product with its demo on a data folder of its own, waits for the past month, plays a chat with two
browser pages and photographs each surface in light and in dark. `--at http://localhost:8000` uses one that runs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.living import BROWSER_FLAGS, HELP, find_browser

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 400, "height": 760}
LARGEST = 300 * 1024
PAST_SECONDS = 30 * 60
LIFE_SECONDS = 90
SITE = "the-tech-giant"
WORDS = "Hello, my order TG-204418 never came. It was due last week."
NAMES = ["Dana Whitfield", "Ann Keller", "Omar Reyes", "Ruth Lindqvist", "Iris Novak", "Paul Brandt"]


@contextmanager
def product(at: str, *more: str, port: int = 18080) -> Iterator[str]:
    """The address of a product with its demo; started here unless one was named."""
    if at:
        yield at.rstrip("/")
        return
    folder = Path(os.environ.get("BPO_VAR", ROOT / "var")) / "pictures"
    environment = {**os.environ, "BPO_VAR": str(folder)}
    up = [sys.executable, "manage.py", "up", "--demo", "--port", str(port), *more]
    process = subprocess.Popen(up, cwd=ROOT, env=environment, start_new_session=True)
    told = folder / "run" / "up.json"
    try:
        end = time.monotonic() + 300  # a busy machine is slow, not broken
        while not told.exists():
            if process.poll() is not None or time.monotonic() > end:
                sys.exit("the product did not start; its own words are above")
            time.sleep(0.2)
        yield json.loads(told.read_text())["url"]
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(60)


def wait_for_the_past(url: str) -> None:
    """Figures of a month make better pictures than a first day."""
    end = time.monotonic() + PAST_SECONDS
    print("waiting for the past month", flush=True)
    while time.monotonic() < end:
        with suppress(OSError):
            words = urllib.request.urlopen(f"{url}/demo/simulator/", timeout=30).read().decode()
            if "past month is there" in words:
                return
            if "could not be finished" in words:
                break
        time.sleep(2)
    print("  not finished; the pictures show what there is", flush=True)


def context_of(browser: Browser, url: str, scheme: str, size: dict[str, int]) -> BrowserContext:
    """Cookies of one person; times as in New York, where The Tech Giant is."""
    context = browser.new_context(
        base_url=url, color_scheme=scheme, viewport=size, locale="en-GB", timezone_id="America/New_York"
    )
    context.set_default_timeout(30_000)
    return context


def become(context: BrowserContext, key: str) -> Page:
    """Through the demo's door of this person, as a visitor does."""
    page = context.new_page()
    press(page, f"/demo/enter/{key}/")
    return page


def press(page: Page, address: str, **fields: str) -> None:
    """Post a form without its button."""
    page.goto("/")
    page.wait_for_load_state("networkidle")  # the first page of a person is read again once it knows the zone
    form = {"csrfmiddlewaretoken": page.locator("[name=csrfmiddlewaretoken]").first.input_value(), **fields}
    page.context.request.post(address, form=form, headers={"Referer": page.url}, max_redirects=0)


@contextmanager
def alone(browser: Browser, url: str) -> Iterator[None]:
    """The simulated colleagues go home meanwhile, for they would take the chat first."""
    with context_of(browser, url, "light", WIDE) as context:
        page = context.new_page()
        press(page, "/demo/switch/", on="0")
        page.wait_for_timeout(15_000)
        yield
        press(page, "/demo/switch/", on="1")


def keep(page: Page, name: str, scheme: str) -> None:
    """One picture, in a palette when it is large."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0)  # parts that follow the page
    page.wait_for_timeout(600)  # transitions
    raw = page.screenshot(animations="disabled")
    picture = Image.open(BytesIO(raw)).convert("RGB")
    path = FOLDER / f"{name}-{scheme}.png"
    colours = 256
    picture.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
    while path.stat().st_size > LARGEST and colours > 16:
        colours //= 2
        picture.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"  {path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB", flush=True)


def surfaces(browser: Browser, url: str, scheme: str) -> None:
    """What needs nobody's help: first page, callback form, floor, portal."""
    stranger = context_of(browser, url, scheme, WIDE)
    page = stranger.new_page()
    page.goto("/")
    expect(page.locator(".doors")).to_be_visible()
    keep(page, "start", scheme)
    page.goto(f"/sites/{SITE}/contact/")
    page.goto(page.locator("a[href*='/callback/']").first.get_attribute("href") or "")
    page.set_viewport_size({"width": 900, "height": 900})
    keep(page, "callback", scheme)
    stranger.close()
    for key, name, address in (("priya", "floor", "/floor/"), ("morgan", "portal", "/portal/")):
        context = context_of(browser, url, scheme, WIDE)
        page = become(context, key)
        page.goto(address)
        page.locator("main").wait_for()
        keep(page, name, scheme)
        context.close()


def chat(browser: Browser, url: str, scheme: str) -> None:
    """Alex takes a chat and plays it with its customer."""
    at_work = context_of(browser, url, scheme, WIDE)
    alex = become(at_work, "alex")
    ours = alex.locator("[data-offer]", has_text=re.compile("|".join(NAMES))).first
    pages: dict[str, Page] = {}
    for name in NAMES:
        press(alex, "/console/presence/available/")  # again: one that missed a simulated customer is asked no more
        alex.goto("/console/")
        pages[name] = customer(context_of(browser, url, scheme, NARROW), name)
        with suppress(AssertionError):
            # The card is drawn at once and filled a moment later; somebody else's expires and goes to a colleague.
            expect(ours).to_be_visible(timeout=8_000)
            break
    offer = ours
    expect(offer).to_be_visible()
    asked = next(name for name in reversed(pages) if name in offer.inner_text())
    offer.get_by_role("button", name="Accept").click()
    expect(alex.locator("#chat-text")).to_be_visible()
    page = pages[asked]
    say(alex, "#chat-text", f"Hello {asked.split()[0]}, I am Alex. I look into it right now.")
    expect(page.locator("#log")).to_contain_text("I look into it")
    say(page, "#text", "Thank you. The number is TG-204418, ZIP 43215.")
    expect(alex.locator("#messages")).to_contain_text("ZIP 43215")
    say(alex, "#chat-text", "Thank you, that is all I need.")
    expect(page.locator("#log")).to_contain_text("all I need")
    alex.locator("#script .foot .btn.main").click()  # the greeting was said: on to verify
    expect(alex.locator("#answer-form [name=postal_code]")).to_be_visible()
    keep(page, "chat", scheme)
    keep(alex, "console", scheme)
    page.locator("#end").click()
    page.locator("#end-yes").click()
    for one in pages.values():
        one.context.close()
    sign_off(alex)
    at_work.close()


def customer(context: BrowserContext, name: str) -> Page:
    """Somebody on the client's page writes the first words; the chat frame alone is opened, for the picture."""
    page = context.new_page()
    page.goto(f"/sites/{SITE}/contact/")
    frame = page.locator("script[src*='/widget/']").get_attribute("src") or ""
    door = frame.rsplit("/", 1)[-1].removesuffix(".js")
    page.goto(f"/c/{door}/chat/")
    page.locator("#name").fill(name)
    page.locator("#email").fill(f"{name.lower().replace(' ', '.')}@mail.example")
    page.locator("#words").fill(WORDS)
    page.locator("#start [type=submit]").click()
    return page


def say(page: Page, field: str, words: str) -> None:
    page.locator(field).fill(words)
    page.locator(field).press("Enter")


def sign_off(alex: Page) -> None:
    """Leave nothing open behind, so that the next light finds her free."""
    with suppress(AssertionError):
        expect(alex.locator("#wrapup")).to_be_visible(timeout=10_000)
        alex.locator("#wrapup .tile").first.click()
        below = alex.locator("#wrapup [data-below]:not([hidden]) .tile")
        if below.count():
            below.first.click()
        alex.locator("#wrapup button[type=submit]").click()


def main() -> None:
    """All of them."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--at", default="", help="the address of a product that runs with its demo")
    arguments.add_argument("--only", default="", help="surfaces or chat")
    wanted = arguments.parse_args()
    path = find_browser()
    if path is None:
        sys.exit(HELP)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with product(wanted.at) as url, sync_playwright() as playwright:
        wait_for_the_past(url)
        if not wanted.at:
            time.sleep(LIFE_SECONDS)  # until the simulator's floor moves
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        schemes = ("light", "dark")
        if wanted.only in ("", "surfaces"):
            for scheme in schemes:
                surfaces(browser, url, scheme)
        if wanted.only in ("", "chat"):
            with alone(browser, url):
                for scheme in schemes:
                    chat(browser, url, scheme)
        browser.close()


if __name__ == "__main__":
    main()
