/* The call page: draws the state it is given; every nudge, reconnect and poll only asks for the state again. */
import "./customer-frame.js";
import { Api, newKey, Refused } from "./chat-api.js";
import { keepDraft } from "./draft.js";
import { now, sync } from "./lib/clock.js";
import { Ending } from "./call/ending.js";
import { claim, keep } from "./call/keeping.js";
import { Line } from "./call/line.js";
import { lacking, Microphone } from "./call/microphone.js";
import { menu } from "./call/menu.js";
import * as over from "./call/over.js";
import { $, moment, name, problem, put, refusal, root, say, show, tell } from "./call/page.js";
import { Sound } from "./call/sound.js";
import * as talking from "./call/talking.js";
import { ownTimes } from "./call/times.js";
import { microphoneProblem, onAgain } from "./call/troubles.js";
import { voicemail } from "./call/voicemail.js";
import * as waiting from "./call/waiting.js";

const RINGS = 7_000;   // so long it rings like a phone; whoever waits longer hears music
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const page = () => { try { return decodeURIComponent(location.hash.slice(1)).slice(0, 500); } catch { return ""; } };
const MUTED = "muted";
const LIVE = ["waiting", "talking", "held", "away"];

const api = new Api(root, "call");
let key = root.dataset.key, state = null, asking = false, askAgain = false, offerAt = 0, ringUntil = 0, number = "", since = "", voiceBlocked = false, greets = false;

const sound = new Sound({
  onblocked: () => drawBlocked(),
  files: { greeting: root.dataset.soundGreeting, music: root.dataset.soundMusic },
  onended() { greets = false; if (state) soundOf(); },
});
const line = new Line(api, {
  onnews: () => refresh(),
  onchange: () => { if (state) drawLive(); },
  onquality: (word) => { if (state?.state === "talking") talking.drawQuality(word); },
  onblocked: () => { voiceBlocked = true; drawBlocked(); },
});
const microphone = new Microphone({
  ontrack(track) {
    // who has none is silent, which the agent hears and can tell: without a voice the call would never be answered
    line.use(track ?? (state && LIVE.includes(state.state) ? sound.silence() : null));
    if (track) track.enabled = $("mute").getAttribute("aria-pressed") !== "true";
    listen();
    waiting.drawMicrophone(microphone);
  },
  onproblem: microphoneProblem,
});

const drawBlocked = () => show("blocked", Boolean(state) && (voiceBlocked || (sound.blocked && Boolean(sound.playing))));
const listen = () => sound.listen(state?.state === "waiting" ? microphone.track : null, (level) => waiting.drawLevel(level, microphone));

/* What this tab knows of its call and a reload would lose; the server's word comes first. */
const memory = {
  get(what) { try { return sessionStorage.getItem(`${api.slot}.${what}`); } catch { return null; } },
  set(what, value) { try { value ? sessionStorage.setItem(`${api.slot}.${what}`, value) : sessionStorage.removeItem(`${api.slot}.${what}`); } catch { /* no storage, no matter */ } },
};

function draw(next) {
  const before = state?.state;
  state = next;
  if (next.now) sync(next.now, 200);
  number = next.number || number || memory.get("number") || "";
  const live = LIVE.includes(next.state);
  keep(live);
  if (live) {
    since ||= memory.get("since") || new Date(now()).toISOString();
    memory.set("since", since);
    memory.set("number", number);
    line.follow(next.links ?? [], next.ice);
    drawLive();
    if (next.state !== before) listen();
  } else drawOver(before);
}

function drawLive() {
  clearTimeout(offerAt);
  if (state.state === "waiting") {
    // Back in line after a talk: whoever answers next is connected anew.
    if (moment("waiting")) { talking.begin(); line.began = false; }
    waiting.draw(state, state.since ?? since, number);
    waiting.drawMicrophone(microphone);
    if (!state.offer_callback && state.offer_callback_in !== undefined) offerAt = setTimeout(refresh, (state.offer_callback_in + 0.5) * 1000);
  } else {
    if (moment("talking")) sound.once("answered");
    talking.draw(state, line, number);
  }
  soundOf();
  drawBlocked();
}

/* The client greets, or it rings at first; then there is music, and while one is held, too. Talking is not disturbed. */
function soundOf() {
  const waits = state.state === "waiting", left = ringUntil - performance.now();
  if (!waits) greets = false;
  if (greets && sound.has("greeting")) sound.play("greeting");
  else if (waits && left > 0) {
    sound.play("ringing");
    setTimeout(() => { if (state?.state === "waiting") soundOf(); }, left + 50);
  } else sound.play(waits || state.state === "held" || state.state === "away" ? "music" : "");
}

const message = voicemail({
  sound,
  contact: () => (state?.voicemail ? api.token : ""),
  onsent(sent) { state = { ...state, voicemail: undefined, ...sent }; drawOver("closed"); },
  onback() { if (state) drawOver("closed"); else moment("before"); },
});
for (const opener of document.querySelectorAll("[data-vm-open]")) opener.addEventListener("click", () => message.open({ ...state?.voicemail, known: number }));

function drawOver(before) {
  clearTimeout(offerAt);
  const seconds = talking.lasted();
  if (LIVE.includes(before) && before !== "waiting") sound.once("hungUp");
  quiet();
  over.draw(state, seconds);
  moment("over");
  drawBlocked();
}

function quiet() {
  sound.close();
  line.close();
  microphone.close();
  microphoneProblem("");
  show("offline", false);
  voiceBlocked = false;
  tell("");   // what was read out of the call is true no more
}

async function refresh() {
  const { token } = api;   // an answer about a call that is over is not drawn
  if (!token) return;
  if (asking) { askAgain = true; return; }
  asking = true;
  try {
    const next = await api.json("state", null, { method: "GET" });
    if (token === api.token && (!state || LIVE.includes(state.state))) draw(next);
    show("offline", false);
  } catch (error) {
    if (token !== api.token) return;
    if (error instanceof Refused && (error.status === 401 || error.status === 404)) begin(memory.get("since") ? say("err_link_invalid") : "");
    else show("offline", !(error instanceof Refused));
  } finally {
    asking = false;
    if (askAgain) { askAgain = false; refresh(); }
  }
}

/* The page as it was before any call, with a word of why if there is one. */
function begin(why = "") {
  quiet();
  keep(false);
  api.token = null;
  message.another();
  state = null;
  since = number = "";
  for (const what of ["since", "number"]) memory.set(what, "");
  greets = false;
  for (const each of [waiting, talking, over]) each.begin();
  mute(false);
  name("");
  put("gone", why);
  show("gone", Boolean(why));
  put("asking", "");
  drawBlocked();
  moment("before");
}

async function start(form) {
  for (const id of ["phone", "start"]) problem(id, "");
  show("gone", false);
  sound.wake();   // in the click: later the browser would hold every sound back
  put("asking", say((await microphone.allowed()) ? "starting" : "asking"));
  if (!(await microphone.open())) { put("asking", ""); return; }
  put("asking", say("starting"));
  const typed = (field) => form.elements[field]?.value ?? "";
  number = typed("phone");
  mute(false);
  try {
    if (!(await claim(api.slot))) { elsewhere(); return; }
    const next = await api.json("start", {
      key, name: typed("name"), phone: number, email: "", reason: typed("reason"), menu: typed("menu"),
      language: root.dataset.language, page: page(), zone, link: root.dataset.link ?? "",
    });
    api.token = next.token;
    key = newKey();
    greets = sound.has("greeting");
    ringUntil = greets ? 0 : performance.now() + RINGS;
    draw(next);
    if (LIVE.includes(next.state)) line.open();
  } catch (error) {
    quiet();
    keep(false);
    const [field, text] = Object.entries(error.errors ?? {}).find(([each]) => each === "phone") ?? ["start", Object.values(error.errors ?? {})[0]];
    problem(field, text || refusal(error));
    form.elements[field]?.focus();
  } finally { put("asking", ""); }
}

function elsewhere() {
  quiet();
  microphoneProblem("");
  put("gone", `${say("elsewhere")} ${say("elsewhere_how")}`);
  show("gone", true);
  show("start", false);
  $("before").dataset.elsewhere = "";
  moment("before");
}

/* Kept, so that a reloaded page does not open what was closed; where the frame has no storage, by the page around it. */
function mute(on) {
  api.typed = on ? MUTED : "";
  talking.drawMuted(on);
  if (microphone.track) microphone.track.enabled = !on;
}

/* Whoever hangs up is rid of the call, whether the server heard it or not. */
const ending = new Ending(api, { ontold: (next) => draw(next), onrefused: () => refresh() });
const hungUp = () => draw({ ...state, state: "closed", outcome: state?.state === "waiting" ? "abandoned" : "handled", text: "", links: [] });

/* Nothing of the room is heard any more from the press on, however long the answer takes. */
function end() {
  const told = ending.press();
  hungUp();
  return told;
}

/* --- what is pressed --------------------------------------------------------------------------------------------- */

$("start")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  $("call").disabled = true;
  try { await start($("start")); } finally { $("call").disabled = Boolean(lacking()); }
});

const musics = document.querySelectorAll("[data-music]");   // in line, and on hold
for (const button of musics) button.addEventListener("click", () => {
  const on = button.getAttribute("aria-pressed") !== "true";
  for (const each of musics) each.setAttribute("aria-pressed", String(on));
  sound.hush(!on);
});
$("mic-other").addEventListener("click", () => { waiting.unheard(); microphone.other(); });
onAgain(() => microphone.open());

$("offer-open").addEventListener("click", () => {
  $("offer-open").ariaExpanded = "true";
  show("offer-open", false);
  show("back", true);
  $("number").focus();
});
$("back").addEventListener("submit", async (event) => {
  event.preventDefault();
  problem("number", "");
  try {
    draw(await api.json("back", { number: $("number").value, zone }));
  } catch (error) {
    problem("number", error.errors?.number || refusal(error));
    $("number").focus();
    refresh();
  }
});

$("leave").addEventListener("click", () => $("leave-sure").showModal());
$("leave-no").addEventListener("click", () => $("leave-sure").close());
$("leave-yes").addEventListener("click", () => { $("leave-sure").close(); end(); });
$("hang").addEventListener("click", end);
$("mute").addEventListener("click", () => mute($("mute").getAttribute("aria-pressed") !== "true"));
const volumes = document.querySelectorAll("[data-volume]");   // in line, and in the talk
for (const range of volumes) range.addEventListener("input", () => {
  for (const each of volumes) each.value = range.value;
  sound.volume(Number(range.value) / 100);
  line.talk.volume(Number(range.value) / 100);
});
$("again").addEventListener("click", () => {
  begin();
  if (root.dataset.link) location.reload();   // whether somebody is still on the line is for the server to say
});
over.askSurvey(api);

/* Any press lets the page sound: the button that says so is for who has not pressed anything yet. */
for (const kind of ["pointerup", "keydown"]) {
  document.addEventListener(kind, () => {
    if (!state || !(voiceBlocked || sound.blocked) || navigator.userActivation?.isActive === false) return;
    sound.wake().then(listen);
    line.talk.play();
    voiceBlocked = false;
    drawBlocked();
  });
}

// While one talks or waits, a dialog that was open is not in the way of what comes next.
new MutationObserver(() => { if (root.dataset.moment !== "waiting") $("leave-sure").close(); }).observe(root, { attributeFilter: ["data-moment"] });
// How long no sound has come is told as time passes, not only when something happens.
setInterval(() => { if (state && state.state !== "waiting" && LIVE.includes(state.state)) talking.draw(state, line, number); }, 3000);

/* --- the page has come ------------------------------------------------------------------------------------------- */

// The message after hours that does not load is read.
$("said-closed")?.querySelector("audio").addEventListener("error", () => show("said-closed", false));
ownTimes(zone);
const missing = lacking();
if (missing) microphoneProblem(missing);
if ($("start")) {
  keepDraft($("start"));
  if ($("menu")) menu($("menu"), (pressed) => sound.pressed(pressed));
  $("call").disabled = Boolean(missing);   // pressed before this, nothing would happen
}
await api.restore();
const hung = ending.pending, told = ending.tell();
if (!missing) for (const opener of document.querySelectorAll("[data-vm-open]")) opener.hidden = false;
if (!missing && (await message.resume())) {
  await claim(api.slot);
} else if (api.token && !missing) {
  // A reload, or a tab that came back: the call goes on where it was; one that is over and not of this tab is forgotten.
  const ofThisTab = Boolean(memory.get("since"));
  if (hung || (await claim(api.slot))) {
    if (!hung) await refresh();
    else if (!(await told)) hungUp();
    if (state && LIVE.includes(state.state)) {
      mute(api.typed === MUTED);
      line.open();
      sound.wake();
      microphone.open().then(listen);
    } else if (state && !ofThisTab) begin();
  } else elsewhere();
} else moment("before");
