"""Call lists on the floor, over HTTP: Sue makes one, fills it by form and file, opens it, and reads its results."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any

import pghistory.models
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from bpo.kernel import clock
from clients.models import CallList, Client, DoNotCall, Queue
from interactions import do_not_call, outbound, prospect_calls, prospects
from interactions.models import JournalEntry, Kind, Prospect, ProspectState
from interactions.views.floor import list_file
from tests import factories as make
from tests.clients.test_scripts import graph
from tests.interactions.scripted import publish

pytestmark = pytest.mark.django_db

HEAD = "name,number,email,company,zone,language,note,consent_how,consent_on\n"
PAUL = (
    "Paul Pine,+12125550101,paul@pine.example,Pine & Co,America/New_York,,Ask for spring,Form at the fair,2026-11-02\n"
)


@pytest.fixture
def acme() -> Client:
    return make.client("Acme")


@pytest.fixture
def line(acme: Client) -> Queue:
    return make.queue(acme, "Sales")


@pytest.fixture
def renewals(line: Queue) -> CallList:
    return make.call_list(line)


@pytest.fixture
def sue(acme: Client) -> Browser:
    browser = Browser()
    browser.force_login(make.supervisor(acme))
    return browser


def url(name: str, *args: Any) -> str:
    return reverse(f"floor-{name}", args=[getattr(one, "public_id", one) for one in args])


def sent(browser: Browser, to: CallList, data: bytes | str, **more: Any) -> Any:
    raw = data.encode() if isinstance(data, str) else data
    return browser.post(url("list-file", to), {"file": SimpleUploadedFile("fair.csv", raw), "step": "check", **more})


def confirmed(browser: Browser, to: CallList, answer: Any) -> Any:
    """Press “Add” on the page that was looked through."""
    page = answer.content.decode()
    found = re.search(r'name="again" value="([^"]*)"', page)
    assert found and "Add " in page
    return browser.post(url("list-file", to), {"again": found[1], "name": "fair.csv", "step": "add"}, follow=True)


# --- the list --------------------------------------------------------------------------------------------------------


def fields(line: Queue, **more: Any) -> dict[str, Any]:
    usual = {
        "name": "Spring", "queue": line.pk, "script": "", "calls_from": "09:00", "calls_until": "18:00",
        "weekdays": ["0", "1", "4"], "attempts": "3", "spacing_minutes": "120",
    }  # fmt: skip
    return usual | more


def test_a_new_list_calls_on_working_days_unless_sue_says_otherwise(line: Queue, sue: Browser) -> None:
    form = sue.get(url("list-new")).context["form"]
    assert [form[name].value() for name in ("weekdays", "attempts", "spacing_minutes")] == [[0, 1, 2, 3, 4], 3, 240]


def test_sue_makes_a_list_opens_it_and_changes_it_with_a_reason(line: Queue, sue: Browser) -> None:
    assert "No call list yet" in sue.get(url("lists")).content.decode()
    sale = publish(line.client, "A sale", "outbound", graph())
    page = sue.post(url("list-new"), fields(line, script=sale.script.pk), follow=True).content.decode()
    made = CallList.objects.get()
    assert (made.state, made.weekdays, made.script) == ("draft", [0, 1, 4], sale.script)
    assert "Mon, Tue, Fri, 09:00–18:00" in page and "A sale" in page

    assert sue.post(url("list-move", made, "open"), {"reason": ""}).status_code == 422
    sue.post(url("list-move", made, "open"), {"reason": "the fair is over"})
    made.refresh_from_db()
    assert made.state == "open"
    assert sue.post(url("list-edit", made), fields(line, attempts="5")).status_code == 422, "without a reason"
    sue.post(url("list-edit", made), fields(line, attempts="5", reason="more tries"))
    made.refresh_from_db()
    assert made.attempts == 5
    whys = [context.metadata.get("why") for context in pghistory.models.Context.objects.all()]
    assert {"the fair is over", "more tries"} <= set(whys)


def test_who_was_tried_more_often_than_sue_allows_now_is_given_up(
    renewals: CallList, line: Queue, sue: Browser
) -> None:
    paul = make.prospect(renewals, "Paul Pine", attempts=2, result="no_answer")
    sam = make.prospect(renewals, "Sam Stone", attempts=1, result="busy")
    new = make.prospect(renewals, "Nia New")
    lower = fields(
        line, name="Renewals", attempts="2", reason="two are enough", calls_from="00:00", calls_until="23:59"
    )
    assert sue.post(url("list-edit", renewals), lower | {"weekdays": [*"0123456"]}).status_code == 302
    renewals.refresh_from_db()
    now = clock.now()
    assert sum(prospects.ready([renewals], now)[renewals.pk].values()) == 2, "Paul is not called before the sweep comes"
    paul.call_list = renewals
    assert "used up" in prospects.person_refusal(paul, now) and not prospects.person_refusal(sam, now)
    assert prospect_calls.give_up() == 1 and prospect_calls.give_up() == 0
    for each, state in ((paul, "given_up"), (sam, "waiting"), (new, "waiting")):
        each.refresh_from_db()
        assert each.state == state
    assert paul.result == "no_answer" and "No answer" in sue.get(url("prospect", paul)).content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"calls_until": "08:00"}, "The end must lie after the beginning"),
        ({"weekdays": []}, "This field is required"),
        ({"attempts": "0"}, "greater than or equal to 1"),
        ({"name": "Renewals"}, "has a list of that name already"),
    ],
)
def test_a_list_nobody_could_call_from_is_refused_and_nothing_typed_is_lost(
    renewals: CallList, sue: Browser, wrong: dict[str, Any], words: str
) -> None:
    answer = sue.post(url("list-new"), fields(renewals.queue, **wrong))
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and 'value="120"' in page
    assert CallList.objects.count() == 1


def test_line_and_call_flow_are_of_one_company_she_supervises(line: Queue, sue: Browser) -> None:
    theirs = make.queue(make.client("Bolt"))
    assert sue.post(url("list-new"), fields(theirs)).status_code == 422
    writing = make.queue(line.client, channels=["email"])
    assert sue.post(url("list-new"), fields(writing)).status_code == 422, "nobody calls from a line of mails"
    both = Browser()
    both.force_login(make.supervisor(line.client, theirs.client, name="Sam"))
    flow = publish(theirs.client, "Theirs", "outbound", graph())
    answer = both.post(url("list-new"), fields(line, script=flow.script.pk))
    assert answer.status_code == 422 and "another company" in answer.content.decode()


def test_a_line_that_takes_no_calls_opens_no_list_and_closed_is_for_good(renewals: CallList, sue: Browser) -> None:
    CallList.objects.update(state="paused")
    Queue.objects.update(state="closed")
    assert sue.post(url("list-move", renewals, "open"), {"reason": "x"}).status_code == 409
    assert sue.post(url("list-move", renewals, "close"), {"reason": "done"}).status_code == 302
    for act in ("open", "pause", "close"):
        assert sue.post(url("list-move", renewals, act), {"reason": "x"}).status_code == 409
    for page in ("list-add", "list-file", "list-edit"):
        assert sue.get(url(page, renewals)).status_code == 409
    assert sue.get(url("list-move", renewals, "burn")).status_code == 404


# --- people by form --------------------------------------------------------------------------------------------------

PERSON = {
    "name": "Paul Pine", "number": "(212) 555-0101", "email": "Paul@Pine.example", "company": "",
    "zone": "America/New_York", "language": "es", "note": "",
    "consent_how": "Form at the fair", "consent_on": "2026-11-02",
}  # fmt: skip


def test_sue_adds_somebody_by_form_once(renewals: CallList, sue: Browser) -> None:
    assert sue.post(url("list-add", renewals), PERSON).status_code == 302
    paul = Prospect.objects.get()
    assert (paul.number, paul.address, paul.language) == ("+12125550101", "paul@pine.example", "es")
    again = sue.post(url("list-add", renewals), PERSON)
    assert again.status_code == 422 and "on the list already" in again.content.decode()
    do_not_call.add(renewals.client, "+12125550102", by=make.admin(), why="asked")
    refused = sue.post(url("list-add", renewals), PERSON | {"number": "+12125550102"})
    assert refused.status_code == 422 and "not called any more" in refused.content.decode()
    assert Prospect.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"number": "12"}, "not a phone number that can be called"),
        ({"zone": ""}, "Say the time zone"),
        ({"zone": "Mars/Base"}, "is not a time zone"),
        ({"language": "fr"}, "The company speaks en, es"),
        ({"consent_how": " "}, "This field is required"),
        ({"consent_on": "2999-01-01"}, "still to come"),
        ({"consent_on": "02.11.2026"}, "Enter a valid date"),
        ({"email": "nobody"}, "not a mail address"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    renewals: CallList, sue: Browser, wrong: dict[str, str], words: str
) -> None:
    answer = sue.post(url("list-add", renewals), PERSON | wrong)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Prospect.objects.exists()


def test_where_a_country_has_one_zone_it_need_not_be_said(renewals: CallList, sue: Browser) -> None:
    sue.post(url("list-add", renewals), PERSON | {"number": "+33142685300", "zone": ""})
    assert Prospect.objects.get().zone == "Europe/Paris"


# --- people by file --------------------------------------------------------------------------------------------------


def test_a_file_is_looked_through_first_and_added_whole(renewals: CallList, sue: Browser) -> None:
    make.prospect(renewals, number="+12125550104")
    do_not_call.add(renewals.client, "+12125550105", by=make.admin(), why="asked")
    text = (
        HEAD + PAUL
        + "Same Number,+1 212 555 0101,,,America/New_York,,,Form,2026-11-02\n"
        + "\n"
        + "Known,+12125550104,,,America/New_York,,,Form,2026-11-02\n"
        + "Never,+12125550105,,,America/New_York,,,Form,2026-11-02\n"
        + "No Consent,+12125550106,,,America/New_York,,,,\n"
        + "Too Short,+12125550107\n"
        + "<b>Bold</b>,+12125550108,,,America/New_York,en,,Form,2026-11-02\n"
    )  # fmt: skip
    answer = sent(sue, renewals, text)
    page = answer.content.decode()
    for words in (
        "Nothing is written yet", "Add 2 people, leave 5 rows out", "The same number stands in line 2",
        "consent_how: This field is required", "It has 2 cells, the heading has 9", "&lt;b&gt;Bold",
    ):  # fmt: skip
        assert words in page
    assert Prospect.objects.count() == 1 and not JournalEntry.objects.filter(kind=Kind.PROSPECTS_ADDED).exists()
    page = confirmed(sue, renewals, answer).content.decode()
    assert "2 people were added" in page
    assert Prospect.objects.count() == 3
    told = JournalEntry.objects.get(kind=Kind.PROSPECTS_ADDED).facts
    assert (told["source"], told["added"]) == ("fair.csv", 2)
    assert Prospect.objects.get(name="Paul Pine").consent_on == date(2026, 11, 2)


def test_pressed_twice_a_file_is_added_once(renewals: CallList, sue: Browser) -> None:
    answer = sent(sue, renewals, HEAD + PAUL)
    confirmed(sue, renewals, answer)
    assert "1 row" not in confirmed(sue, renewals, answer).content.decode()
    assert Prospect.objects.count() == 1


@pytest.mark.parametrize("mark", [";", "\t"])
def test_files_of_other_spreadsheets_are_read(renewals: CallList, sue: Browser, mark: str) -> None:
    text = "\ufeff" + (HEAD + PAUL).replace(",", mark).replace("\n", "\r\n").upper().replace(
        "AMERICA/NEW_YORK", "America/New_York"
    )
    confirmed(sue, renewals, sent(sue, renewals, text))
    assert Prospect.objects.get().name == "PAUL PINE"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (HEAD.encode(), "no rows below its heading"),
        ("név,number\n".encode("utf-16"), "not UTF-8"),
        (b"PK\x03\x04\x00\x00", "no text file"),
        (b"name;phone\nPaul;1\n", "lacks: number, consent_how, consent_on"),
        ((HEAD.strip() + ",shoe\n" + PAUL).encode(), "Nobody knows these columns: shoe"),
        ((HEAD.strip() + ",name\n" + PAUL).encode(), "names a column twice"),
        ((HEAD + '"Paul').encode(), "a quote is not closed"),
        (HEAD.encode() + b"x" * list_file.MOST_BYTES, "larger than 1 MB"),
        ((HEAD + "a,1,,,,,,b,c\n" * (list_file.MOST_ROWS + 1)).encode(), "More than 5000 rows"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_in_words(
    renewals: CallList, sue: Browser, data: bytes, words: str
) -> None:
    answer = sent(sue, renewals, data)
    assert answer.status_code == 422 and words in answer.content.decode()
    forged = sue.post(url("list-file", renewals), {"again": "not base64!", "step": "add"})
    assert forged.status_code == 422
    assert not Prospect.objects.exists()


def test_the_template_is_a_file_that_can_be_filled(renewals: CallList, sue: Browser) -> None:
    answer = sue.get(url("list-template", renewals))
    heading = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    confirmed(sue, renewals, sent(sue, renewals, heading + PAUL))
    assert Prospect.objects.count() == 1


# --- results ---------------------------------------------------------------------------------------------------------


def test_every_number_leads_to_its_people_and_they_to_their_contacts(renewals: CallList, sue: Browser) -> None:
    Queue.objects.update(wrap_up="none")
    bea = make.agent(licensed=renewals.client, available=True)
    paul, nora = make.prospect(renewals, "Paul Pine"), make.prospect(renewals, "Nora North")
    make.prospect(renewals, "Wanda Waits")
    renewals.queue.refresh_from_db()
    for prospect, result in ((paul, "not_interested"), (nora, "no_answer")):
        prospects.take_next(renewals, by=bea)
        leg = outbound.start_prospect(prospect, by=bea)
        if result == "no_answer":
            outbound.report(leg, result, by=bea)
        else:
            prospect_calls.conclude(leg, result, by=bea, note="too dear & far")
            outbound.report(leg, "busy", by=bea)
    page = sue.get(url("list", renewals)).content.decode()
    for query, names in {
        "?result=not_interested": ["Paul Pine"], "?result=no_answer": ["Nora North"], "?result=reached": ["Paul Pine"],
        "?tried=1": ["Paul Pine", "Nora North"], "?state=waiting": ["Nora North", "Wanda Waits"],
        "?why=too%20dear%20%26%20far": ["Paul Pine"],
    }.items():  # fmt: skip
        assert f'href="{url("list", renewals)}{query}"' in page, query
        shown = sue.get(url("list", renewals) + query).content.decode()
        assert [name for name in ("Paul Pine", "Nora North", "Wanda Waits") if f">{name}<" in shown] == names, query
    paul.refresh_from_db()
    told = sue.get(url("prospect", paul)).content.decode()
    assert "Not interested: too dear &amp; far" in told and url("contact", paul.interaction) in told
    assert sue.get(url("contact", paul.interaction)).status_code == 200
    for wrong in ("?state=gone", "?result=maybe", "?page=x"):
        assert sue.get(url("list", renewals) + wrong).status_code == 400


def test_the_same_rows_as_csv_and_no_spreadsheet_runs_a_cell(renewals: CallList, sue: Browser) -> None:
    make.prospect(renewals, "=cmd|' /C calc'!A0", number="+12125550101", note="@sum(1)")
    make.prospect(renewals, "Nora", number="+12125550102", state="done", result="talked", ended_at="2026-11-02T10:00Z")
    answer = sue.get(url("list", renewals) + "?format=csv&state=waiting")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert len(rows) == 2
    assert all(cell[:1] not in ("=", "+", "-", "@") for cell in rows[1])
    assert rows[1][1] == "'+12125550101"
    name, number = list_file._cell(rows[1][0]), list_file._cell(rows[1][1])
    assert (name, number) == ("=cmd|' /C calc'!A0", "+12125550101"), "our own mark is taken off when read again"


@pytest.mark.parametrize("name", ["lists", "list"])
def test_a_page_asks_as_many_questions_for_thirty_as_for_three(
    renewals: CallList, sue: Browser, name: str, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        make.prospect(make.call_list(renewals.queue, f"List {n}") if name == "lists" else renewals)
    args = [renewals] if name == "list" else []
    with django_assert_max_num_queries(16):
        assert sue.get(url(name, *args)).status_code == 200


# --- numbers never called --------------------------------------------------------------------------------------------


def test_a_number_is_written_down_and_taken_back(renewals: CallList, sue: Browser) -> None:
    paul = make.prospect(renewals, number="+12125550101")
    wrong = sue.post(url("do-not-call"), {"client": renewals.client.public_id, "number": "abc", "why": "asked"})
    assert wrong.status_code == 422
    sue.post(url("do-not-call"), {"client": renewals.client.public_id, "number": "(212) 555-0101", "why": "asked"})
    paul.refresh_from_db()
    assert paul.state == ProspectState.DO_NOT_CALL
    row = DoNotCall.objects.get()
    assert "+1 212-555-0101" in sue.get(url("do-not-call") + "?q=5550101").content.decode()
    assert "+1 212-555-0101" not in sue.get(url("do-not-call") + "?q=999").content.decode()
    assert sue.post(url("call-again", row), {"reason": ""}).status_code == 422
    sue.post(url("call-again", row), {"reason": "mistyped"})
    assert not DoNotCall.objects.exists()


def test_sue_stops_one_person(renewals: CallList, sue: Browser) -> None:
    paul = make.prospect(renewals)
    sue.post(url("prospect-stop", paul), {"reason": "a letter came"})
    assert DoNotCall.objects.get().why == "a letter came"
    page = sue.get(url("prospect", paul)).content.decode()
    assert "Do not call" in page and page.count("a letter came") == 1, "who wrote it down, and why, is in his story"
