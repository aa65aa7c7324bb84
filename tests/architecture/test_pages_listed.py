"""Each address of desk, designer, floor, portal, set-up and customers is in the list of pages, or says why not."""

from tests.architecture.tenant_rules import RULES
from tests.architecture.test_tenants import ALL
from tests.browser.pages import AREAS, NO_PAGE, PAGES, THINGS

READ = {name for name in ALL if name.startswith(AREAS) and RULES[name].get is not None}
LISTED = {page.name for page in PAGES}


def test_every_page_is_looked_at_or_is_none() -> None:
    assert READ - LISTED - set(NO_PAGE) == set(), "add it to tests/browser/pages.py"
    assert set() == LISTED - READ, "no such page"
    assert set(NO_PAGE) - READ == set(), "no such address, or nothing to read there"
    assert LISTED & set(NO_PAGE) == set()


def test_every_page_says_what_it_is_about() -> None:
    words = [page.of.get(argument, argument) for page in PAGES for argument in ALL[page.name]]
    told = {word for word in words if not word.startswith("=") and word != "token"}
    assert told - set(THINGS) == set()
    titles = [page.title for page in PAGES]
    assert len(titles) == len(set(titles))
