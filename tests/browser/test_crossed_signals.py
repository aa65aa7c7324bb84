"""Two ends of one call in one page, whose signals the test carries: crossed, late, or of a page that is gone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.living import eventually

pytestmark = pytest.mark.browser

# Each end hums; what it signals is carried at once, or kept while `held`.
ENDS = """async () => {
    const { Talk } = await import("/static/js/lib/talk.js");
    const context = new AudioContext(), ends = {}, kept = [];
    const hum = (pitch) => {
        const tone = new OscillatorNode(context, { frequency: pitch }), out = context.createMediaStreamDestination();
        tone.connect(out);
        tone.start();
        return out.stream.getAudioTracks()[0];
    };
    const carry = ([from, to, data]) => ends[to]?.receive(from, structuredClone(data));
    const end = (name, other, offers, pitch) => {
        const talk = new Talk({
            send(to, data) {
                const signal = [name, to, data];
                if (window.held) kept.push(signal);
                else queueMicrotask(() => carry(signal));
            },
            onquality(id, { flows }) { talk.flows = flows; },
        });
        ends[name] = talk;
        talk.use(hum(pitch));
        talk.follow([{ id: other, send: true, hear: true, offers }], { iceServers: [] });
        return talk;
    };
    window.desk = () => end("desk", "customer", true, 440);
    window.customer = () => end("customer", "desk", false, 660);
    Object.assign(window, { held: false, kept, carry, ends });
    desk();
    customer();
}"""
FLOWS = """() => Object.values(ends).every(
    (talk) => talk.flows && [...talk.links.values()].every(({ pc }) => pc.connectionState === "connected")
)"""


@pytest.fixture
def ends(page: Page) -> Page:
    """The page with both ends, who hear each other."""
    page.goto("/accounts/login/")
    page.mouse.click(5, 5)  # from then on a page may sound
    page.evaluate(ENDS)
    eventually(lambda: page.evaluate(FLOWS), within=20)
    return page


def flows_anew(page: Page) -> None:
    """Sound comes at both ends, counted from now on."""
    page.evaluate("() => { for (const talk of Object.values(ends)) talk.flows = false; }")
    eventually(lambda: page.evaluate(FLOWS), within=20)


def test_two_restarts_that_cross_are_both_survived(ends: Page) -> None:
    ends.evaluate(
        """async () => {
            held = true;
            const [link] = ends.desk.links.values(), [other] = ends.customer.links.values();
            await link.offer(true);
            other.mend();                       // asks for what is on its way already
            await link.offer(true);
            held = false;
            const late = kept.splice(0);
            for (const signal of late.filter(([from]) => from === "customer")) await carry(signal);
            for (const signal of late.filter(([from]) => from === "desk")) await carry(signal);
        }"""
    )
    flows_anew(ends)


def test_an_answer_to_an_offer_before_the_last_is_none(ends: Page) -> None:
    ends.evaluate(
        """async () => {
            const [link] = ends.desk.links.values();
            held = true;
            await link.offer(true);
            for (const signal of kept.splice(0)) await carry(signal);   // the customer answers the first
            const answers = kept.splice(0);
            await link.offer(true);
            const second = kept.splice(0);
            for (const signal of [...answers, ...second]) await carry(signal);
            held = false;
            for (const signal of kept.splice(0)) await carry(signal);
            window.settled = link.pc.signalingState;
        }"""
    )
    assert ends.evaluate("settled") == "stable"
    flows_anew(ends)


def test_what_a_page_that_is_gone_signalled_ends_no_talk(ends: Page) -> None:
    ends.evaluate(
        """async () => {
            held = true;
            const [link] = ends.customer.links.values();
            link.mend();                        // its last word is still on its way
            ends.customer.close();
            window.late = kept.splice(0);
            held = false;
            customer();
        }"""
    )
    flows_anew(ends)
    partner = "() => [...ends.desk.links.values()][0].theirs"
    new = ends.evaluate(partner)
    ends.evaluate("async () => { for (const signal of late) await carry(signal); }")
    flows_anew(ends)
    assert ends.evaluate(partner) == new
