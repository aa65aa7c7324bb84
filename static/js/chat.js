/* The chat window: draws the state it is given; every nudge, reconnect and poll only asks for the state again. */
import "./customer-frame.js";
import { connect } from "./lib/socket.js";
import { Api, newKey, Refused } from "./chat-api.js";
import { keepDraft } from "./draft.js";
import { Log, say } from "./chat-log.js";

const $ = (id) => document.getElementById(id);
const root = $("main");
const api = new Api(root);
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const MOST_BYTES = 10 * 1024 * 1024;
let key = root.dataset.key, state = null, socket = null, poll = 0, asking = false, askAgain = false, typingUntil = 0, offerAt = 0, offered = false;

const log = new Log($("log"), { onfile: download, onretry: (id) => deliver(id, log.pendingText(id)) });

const show = (id, on) => { $(id).hidden = !on; };
function problem(id, text) {
  $(`${id}-error`).textContent = text ?? "";
  show(`${id}-error`, Boolean(text));
  root.querySelector(`[aria-describedby~="${id}-error"]`).ariaInvalid = text ? "true" : null;
}
const page = () => { try { return decodeURIComponent(location.hash.slice(1)).slice(0, 500); } catch { return ""; } };

function waitWords(seconds) {
  if (seconds === null || seconds === undefined) return say("unknown");
  return seconds < 60 ? say("soon") : say("minutes", { n: Math.round(seconds / 60) });
}

function draw(next) {
  if (!next) return;
  if (next.messages.filter(({ who }) => who === "agent").length !== (state?.messages ?? []).filter(({ who }) => who === "agent").length) typing(false);
  state = next;
  const live = ["waiting", "talking", "held", "wrap_up"].includes(state.state);
  const over = state.state === "closed" || state.state === "wrap_up";
  if ($("closed")) show("closed", false);
  show("start", false);
  show("log", true);
  show("compose", live);
  show("foot", live && state.state !== "wrap_up");
  const leaving = say(state.state === "waiting" ? "keep_open" : "come_back");
  if ($("leaving").textContent !== leaving) $("leaving").textContent = leaving;
  show("mail", true);
  const brand = $("who").dataset.brand;
  $("who").textContent = state.agent || brand;
  $("hours").textContent = state.agent ? $("hours").dataset.brand : say("waiting");
  if (!state.agent && over) $("hours").textContent = "";
  $("face").textContent = state.agent ? [...state.agent][0].toUpperCase() : $("face").dataset.brand;
  log.draw(state);
  drawWaiting();
  drawOver(over);
}

function drawWaiting() {
  const waiting = state.state === "waiting";
  show("waiting", waiting);
  if (!waiting) return;
  // Whoever has talked already is told why he waits again.
  const words = state.returned ? say("returned") : state.passed_on ? say("passed_on") : "";
  if ($("passed-on").textContent !== words) $("passed-on").textContent = words;
  show("passed-on", Boolean(words));
  if ($("position").textContent !== String(state.position)) $("position").textContent = state.position;
  $("wait").textContent = waitWords(state.wait);
  show("offer", state.offer_callback);
  $("offer-words").textContent = state.calls_from || $("offer-words").dataset.else;
  clearTimeout(offerAt);
  if (!state.offer_callback) offerAt = setTimeout(refresh, (state.offer_callback_in + 0.5) * 1000);
  if (state.offer_callback && !offered) { offered = true; $("number").value = state.number ?? ""; }
}

function drawOver(over) {
  const ended = over && $("over").hidden;
  show("over", over);
  if (ended) log.toEnd();   // what was said last is read before anything is asked
  if (!over) return;
  const words = state.text || (state.state === "wrap_up" ? say("wrap_up") : say("ended"));
  if ($("over-words").textContent !== words) $("over-words").textContent = words;
  show("leave", Boolean(state.leave_number));
  if (state.leave_number) $("leave-link").href = state.leave_number;
  show("promise", Boolean(state.callback));
  if (state.callback) { $("promise-link").href = state.callback.address; $("promise-link").textContent = state.callback.reference; }
  show("survey", state.outcome === "handled" || state.state === "wrap_up");
  if (state.survey) drawSurvey(state.survey);
  show("again", state.state === "closed");
  if (state.state === "closed") hangUp();
}

function drawSurvey({ score, solved }) {
  const { elements } = $("survey");
  elements.score.value = score;
  if (solved !== null) elements.solved.value = solved ? "yes" : "no";
}

async function refresh() {
  const { token } = api;   // an answer about a chat that was left meanwhile is not drawn
  if (!token) return;
  if (asking) { askAgain = true; return; }
  asking = true;
  try {
    const next = await api.json("state", null, { method: "GET" });
    if (token === api.token) draw(next);
    show("offline", false);
  } catch (error) {
    if (token !== api.token) return;
    if (error instanceof Refused && (error.status === 401 || error.status === 404)) begin();
    else show("offline", !(error instanceof Refused));
  } finally {
    asking = false;
    if (askAgain) { askAgain = false; refresh(); }
  }
}

/* A socket when there can be one; without it the state is asked for every few seconds, with it once in a while. */
function listen() {
  if (!socket) {
    socket = connect("/ws/chat/", {
      hello: () => ({ token: api.token }),
      onmessage: ({ kind, on }) => {
        if (kind === "typing") typing(on);
        else if (kind === "deaf") schedule(false);
        else if (kind === "hearing") { schedule(true); refresh(); }
        else if (kind !== "hello") { if (kind === "message") typing(false); refresh(); }
      },
      onstate: (up) => { schedule(up); if (up) refresh(); },
    });
  }
  schedule(false);
}

function schedule(up) {
  clearInterval(poll);
  poll = setInterval(refresh, up ? 15_000 : 4_000);
}

function hangUp() {
  clearInterval(poll);
  socket?.close();
  socket = null;
  typing(false);
}

function typing(on) {
  clearTimeout(typingUntil);
  log.showTyping(on && state?.agent ? state.agent : "");
  if (on) typingUntil = setTimeout(() => log.showTyping(""), 6000);
}

function begin() {
  hangUp();
  api.token = null;
  state = null;
  offered = false;
  $("transcript-to").value = "";
  $("survey").reset();
  $("survey-thanks").textContent = "";
  log.clear();
  $("text").value = api.typed = "";
  for (const id of ["log", "waiting", "over", "compose", "foot", "mail", "transcript", "offline"]) show(id, false);
  $("who").textContent = $("who").dataset.brand;
  $("face").textContent = $("face").dataset.brand;
  if ($("closed")) show("closed", true);
  show("start", !("closed" in $("start").dataset));
}

async function deliver(id, text) {
  log.pend(id, text);
  log.draw(state);
  try {
    const next = await api.json("message", { key: id, text });
    log.done(id);
    draw(next);
    listen();
  } catch (error) {
    log.fail(id);
    log.draw(state);
    if (error instanceof Refused && error.message) note(error.message);
  }
}

function note(text) {
  log.note = text;
  log.draw(state);
}

async function download(file) {
  try {
    const response = await api.call("file", null, { method: "GET", path: `${root.dataset.file}${file.id}/` });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch { note(say("wrong")); }
}

$("start").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = $("start"), button = form.querySelector("button[type=submit]");
  for (const id of ["words", "email", "phone"]) problem(id, "");
  button.disabled = true;
  const given = Object.fromEntries(["name", "email", "phone", "reason", "words"].map((name) => [name, form.elements[name]?.value ?? ""]));
  try {
    const next = await api.json("start", { ...given, key, language: root.dataset.language, page: page(), zone: ownZone });
    api.token = next.token;
    key = newKey();
    form.elements.words.value = "";
    draw(next);
    if (next.state !== "closed") { listen(); $("text").focus(); }
  } catch (error) {
    if (error instanceof Refused && error.errors) {
      for (const [id, text] of Object.entries(error.errors)) problem(id, text);
      form.elements[Object.keys(error.errors)[0]]?.focus();
    } else problem("words", (error instanceof Refused && error.message) || say("wrong"));
  } finally { button.disabled = false; }
});

$("start").querySelector("[type=submit]").disabled = false;   // sent before this, the words would be lost

$("compose").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = api.typed = "";
  deliver(newKey(), text);
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("compose").requestSubmit(); }
});
let typed = 0;
$("text").addEventListener("input", () => {
  api.typed = $("text").value;
  if (Date.now() - typed < 2500) return;
  typed = Date.now();
  socket?.send({ kind: "typing", on: true });
});

$("attach").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", async () => {
  const file = $("file").files[0];
  $("file").value = "";
  if (!file) return;
  if (file.size > MOST_BYTES) { note(say("file_large")); return; }
  const id = newKey(), form = new FormData();
  form.append("key", id);
  form.append("file", file);
  log.pend(id, `${say("uploading")}: ${file.name}`);
  log.draw(state);
  try {
    const next = await api.json("file", null, { form });
    log.done(id);
    draw(next);
  } catch (error) {
    log.done(id);
    log.draw(state);
    note((error instanceof Refused && error.message) || say("wrong"));
  }
});

$("offer").addEventListener("submit", async (event) => {
  event.preventDefault();
  problem("number", "");
  try {
    draw(await api.json("call", { number: $("number").value, zone: ownZone }));
  } catch (error) {
    problem("number", error.message || say("wrong"));
    refresh();
  }
});

$("mail").addEventListener("click", () => {
  show("transcript", $("transcript").hidden);
  log.toEnd();
  if ($("transcript").hidden) return;
  $("transcript-to").value ||= state?.transcript_to || state?.email || "";
  $("transcript-to").focus();
});
$("transcript-cancel").addEventListener("click", () => show("transcript", false));
$("transcript").addEventListener("submit", async (event) => {
  event.preventDefault();
  problem("transcript", "");
  try {
    const next = await api.json("transcript", { email: $("transcript-to").value });
    show("transcript", false);
    draw(next);
    note(say(`transcript_${next.transcript}`, { address: next.transcript_to }));
  } catch (error) { problem("transcript", error.message || say("wrong")); }
});

$("survey").addEventListener("change", async () => {
  const form = $("survey"), score = Number(form.elements.score.value), solved = form.elements.solved.value;
  if (!score) return;
  try {
    await api.json("survey", { score, solved: solved ? solved === "yes" : null });
    $("survey-thanks").textContent = say(solved === "no" ? "survey_not_yet" : "survey_thanks");
  } catch (error) { $("survey-thanks").textContent = error.message || say("wrong"); }
});

$("end").addEventListener("click", () => $("end-sure").showModal());
$("end-no").addEventListener("click", () => $("end-sure").close());
$("end-yes").addEventListener("click", async () => {
  $("end-sure").close();
  try { draw(await api.json("end", {})); } catch { refresh(); }
});
$("again").addEventListener("click", begin);

keepDraft($("start"));
await api.restore();
if (api.token) $("text").value = api.typed;
if (api.token) refresh().then(() => { if (state && state.state !== "closed") listen(); });
else if (!("closed" in $("start").dataset)) show("start", true);
