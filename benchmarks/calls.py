"""CALL: from "Call now" on the client's page to both hearing each other, with a free agent who answers at once.

python -m benchmarks.calls [calls]. Two real browsers with false microphones on one machine, one web process. The value
is the 95th percentile in seconds, from the press until the second of the two pages has said that it hears the other.
The bare arm is two connections inside one page of the same browser, without any server: what WebRTC itself takes.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from contextlib import ExitStack

from benchmarks import stage, wire
from benchmarks.goals import told

LIMIT, AIM = 2.5, 1.5
# Accepts what is offered in the moment it is shown.
AT_ONCE = """
    new MutationObserver(() => { const button = document.getElementById("offer-accept");
        if (button && !button.dataset.pressed) { button.dataset.pressed = "yes"; button.click(); } })
        .observe(document, { subtree: true, childList: true });
"""
BARE = """async () => {
    const began = performance.now(), stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const one = new RTCPeerConnection(), two = new RTCPeerConnection();
    one.onicecandidate = ({ candidate }) => candidate && two.addIceCandidate(candidate);
    two.onicecandidate = ({ candidate }) => candidate && one.addIceCandidate(candidate);
    for (const each of [one, two]) each.addTrack(stream.getAudioTracks()[0], stream);
    await one.setLocalDescription(); await two.setRemoteDescription(one.localDescription);
    await two.setLocalDescription(); await one.setRemoteDescription(two.localDescription);
    const came = async (each) => [...(await each.getStats()).values()]
        .some((report) => report.type === "inbound-rtp" && report.packetsReceived);
    while (!(await came(one)) || !(await came(two))) await new Promise((next) => setTimeout(next, 20));
    one.close(); two.close();
    return (performance.now() - began) / 1000;
}"""


def late(seconds: list[float]) -> float:
    """The 95th percentile."""
    return round(statistics.quantiles(seconds, n=20, method="inclusive")[-1], 3)


def main(calls: int = 20) -> bool:
    """Calls one after the other, and as many bare connections between them."""
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with stage.stage("bpo_bench"), ExitStack() as stack:
        from django.urls import reverse

        from agents.models import Agent
        from clients.models import Channel, EntryKind
        from interactions.models import Interaction, JournalEntry, Kind
        from tests import factories as make
        from tests.living import BROWSER_FLAGS, find_browser

        acme = make.client("Acme")
        line = make.queue(acme, channels=[Channel.VOICE], wrap_up="none", offer_seconds=30)
        door = make.door(acme, EntryKind.WEB_CALL, into=line)
        bea = make.agent("Bea Brown", licensed=acme, available=False)
        cookie = wire.signed_in([Agent.objects.select_related("user").get(pk=bea.pk).user])[0]
        port, _process = stack.enter_context(wire.web("bpo.asgi:application"))
        playwright = stack.enter_context(sync_playwright())
        pages = []
        for _who in range(2):
            browser = playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_FLAGS)
            stack.callback(browser.close)
            context = browser.new_context(base_url=f"http://127.0.0.1:{port}", permissions=["microphone"])
            pages.append(context.new_page())
        desk, ann = pages
        name, value = cookie.split("=", 1)
        desk.context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
        desk.add_init_script(AT_ONCE)
        desk.goto("/console/")
        desk.get_by_role("button", name="Be available").click()
        desk.wait_for_timeout(1000)
        seen: dict[str, list[float]] = {"product": [], "bare": []}
        for _call in range(calls):
            ann.goto(reverse("customer-call", args=[door.public_id]))
            ann.evaluate("localStorage.clear()")
            ann.reload()
            ann.locator("#call:not([disabled])").wait_for()
            pressed = time.time()
            ann.locator("#call").click()
            contact = None
            while time.time() < pressed + 20:
                contact = Interaction.objects.order_by("-pk").first()
                heard = JournalEntry.objects.filter(interaction=contact, kind=Kind.MEDIA_CONNECTED).first()
                if heard is not None and heard.at.timestamp() > pressed:
                    seen["product"].append(heard.at.timestamp() - pressed)
                    break
                time.sleep(0.05)
            else:
                sys.exit(f"no voice within 20 s: {contact}")
            ann.locator("#hang").click()
            ann.locator("#over, #survey").first.wait_for()
            seen["bare"].append(ann.evaluate(BARE))
        arms = {
            arm: {"p50": round(statistics.median(turns), 3), "p95": late(turns), "calls": len(turns)}
            for arm, turns in seen.items()
        }
        for arm, figure in arms.items():
            stage.say(f"{arm:8} {figure}")
        return told("CALL", late(seen["product"]), floor=LIMIT, aim=AIM, arms=dict(arms))


if __name__ == "__main__":
    sys.exit(not main(*map(int, sys.argv[1:])))
