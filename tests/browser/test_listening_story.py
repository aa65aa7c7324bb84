"""Three browsers in one call: a caller, her agent, and a supervisor who listens, whispers and joins in."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from clients.models import EntryKind, EntryPoint
from interactions.models import Interaction, Monitor, State
from tests.browser import stage
from tests.living import Product, eventually

# Keeps every connection of a page, so that what comes and goes can be measured.
KEEP = """(() => {
  const Plain = RTCPeerConnection;
  window.connections = [];
  window.RTCPeerConnection = class extends Plain {
    constructor(...given) { super(...given); connections.push(this); }
  };
})()"""

# A caller without a page's looks: what every caller's page does with the server and the other browsers.
CALL = """async ([door, key]) => {
  const { Talk } = await import("/static/js/lib/talk.js");
  const ask = async (act, body) => {
    const headers = { "Content-Type": "application/json", ...(window.token && { Authorization: `Bearer ${token}` }) };
    const how = { method: body ? "POST" : "GET", credentials: "omit", headers, body: body && JSON.stringify(body) };
    return (await fetch(`/c/${door}/call/${act}/`, how)).json();
  };
  window.ask = ask;
  const line = new WebSocket(`ws://${location.host}/ws/call/`);
  const talk = new Talk({ send: (to, data) => line.send(JSON.stringify({ kind: "signal", to, data })),
    onup: (id) => line.send(JSON.stringify({ kind: "up", id })) });
  talk.use((await navigator.mediaDevices.getUserMedia({ audio: true })).getAudioTracks()[0]);
  window.token = (await ask("start", { key, name: "Ann Archer" })).token;
  const look = async () => { const { links = [], ice } = await ask("state"); talk.follow(links, ice); };
  line.onmessage = async ({ data }) => {
    const said = JSON.parse(data);
    if (said.kind !== "signal") return look();
    if (!talk.links.has(said.from)) await look();
    talk.receive(said.from, said.data);
  };
  if (line.readyState !== 1) await new Promise((go) => { line.onopen = go; });
  line.send(JSON.stringify({ token: window.token }));
}"""

# Of each open connection within two seconds: does sound come, does anything leave.
SOUND = """async () => {
  const open = () => connections.filter((one) => one.connectionState === "connected");
  const now = async () => Promise.all(open().map(async (one) => {
    const sum = { energy: 0, sent: 0 };
    for (const report of (await one.getStats()).values()) {
      if (report.type === "inbound-rtp") sum.energy += report.totalAudioEnergy ?? 0;
      if (report.type === "outbound-rtp") sum.sent += report.packetsSent;
    }
    return sum;
  }));
  const before = await now();
  await new Promise((go) => setTimeout(go, 2000));
  const grown = (one, n, name) => one[name] - (before[n] ?? one)[name];
  return (await now()).map((one, n) => [grown(one, n, "energy") > 0.001, grown(one, n, "sent") > 20]);
}"""

Sound = list[list[bool]]  # hears, speaks


def sounds(page: Page, *wanted: tuple[bool, bool], in_order: bool = True) -> None:
    """Sooner or later, and then for two seconds, its connections in the order in which they were made are so."""
    expected: Sound = [list(one) for one in wanted]
    found: list[Sound] = []

    def as_wanted() -> bool:
        found.append(page.evaluate(SOUND))
        return found[-1] == expected if in_order else sorted(found[-1]) == sorted(expected)

    try:
        eventually(as_wanted, within=30)
    except AssertionError:
        raise AssertionError(f"{found[-1]} instead of {expected}") from None


def test_a_supervisor_listens_whispers_and_joins_in(new_page: Callable[..., Page], live: Product) -> None:
    stage.set_up_once(live)
    stage.clear_the_floor()
    door = EntryPoint.objects.get(client=stage.tech_giant(), kind=EntryKind.WEB_CALL)
    pages = [
        new_page(user=user, permissions=["microphone"])
        for user in (stage.agent("alex").user, None, stage.person("priya@contact-center.example"))
    ]
    for page in pages:
        page.add_init_script(KEEP)
    alex, ann, priya = pages
    stage.at_the_desk(alex)
    ann.goto("/livez")
    ann.evaluate(CALL, [str(door.public_id), uuid4().hex])
    alex.locator("#offer-accept").click()
    sounds(ann, (True, True))

    contact = Interaction.objects.get(state=State.ACTIVE, origin="web_call")
    priya.goto(f"/floor/contacts/{contact.public_id}/")
    priya.get_by_role("link", name="Listen").click()
    priya.get_by_label("Why").fill("Her first week")
    priya.get_by_role("dialog").get_by_role("button", name="Listen").click()
    expect(priya.locator("#listening .means")).to_have_text("You hear both. Nobody hears you.")
    expect(alex.locator("[data-listeners]")).to_have_text("Priya Raman listens")
    # To the customer and to the agent: she hears both, and nothing leaves her page.
    sounds(priya, (True, False), (True, False))
    sounds(ann, (True, True), (False, True))
    sounds(alex, (True, True), (False, True))

    priya.keyboard.press("2")
    expect(alex.locator("[data-listeners]")).to_have_text("Priya Raman speaks to you alone")
    sounds(alex, (True, True), (True, True))
    sounds(ann, (True, True), (False, True))
    sounds(priya, (True, False), (True, True), in_order=False)  # both answer her at once

    priya.keyboard.press("3")
    expect(alex.locator("[data-listeners]")).to_have_text("Priya Raman speaks with both of you")
    sounds(ann, (True, True), (True, True))

    priya.keyboard.press("1")
    expect(alex.locator("[data-listeners]")).to_have_text("Priya Raman listens")
    sounds(ann, (True, True), (False, True))

    ann.evaluate("ask('end', {})")
    expect(priya.locator("#listen-over")).to_contain_text("Nobody talks in this call any more.")
    eventually(lambda: not Monitor.objects.filter(ended_at__isnull=True).exists())
