"""Sue answers for Acme's call flow: it falls due, its chart is beside it, she signs, and is told once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from bpo.accounts.models import User
from clients import reviews, scripts
from clients.models import Role, Script, ScriptReview, ScriptVersion, VersionState
from interactions import closing, handling, notices, review_alerts, tasks
from interactions.models import EndedBy, Interaction, Notice, NoticeKind, Outcome
from interactions.notice_letters import letter_of
from tests import factories as make
from tests.interactions.scripted import Scene, begun, scene
from tests.interactions.test_flow_figures import answer
from tests.interactions.test_flow_pages import all_the_way

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def acme() -> Scene:
    return scene()


@pytest.fixture
def sue(acme: Scene) -> User:
    return make.supervisor(acme.acme, name="Sue Supervisor")


@pytest.fixture
def flow(acme: Scene, sue: User) -> Script:
    found = Script.objects.get(name="Inbound orders")
    found.owner, found.review_on = sue, today(found) - 2 * DAY
    found.save()
    return found


@pytest.fixture
def desk(sue: User) -> Browser:
    browser = Browser()
    browser.force_login(sue)
    return browser


def today(of: Script) -> Any:
    return of.client.day_at(timezone.now())


def at(name: str, of: Script) -> str:
    return reverse(name, args=[of.client.public_id, of.public_id])


def form(of: Script, verdict: str, note: str = "It does what it should.", number: int = 0) -> dict[str, Any]:
    version = of.versions.get(state=VersionState.PUBLISHED)
    number = number or of.reviews.count() + 1
    return {"verdict": verdict, "note": note, "number": number, "version": str(version.public_id)}


def said(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_what_is_due_is_listed_on_the_floor_and_in_the_set_up(desk: Browser, flow: Script) -> None:
    other = Script.objects.get(name="Orders")
    other.review_on = today(other) + 9 * DAY
    other.save()
    assert "1 review due" in said(desk.get(reverse("floor-flows")))
    for page in (reverse("floor-flow-reviews"), reverse("setup-reviews", args=[flow.client.public_id])):
        words = said(desk.get(page))
        assert "2 days over" in words and "answered for by Sue Supervisor" in words
        assert "in 9 days" in words and "nobody answers for it" in words
    other.review_on = today(other) + 30 * DAY
    other.save()
    words = said(desk.get(reverse("setup-reviews", args=[flow.client.public_id])))
    assert "in 9 days" not in words and "nobody answers" not in words


def test_numbers_of_the_chart_lead_to_the_chart(acme: Scene, desk: Browser, flow: Script) -> None:
    all_the_way(acme)
    leg, run = begun(acme)
    answer(run, acme, acme.bea)
    handling.end_work(leg, by=acme.bea, ended_by=EndedBy.AGENT)
    closing.close(Interaction.objects.get(pk=leg.interaction_id), Outcome.HANDLED, by=acme.bea)
    page = desk.get(at("setup-script-figures", flow))
    words = said(page)
    assert "2 runs, 1 left without closing (50.0 %): 1 at Verify the caller" in words
    assert "Slowest steps" in words
    links = re.findall(r'href="([^"]+)"', page.content.decode())
    assert len(links) > 5
    for link in links:
        assert desk.get(link.replace("&amp;", "&")).status_code == 200, link
    rows = next(link for link in links if "what=ended" in link and "step=verify" in link)
    assert desk.get(rows.replace("&amp;", "&")).context["times"] == 1


def test_a_manager_reads_the_figures_and_is_led_to_the_chart_she_may_open(acme: Scene, flow: Script) -> None:
    all_the_way(acme)
    mia = make.user("Mia Manager")
    make.membership(mia, acme.acme, Role.MANAGER)
    browser = Browser()
    browser.force_login(mia)
    page = browser.get(at("setup-script-figures", flow)).content.decode()
    links = re.findall(r'href="([^"]+)"', page)
    assert links and not any("/floor/" in link for link in links)
    assert all(browser.get(link).status_code == 200 for link in links)


def test_keep_is_signed_once_and_for_good(desk: Browser, flow: Script, sue: User) -> None:
    flow.review_days = 30
    flow.save()
    sent = form(flow, "keep")
    for _twice in range(2):
        assert desk.post(at("setup-script-sign", flow), sent).status_code == 302
    flow.refresh_from_db()
    assert flow.review_on == today(flow) + 30 * DAY
    signed = flow.reviews.get()
    assert (signed.by, signed.by_name, signed.verdict, signed.version.number) == (sue, "Sue Supervisor", "keep", 12)
    assert "It does what it should." in said(desk.get(at("setup-script", flow)))
    with pytest.raises(TypeError):
        signed.delete()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update clients_scriptreview set note = 'other'")


def test_change_begins_a_draft_and_stays_open_until_it_is_published(desk: Browser, flow: Script, sue: User) -> None:
    due = flow.review_on
    answer = desk.post(at("setup-script-sign", flow), form(flow, "change", "Callers leave at the checks."))
    draft = flow.versions.get(state=VersionState.DRAFT)
    assert answer.url == reverse("setup-design", args=[flow.client.public_id, draft.public_id])
    assert draft.graph == flow.versions.get(number=12).graph and draft.created_by == sue
    flow.refresh_from_db()
    assert flow.review_on == due and reviews.review_of(flow).change is not None  # type: ignore[union-attr]
    assert "change under way" in said(desk.get(reverse("floor-flow-reviews")))
    twice = desk.post(at("setup-script-sign", flow), form(flow, "change", "Once more."))
    assert twice.status_code == 409 and "Once more." in twice.content.decode(), "nothing typed is lost"
    assert flow.versions.filter(state=VersionState.DRAFT).count() == 1
    sam = make.supervisor(flow.client, name="Sam Second")
    for act in (scripts.submit, scripts.approve, scripts.publish):
        act(draft, sam if act is not scripts.submit else sue, why="the checks come later")
    flow.refresh_from_db()
    assert flow.review_on == today(flow) + 90 * DAY and reviews.review_of(flow).change is None  # type: ignore[union-attr]


def test_who_was_slower_reads_it_and_signs_nothing(desk: Browser, flow: Script) -> None:
    sam = make.supervisor(flow.client, name="Sam Second")
    version = flow.versions.get(state=VersionState.PUBLISHED)
    reviews.sign(version, sam, verdict="keep", note="Fine.", number=1)
    answer = desk.post(at("setup-script-sign", flow), form(flow, "change", "My own words", number=1))
    assert answer.status_code == 409 and "Somebody else signed" in said(answer)
    assert "My own words" in answer.content.decode() and "Fine." in said(answer)
    assert ScriptReview.objects.count() == 1 and not flow.versions.filter(state=VersionState.DRAFT).exists()


def test_nothing_is_signed_without_a_word_or_under_what_is_not_in_force(desk: Browser, flow: Script) -> None:
    assert desk.post(at("setup-script-sign", flow), form(flow, "keep", "  ")).status_code == 400
    retired = flow.versions.create(number=3, state=VersionState.RETIRED)
    sent = {**form(flow, "keep"), "version": str(retired.public_id)}
    assert desk.post(at("setup-script-sign", flow), sent).status_code == 409
    assert desk.post(at("setup-script-sign", flow), {**sent, "version": "x"}).status_code == 404
    assert desk.post(at("setup-script-sign", flow), form(flow, "burn")).status_code == 400
    theirs = make.client("Globex").scripts.create(name="Theirs", kind="inbound").versions.create(number=1)
    sent = {**form(flow, "keep"), "version": str(theirs.public_id)}
    assert desk.post(at("setup-script-sign", flow), sent).status_code == 404
    assert not ScriptReview.objects.exists()


def test_owner_and_days_are_chosen_among_who_may_edit(desk: Browser, flow: Script, acme: Scene) -> None:
    stranger = make.supervisor(make.client("Globex"), name="Cal Other")
    mia = make.user("Mia Manager")
    make.membership(mia, acme.acme, Role.MANAGER)
    sent = {"owner": stranger.pk, "review_on": "2027-03-01", "review_days": ""}
    refused = desk.post(at("setup-script", flow), sent)
    assert refused.status_code == 422 and "Cal Other" not in refused.content.decode()
    assert desk.post(at("setup-script", flow), {**sent, "owner": mia.pk, "review_days": "0"}).status_code == 422
    assert desk.post(at("setup-script", flow), {**sent, "owner": mia.pk, "review_days": "45"}).status_code == 302
    flow.refresh_from_db()
    assert (flow.owner, str(flow.review_on), flow.review_days) == (mia, "2027-03-01", 45)
    mia.memberships.all().delete()
    assert "may no longer edit" in said(desk.get(at("setup-script", flow)))


def test_the_owner_is_told_once_for_each_day_of_review(flow: Script, sue: User) -> None:
    now = timezone.now()
    for later in range(3):
        tasks.remind_of_reviews()
        review_alerts.remind(now + later * DAY)
    notice = Notice.objects.get(kind=NoticeKind.REVIEW_DUE)
    assert notice.to_address == sue.email
    letter = letter_of(notice)
    assert letter.subject == "Review due: Inbound orders" and letter.button
    assert letter.button[1].endswith(at("setup-script", flow))
    assert notices.outbound(notice).automatic and not notices.outbound(notice).reply_to
    notice.language = "es"
    assert letter_of(notice).subject == "Revisión pendiente: Inbound orders"
    flow.review_on = today(flow)
    flow.save()
    assert review_alerts.remind(now) == 1, "another day of review is told of anew"
    sue.memberships.all().delete()
    flow.review_on = today(flow) - DAY
    flow.save()
    assert review_alerts.remind(now) == 0, "who may no longer edit it is not told"


def test_the_first_publication_sets_the_first_day_of_review(acme: Scene, sue: User) -> None:
    acme.acme.policy.script_review_days = 10
    acme.acme.policy.save()
    sam = make.supervisor(acme.acme, name="Sam Second")
    script = acme.acme.scripts.create(name="Praise", kind="inbound")
    graph = ScriptVersion.objects.get(script__name="Inbound orders").graph
    version = script.versions.create(number=1, graph=graph, created_by=sue)
    scripts.submit(version, sue, why="new")
    scripts.approve(version, sam, why="read")
    scripts.publish(version, sam, why="go")
    script.refresh_from_db()
    assert script.review_on == today(script) + 10 * DAY


def test_lists_ask_as_much_for_ten_as_for_one(desk: Browser, flow: Script, django_assert_max_num_queries: Any) -> None:
    graph = flow.versions.get().graph
    for n in range(10):
        one = flow.client.scripts.create(name=f"Flow {n}", kind="inbound", review_on=today(flow), owner=flow.owner)
        one.versions.create(number=1, language="en", graph=graph, state=VersionState.PUBLISHED)
    with django_assert_max_num_queries(14):
        assert desk.get(reverse("floor-flow-reviews")).status_code == 200
    with django_assert_max_num_queries(14):
        assert desk.get(reverse("setup-reviews", args=[flow.client.public_id])).status_code == 200


def test_beside_a_step_of_a_draft_stands_what_happened_at_it(acme: Scene, desk: Browser, flow: Script) -> None:
    draft = flow.versions.create(number=13, graph=flow.versions.get().graph, created_by=flow.owner)
    where = reverse("setup-step-figures", args=[flow.client.public_id, draft.public_id])
    nobody = desk.get(where, {"step": "verify"})
    assert nobody.status_code == 200 and nobody.content == b"", "nobody came yet"
    all_the_way(acme)
    words = said(desk.get(where, {"step": "verify"}))
    assert "version 12, last 30 days" in words and "Entered 1" in words and "Left here 0" in words
    assert desk.get(where, {"step": "gone"}).content == b""
    page = desk.get(reverse("setup-design", args=[flow.client.public_id, draft.public_id]), {"step": "verify"})
    assert f"{where}?step=verify" in page.content.decode()
