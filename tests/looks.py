"""Takes a picture of every page at three widths, light and dark: "make looks"; var/looks/index.html shows them.

It starts the product with its demo on a data folder of its own; `--only floor` takes the pages whose names begin so.
Beside each page stands what a picture does not say: how much wider than the window it is, and which words are cut.
"""

from __future__ import annotations

import argparse
import html
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests.living import BROWSER_FLAGS, HELP, find_browser
from tests.pictures import ROOT, product, wait_for_the_past

if TYPE_CHECKING:
    from clients.models import Client
    from tests.browser.pages import Shown

WIDTHS = {1440: 900, 1024: 768, 390: 844}
SCHEMES = ("light", "dark")
CLIENT = "the-tech-giant"
TALLEST = 4_000
# Words that end in nothing: wider than their box, which hides the rest and says so by no dots.
CUT = """() => [...document.querySelectorAll("body *")].filter((el) => {
    const style = getComputedStyle(el), own = [...el.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    return own && el.clientWidth > 1 && el.scrollWidth > el.clientWidth + 1 && el.checkVisibility()
        && ["hidden", "clip"].includes(style.overflowX) && style.textOverflow !== "ellipsis" && !el.closest(".sr");
}).map((el) => el.textContent.trim().replace(/\\s+/g, " ").slice(0, 60)).slice(0, 5)"""
WIDER = "document.scrollingElement.scrollWidth - innerWidth"
SHEET = """body{font:14px/1.4 system-ui;margin:24px;background:#eee;color:#111}section{margin:0 0 32px}
div{display:flex;gap:12px;align-items:flex-start;overflow-x:auto}
img{border:1px solid #999;background:#fff;height:320px;width:auto}
figure{margin:0}p{color:#a00;margin:4px 0}nav{columns:3}"""


def connect(folder: Path) -> Client:
    """The demo's own rows, with each kind of work in somebody's hands."""
    import django

    os.environ |= {"BPO_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "bpo.settings.development"}
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    django.setup()
    from django.test import override_settings

    from bpo.demo.setting_up import set_up
    from clients.models import Client
    from tests.browser.pages_work import everything_in_hand

    with override_settings(DEMO=True):
        set_up()
    of = Client.objects.get(slug=CLIENT)
    everything_in_hand(of)
    return of


def take(page: Page, folder: Path, name: str) -> list[str]:
    """The six pictures of a page that is open; what is wrong with it at each width."""
    said: list[str] = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.wait_for_timeout(120)
            tall = min(page.evaluate("document.scrollingElement.scrollHeight"), TALLEST)
            clip = {"x": 0, "y": 0, "width": width, "height": max(tall, height)}
            path = folder / f"{name}-{width}-{scheme}.png"
            page.screenshot(path=path, full_page=True, clip=clip, animations="disabled")  # type: ignore[arg-type]
        if (more := page.evaluate(WIDER)) > 0:
            said.append(f"{width}: {more} px wider than the window")
        said += [f"{width}: cut: {words}" for words in page.evaluate(CUT)]
    return said


def index(folder: Path, taken: list[tuple[Shown, str, list[str]]]) -> None:
    """One page with all of them."""
    links = "".join(f'<a href="#{name}">{html.escape(shown.title)}</a><br>' for shown, name, _said in taken)
    parts = [f"<!doctype html><meta charset=utf-8><title>Looks</title><style>{SHEET}</style><nav>{links}</nav>"]
    for shown, name, said in taken:
        files = [f"{name}-{width}-{scheme}.png" for width in WIDTHS for scheme in SCHEMES]
        shots = "".join(f'<a href="{one}"><img loading="lazy" alt="{one}" src="{one}"></a>' for one in files)
        words = "".join(f"<p>{html.escape(line)}</p>" for line in said)
        parts.append(f'<section id="{name}"><h2>{html.escape(shown.title)}</h2>{words}<div>{shots}</div></section>')
    (folder / "index.html").write_text("\n".join(parts))


def all_of(browser: Browser, url: str, of: Client, folder: Path, only: str) -> list[tuple[Shown, str, list[str]]]:
    """Page by page, each in the browser of who sees it."""
    from tests.browser.pages import PAGES, NotThere
    from tests.browser.pages_open import Visitors
    from tests.living import session_of

    def new_page(user: Any) -> Page:
        context = browser.new_context(base_url=url, locale="en-GB", timezone_id="America/New_York")
        if user:
            context.add_cookies([{"name": "sessionid", "value": session_of(user), "url": url}])
        return context.new_page()

    visitors = Visitors(new_page, of)
    taken = []
    for shown in (each for each in PAGES if each.name.startswith(only)):
        name = shown.title.replace(", ", "-").replace(" ", "-")
        try:
            said = take(visitors.open(shown), folder, name)
        except (NotThere, BrowserError) as failed:
            said = [str(failed).splitlines()[0]]
        taken.append((shown, name, said))
        print("  " + "; ".join([shown.title, *said]), flush=True)
    return taken


def main() -> None:
    """All of them, or those of one part."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", default="", help="pages whose names begin so")
    arguments.add_argument("--past", action="store_true", help="with the demo's past month, which takes a while")
    arguments.add_argument("--port", type=int, default=18080)
    wanted = arguments.parse_args()
    path = find_browser()
    if path is None:
        sys.exit(HELP)
    home = Path(os.environ.get("BPO_VAR", ROOT / "var"))
    folder = home / "looks"
    folder.mkdir(parents=True, exist_ok=True)
    more = () if wanted.past else ("--no-seed", "--no-simulator")
    with product("", *more, port=wanted.port) as url:
        if wanted.past:
            wait_for_the_past(url)
        of = connect(home / "pictures")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
            taken = all_of(browser, url, of, folder, wanted.only)
            browser.close()
    index(folder, taken)
    print(f"{len(taken)} pages: {folder / 'index.html'}")


if __name__ == "__main__":
    main()
