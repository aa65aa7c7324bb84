"""Calls from a client's page, heard: who speaks with which pitch to whom, judged by what each page receives."""

from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from clients.models import EntryKind, EntryPoint, Queue
from interactions.models import Interaction, JournalEntry, Kind, Leg, LegState, State
from tests import coturn
from tests.browser import sounds, stage
from tests.living import Product, Watch, eventually
from tests.voice.killing import Web, hold_on

pytestmark = pytest.mark.voice

ANN, ALEX, BEN = 440, 880, 1320
Open = Callable[..., Page]


@pytest.fixture
def people(voices: sounds.Voices, live: Product, watch: Watch) -> Iterator[Open]:
    """Pages whose people have voices."""
    stage.set_up_once(live)
    stage.clear_the_floor()
    with sounds.people(voices, live, watch) as open_page:
        yield open_page


def door() -> EntryPoint:
    """The client's call page; its line is open now, whatever the hour."""
    found = EntryPoint.objects.select_related("queue").get(client=stage.tech_giant(), kind=EntryKind.WEB_CALL)
    Queue.objects.filter(pk=found.queue_id).update(hours=None)
    EntryPoint.objects.filter(pk=found.pk).update(hours=None)
    return found


def calls(page: Page, name: str = "Ann Archer", *, at: EntryPoint | None = None) -> Page:
    """She opens the client's page and presses Call now."""
    page.goto(reverse("customer-call", args=[(at or door()).public_id]))
    page.get_by_role("textbox", name="Your name").fill(name)
    page.locator("#call").click()
    expect(page.locator("#waiting, #talking").locator("visible=true").first).to_be_visible()
    return page


def silences_the_bell(page: Page) -> None:
    """So that nothing rings; the keyboard is not at its button any more, where Enter would press it."""
    page.get_by_role("button", name="Silence the bell").click()
    page.get_by_role("button", name="Silence the bell").blur()


def answers(page: Page) -> None:
    """The card is there, and she takes it."""
    expect(page.locator("#offer [data-offer]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".callbar")).to_contain_text("Talking")


def asks_ben(alex: Page) -> None:
    """For advice; the customer hears music meanwhile."""
    alex.keyboard.press("c")
    alex.locator("#dialog dialog").get_by_text("Ben", exact=False).first.click()
    alex.locator("#dialog dialog").get_by_role("button", name="Ask").first.click()


def contact() -> Interaction:
    """The newest call."""
    return Interaction.objects.filter(channel="voice").latest("pk")


def test_ann_and_alex_hear_each_other_hold_and_hang_up(people: Open) -> None:
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN, viewport={"width": 390, "height": 844}))
    answers(alex)
    eventually(lambda: sounds.hear((ann, ALEX), (alex, ANN)), within=20)
    assert JournalEntry.objects.filter(interaction=contact(), kind=Kind.MEDIA_CONNECTED).exists()
    expect(ann.locator("#talking-h")).to_have_text("Alex")
    expect(alex.locator("[data-quality]")).to_have_text("Good line")

    alex.keyboard.press("h")
    expect(ann.locator("#call-state")).to_have_attribute("data-state", "held")
    eventually(lambda: sounds.hear((ann,), (alex,)), within=20)
    # He writes while he talks: letters are letters there, Ctrl works everywhere.
    alex.locator("#tab-notes").click()
    alex.locator("#side-notes textarea").first.fill("Asks about her ")
    alex.keyboard.type("charger")
    expect(alex.locator("#side-notes textarea").first).to_have_value("Asks about her charger")
    expect(ann.locator("#call-state")).to_have_attribute("data-state", "held")
    alex.keyboard.press("Control+h")
    eventually(lambda: sounds.hear((ann, ALEX), (alex, ANN)), within=20)
    alex.locator("#work").click(position={"x": 5, "y": 5})

    alex.keyboard.press("m")
    expect(alex.locator("#act-mute")).to_have_text("Muted")
    eventually(lambda: sounds.hear((ann,), (alex, ANN)), within=20)
    alex.keyboard.press("m")
    expect(alex.locator("#act-mute")).to_have_text("Mute")

    ann.locator("#hang").click()
    expect(alex.locator("#wrapup")).to_be_visible()
    leg = Leg.objects.get(interaction=contact())
    assert (leg.state, leg.ended_by) == (LegState.WRAPPING, "customer")
    eventually(lambda: sounds.heard(alex) == [], within=20)


def test_the_voices_are_there_before_the_answer_to_the_press(people: Open) -> None:
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    calls(people(ANN))
    expect(alex.locator("#offer [data-offer]")).to_be_visible()

    def slow(route: Route) -> None:
        """The middle was written before they heard each other, and travels for long."""
        answer = route.fetch()
        heard = JournalEntry.objects.filter(interaction=contact(), kind=Kind.MEDIA_CONNECTED)
        eventually(heard.exists, within=20)
        hold_on(1)
        early = answer.text().replace('<section class="callbar"', '<section class="callbar" data-connecting')
        route.fulfill(response=answer, body=early.replace("Talking", "Connecting"))

    alex.route("**/accept/", slow)
    alex.keyboard.press("Enter")
    expect(alex.locator(".callbar")).to_contain_text("Talking")


def test_both_pages_are_reloaded_and_the_talk_goes_on(people: Open) -> None:
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN))
    answers(alex)
    eventually(lambda: sounds.hear((ann, ALEX), (alex, ANN)), within=20)
    alex.reload()
    eventually(lambda: sounds.hear((ann, ALEX), (alex, ANN)), within=20)
    ann.on("dialog", lambda dialog: dialog.accept())
    ann.reload()
    # Where the browser plays nothing before a press, the page asks for one.
    if ann.locator("#unblock").is_visible():
        ann.locator("#unblock").click()
    eventually(lambda: sounds.hears(alex, ANN), within=20)
    assert Interaction.objects.get(pk=contact().pk).state == State.ACTIVE
    assert JournalEntry.objects.filter(interaction=contact(), kind=Kind.MEDIA_CONNECTED).count() == 1


def comes_back(page: Page) -> None:
    """It is loaded anew; where the browser plays nothing before a press, the page asks for one."""
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    if page.locator("#unblock").is_visible():
        page.locator("#unblock").click()


def test_who_has_muted_herself_is_muted_after_a_reload_too(people: Open) -> None:
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN))
    answers(alex)
    eventually(lambda: sounds.hear((ann, ALEX), (alex, ANN)), within=20)
    ann.locator("#mute").click()
    eventually(lambda: sounds.hears(alex), within=20)
    comes_back(ann)
    expect(ann.locator("#muted")).to_be_visible()
    expect(ann.locator("#mute")).to_have_attribute("aria-pressed", "true")
    eventually(lambda: sounds.hears(ann, ALEX), within=20)
    assert sounds.hears(alex), "nobody has opened her microphone"
    ann.locator("#mute").click()
    eventually(lambda: sounds.hears(alex, ANN), within=20)
    comes_back(ann)
    eventually(lambda: sounds.hears(alex, ANN), within=20)
    expect(ann.locator("#muted")).to_be_hidden()


@pytest.mark.parametrize("then", ["the network is back", "she loads the page again"])
def test_who_hangs_up_without_a_network_has_hung_up(people: Open, watch: Watch, then: str) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN))
    answers(alex)
    eventually(lambda: sounds.hear((ann, ALEX), (alex, ANN)), within=20)
    if then == "the network is back":
        ann.context.set_offline(True)
        ann.locator("#hang").click()
        expect(ann.locator("#over")).to_be_visible()
        ann.context.set_offline(False)
    else:
        ann.route("**/call/end/", lambda route: route.abort())
        ann.locator("#hang").click()
        expect(ann.locator("#over")).to_be_visible()
        ann.reload()
        expect(ann.locator("#over")).to_be_visible()
        assert ann.evaluate("window.__talks.length") == 0, "neither line nor microphone was opened again"
        expect(alex.locator(".callbar")).to_be_visible()
        ann.unroute("**/call/end/")
    expect(alex.locator("#wrapup")).to_be_visible(timeout=20_000)  # a page that is gone is waited for for 30 s
    expect(ann.locator("#over")).to_be_visible()
    assert Leg.objects.get(interaction=contact()).ended_by == "customer"
    ann.reload()
    expect(ann.locator("#over")).to_be_visible()


def test_who_hangs_up_is_not_heard_while_the_answer_is_on_its_way(people: Open) -> None:
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN))
    answers(alex)
    eventually(lambda: sounds.hear((ann, ALEX), (alex, ANN)), within=20)
    ended: list[Route] = []
    ann.route("**/call/end/", lambda route: ended.append(route))
    ann.locator("#hang").click()
    expect(ann.locator("#over")).to_be_visible()
    eventually(lambda: sounds.hears(alex), within=8)
    assert Leg.objects.get(interaction=contact()).state == LegState.HANDLING, "the server knows nothing of it yet"
    ended[0].continue_()
    expect(alex.locator("#wrapup")).to_be_visible()


# What of all that was opened is live.
OPENED = """
    window.__opened = [];
    const { getUserMedia } = MediaDevices.prototype;
    MediaDevices.prototype.getUserMedia = async function (...given) {
        const stream = await getUserMedia.apply(this, given);
        window.__opened.push(...stream.getTracks());
        return stream;
    };
"""
IS_OPEN = "() => window.__opened.some((track) => track.readyState === 'live')"


def test_a_desk_that_stepped_aside_has_no_microphone_open(people: Open) -> None:
    door()
    first = people(ALEX, user=stage.agent("alex").user)
    first.context.add_init_script(OPENED)
    stage.at_the_desk(first)
    eventually(lambda: first.evaluate(IS_OPEN), within=20)
    second = first.context.new_page()
    second.goto("/console/")
    expect(first.locator("#aside-note")).to_be_visible()
    eventually(lambda: second.evaluate(IS_OPEN) and not first.evaluate(IS_OPEN), within=40)
    first.bring_to_front()
    first.locator("#take-over").click()
    expect(second.locator("#aside-note")).to_be_visible()
    eventually(lambda: first.evaluate(IS_OPEN) and not second.evaluate(IS_OPEN), within=20)
    ann = calls(people(ANN))
    answers(first)
    eventually(lambda: sounds.hear((ann, ALEX), (first, ANN)), within=20)


@pytest.fixture
def relayed(live: Product) -> Iterator[Web]:
    """A web process of a house that sends every call through its TURN server."""
    turn = {"TURN_URLS": coturn.url(), "TURN_SECRET": coturn.SECRET, "TURN_ONLY": "true"}
    started = Web(live, **turn)
    yield started
    started.process.terminate()
    started.process.wait(20)


def test_every_voice_goes_through_a_real_turn_server_and_through_the_next_when_that_dies(
    people: Open, live: Product, relayed: Web
) -> None:
    folder = live.folder / "coturn"
    with coturn.running(folder) as log:
        alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user, base_url=relayed.url))
        ann = calls(people(ANN, base_url=relayed.url))
        answers(alex)
        eventually(lambda: sounds.hear((ann, ALEX), (alex, ANN)), within=30)
        assert sounds.ways(ann) == sounds.ways(alex) == {"relay"}
        before = sounds.names_of_ways(ann) + sounds.names_of_ways(alex)
    assert "ALLOCATE processed, success" in log.read_text(errors="replace")
    eventually(lambda: not sounds.heard(ann), within=30)  # there was no other way
    with coturn.running(folder):
        eventually(lambda: sounds.hear((ann, ALEX), (alex, ANN)), within=60)
        assert sounds.ways(ann) == sounds.ways(alex) == {"relay"}
        assert not set(before) & set(sounds.names_of_ways(ann) + sounds.names_of_ways(alex)), "ICE was restarted"
        assert JournalEntry.objects.filter(interaction=contact(), kind=Kind.MEDIA_CONNECTED).count() == 1
        ann.locator("#hang").click()
        expect(alex.locator("#wrapup")).to_be_visible()
    for page in (ann, alex):
        page.context.close()  # before the web process that they talk to


@pytest.mark.parametrize("who", ["ann", "alex"])
def test_a_change_of_network_is_mended_and_the_talk_goes_on(people: Open, watch: Watch, who: str) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED", "htmx:sendError")
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN))
    answers(alex)
    eventually(lambda: sounds.hear((ann, ALEX), (alex, ANN)), within=20)
    before = sounds.names_of_ways(ann) + sounds.names_of_ways(alex)
    moved = {"ann": ann, "alex": alex}[who]
    moved.context.set_offline(True)
    moved.wait_for_timeout(3_000)
    moved.context.set_offline(False)
    eventually(lambda: not set(before) & set(sounds.names_of_ways(ann) + sounds.names_of_ways(alex)), within=20)
    eventually(lambda: sounds.hear((ann, ALEX), (alex, ANN)), within=20)
    leg = Leg.objects.get(interaction=contact())
    assert (leg.state, leg.lost_since) == (LegState.HANDLING, None)
    assert JournalEntry.objects.filter(interaction=contact(), kind=Kind.MEDIA_CONNECTED).count() == 1


# A browser with one voice, which it has a moment after the page began, as browsers do.
SPEAKS = """
    const voices = [], asks = new EventTarget();
    const come = () => { voices.push({ lang: "en-GB" }); asks.dispatchEvent(new Event("voiceschanged")); };
    window.__spoken = [];
    Object.defineProperty(window, "speechSynthesis", { value: Object.assign(asks, {
        getVoices() {
            if (!voices.length) setTimeout(come, 500);
            return [...voices];
        },
        speak(said) {
            const heard = window.__talks.some((each) => each.connectionState === "connected");
            window.__spoken.push([said.text, heard]);
        },
    }) });
"""
NAMED = 698.46  # the second of two tones: for whom, where the browser has no voice to say it with


def test_the_client_is_named_before_the_talk_though_the_bell_is_silent(people: Open) -> None:
    page = people(ALEX, user=stage.agent("alex").user)
    page.context.add_init_script(SPEAKS)
    alex = stage.at_the_desk(page)
    silences_the_bell(alex)
    ann = calls(people(ANN))
    answers(alex)
    assert alex.evaluate("window.__spoken") == [[stage.tech_giant().brand.public_name, False]]
    eventually(lambda: sounds.hear((ann, ALEX), (alex, ANN)), within=20)
    alex.reload()
    eventually(lambda: sounds.hears(ann, ALEX), within=20)
    assert alex.evaluate("window.__spoken") == [], "not in the midst of it"


def test_without_a_voice_two_tones_come_before_the_talk_and_may_be_switched_off(people: Open) -> None:
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    silences_the_bell(alex)
    ann = calls(people(ANN))
    expect(alex.locator("#offer [data-offer]")).to_be_visible()
    with sounds.playing(alex, NAMED):
        alex.keyboard.press("Enter")
    expect(alex.locator(".callbar")).to_contain_text("Talking")
    alex.get_by_role("button", name="Headset").click()
    switch = alex.get_by_label("Name the client before a call")
    expect(switch).to_be_checked()
    switch.uncheck()
    alex.keyboard.press("Escape")
    ann.locator("#hang").click()
    stage.wrap_up(alex, note="Asked.")
    calls(people(ANN))
    expect(alex.locator("#offer [data-offer]")).to_be_visible()
    alex.locator("#offer-accept").click()
    assert sounds.plays(alex, 0)


# The line as the browser measures it: its jitter is what the test says.
JITTERS = """
    window.__jitter = () => 0;
    const { getStats } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.getStats = async function (...given) {
        const found = [...(await getStats.apply(this, given))];
        const told = (report) => (report.type === "inbound-rtp" ? { ...report, jitter: window.__jitter() } : report);
        return new Map(found.map(([id, report]) => [id, told(report)]));
    };
"""
CHANGES = """() => {
    window.__shown = [];
    window.__announced = [];
    const all = { childList: true, characterData: true, subtree: true };
    for (const [where, into] of [["[data-quality]", window.__shown], ["#quality-told", window.__announced]]) {
        const place = document.querySelector(where);
        new MutationObserver(() => into.push(place.textContent)).observe(place, all);
    }
}"""


def test_how_the_line_is_is_announced_once_it_has_been_so_for_a_while(people: Open) -> None:
    page = people(ALEX, user=stage.agent("alex").user)
    page.context.add_init_script(JITTERS)
    alex = stage.at_the_desk(page)
    ann = calls(people(ANN))
    answers(alex)
    expect(alex.locator("[data-quality]")).to_have_text("Good line")
    expect(alex.locator("#quality-told")).to_have_text("Good line")
    assert alex.locator("[aria-live] [data-quality]").count() == 0, "what changes each second is not read out"
    alex.evaluate(CHANGES)
    alex.evaluate("window.__jitter = () => (Math.floor(Date.now() / 1500) % 2 ? 0.1 : 0)")
    alex.wait_for_timeout(12_000)
    assert len(alex.evaluate("window.__shown")) >= 3
    assert alex.evaluate("window.__announced") == []
    alex.evaluate("window.__jitter = () => 0.1")
    expect(alex.locator("#quality-told")).to_have_text("Bad line")
    ann.locator("#hang").click()


def test_a_warm_transfer_moves_the_voice(people: Open) -> None:
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN))
    answers(alex)
    eventually(lambda: sounds.hears(ann, ALEX), within=20)
    ben = stage.at_the_desk(people(BEN, user=stage.agent("ben").user))
    silences_the_bell(ben)
    asks_ben(alex)
    expect(ben.locator("#offer [data-offer]")).to_be_visible()
    with sounds.playing(ben, NAMED):  # he, too, is told for whom
        ben.keyboard.press("Enter")
    eventually(lambda: sounds.hear((alex, BEN), (ben, ALEX), (ann,)), within=20)
    alex.keyboard.press("h")
    eventually(
        lambda: sounds.hear((ann, ALEX, BEN), (ben, ALEX, ANN), (alex, ANN, BEN)),
        within=30,
    )
    alex.get_by_role("button", name="Hand over and leave").click()
    expect(alex.locator("#wrapup")).to_be_visible()
    eventually(lambda: sounds.hear((ann, BEN), (ben, ANN)), within=20)
    expect(ann.locator("#talking-h")).to_have_text("Ben")


def test_who_was_on_hold_all_the_time_is_handed_to_a_colleague_she_hears(people: Open) -> None:
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN))
    answers(alex)
    eventually(lambda: sounds.hears(ann, ALEX), within=20)
    ben = stage.at_the_desk(people(BEN, user=stage.agent("ben").user))
    silences_the_bell(ben)
    asks_ben(alex)
    expect(ben.locator("#offer [data-offer]")).to_be_visible()
    ben.keyboard.press("Enter")
    # The way between the two who do not talk yet is made beside the consultation.
    asked = Leg.objects.filter(interaction=contact(), role="consult", media__settled_at__isnull=False)
    eventually(lambda: asked.exists() and sounds.hear((alex, BEN), (ben, ALEX)), within=30)
    expect(ann.locator("#call-state")).to_have_attribute("data-state", "held")
    assert sounds.hears(ann)
    expect(ben.locator("[data-quality]")).to_have_text("Good line")  # of his way to Alex: nobody else is to be heard
    alex.get_by_role("button", name="Hand over and leave").click()
    expect(alex.locator("#wrapup")).to_be_visible()
    eventually(lambda: sounds.hear((ann, BEN), (ben, ANN)), within=20)
    assert JournalEntry.objects.filter(interaction=contact(), kind=Kind.MEDIA_CONNECTED).count() == 1


# A browser that finds no way to the customer, only to its colleague: what it would send her is lost.
FINDS_NO_WAY = """
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (text) {
        const said = JSON.parse(text);
        if (said.kind !== "signal" || said.to !== "customer") send.call(this, text);
    };
"""


def test_nobody_is_handed_to_a_colleague_with_whom_there_is_no_connection(people: Open, watch: Watch) -> None:
    watch.allow("409")
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN))
    answers(alex)
    eventually(lambda: sounds.hears(ann, ALEX), within=20)
    page = people(BEN, user=stage.agent("ben").user)
    page.context.add_init_script(FINDS_NO_WAY)
    ben = stage.at_the_desk(page)
    silences_the_bell(ben)
    asks_ben(alex)
    expect(ben.locator("#offer [data-offer]")).to_be_visible()
    ben.keyboard.press("Enter")
    eventually(lambda: sounds.hear((alex, BEN), (ben, ALEX)), within=30)
    alex.get_by_role("button", name="Hand over and leave").click()
    expect(alex.get_by_text("cannot hear each other yet")).to_be_visible()
    alex.keyboard.press("Control+Shift+X")
    expect(ben.locator(".callbar")).to_have_count(0)
    alex.keyboard.press("h")
    eventually(lambda: sounds.hear((ann, ALEX), (alex, ANN)), within=20)
