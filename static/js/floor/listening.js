/* Beside a web call. The server says whom this page is connected with and who may hear it; it never sends more than it was
   told, and takes back at once what shall not be heard any more. The microphone is open only while somebody hears it. */
import { connect } from "../lib/socket.js";
import { Talk, wordFor } from "../lib/talk.js";
import { csrf, toast } from "../lib/toast.js";
import { say } from "../lib/words.js";

const bar = document.getElementById("listening");
const WORDS = { good: "lineGood", fair: "lineFair", bad: "lineBad" };
const ORDER = ["listen", "whisper", "barge"];
const DESK = 1_500;   // so long the agent's desk may still take her for one whom the customer hears, and record her
const narrower = (one, other) => ORDER[Math.min(ORDER.indexOf(one), ORDER.indexOf(other))];
const show = (id, on) => { document.getElementById(id).hidden = !on; };

let told = null, wished = bar.dataset.mode, asked = 0, over = false, hushed = false, opens = 0, track = null, opening = null;
const heard = new Map();   // id -> the quality of what comes from there

const socket = connect("/ws/listen/", {
  hello: () => ({ kind: "monitor", monitor: bar.dataset.monitor }),
  onmessage(data) {
    if (data.kind === "joined" || data.kind === "over") look();
    if (data.kind === "signal") receive(data);
  },
  onstate: (up) => show("listen-line", !up && !over),
  onrefused: (code) => (code === 4409 ? ended(say("listenElsewhere")) : look()),
});

const talk = new Talk({
  send: (to, data) => socket.send({ kind: "signal", to, data }),
  onquality(id, quality) { heard.set(id, quality); tellQuality(); },
  onblocked: () => show("listen-sound", true),
});

async function receive({ from, data }) {
  if (!talk.links.has(from)) await look();
  talk.receive(from, data);
}

async function look() {
  if (over) return;
  const mine = ++asked;
  const answer = await fetch(bar.dataset.talk, { headers: { Accept: "application/json" } }).catch(() => null);
  if (mine === asked && answer?.ok && !answer.redirected) follow(await answer.json());
}

function follow(next) {
  if (next.over) { ended(next.over); return; }
  told = next;
  if (next.mode === "barge" && wished === "barge") hushed = false;
  else if (hushed && next.mode !== "barge") opens ||= setTimeout(() => { hushed = false; opens = 0; if (!over) connectAll(); }, DESK);
  connectAll();
  for (const id of heard.keys()) if (!talk.links.has(id)) heard.delete(id);
  for (const button of bar.querySelectorAll("[data-mode]")) {
    const on = button.dataset.mode === next.mode;
    button.setAttribute("aria-pressed", String(on));
    const place = bar.querySelector(".means"), words = next.held ? button.dataset.held : button.dataset.means;
    if (on && place.textContent !== words) place.textContent = words;
  }
  bar.dataset.mode = next.mode;
  tellQuality();
  // this page was reloaded while she spoke
  if (next.mode !== "listen" && wished !== "listen" && !track) open().then((can) => { if (!can && !over) choose("listen"); });
}

/* Never wider than she wished last, whatever an older answer says. */
function connectAll() {
  const mode = narrower(told.mode, wished);
  const may = { listen: () => false, whisper: ({ role }) => role !== "customer", barge: () => true }[mode];
  talk.use(mode === "listen" || hushed ? null : track);
  talk.follow(told.links.map((link) => ({ ...link, send: link.send && may(link) })), told.ice);
  if (mode === "listen") close();
}

function close() {
  track?.stop();
  track = null;
}

function open() {
  opening ??= ask().finally(() => { opening = null; });
  return opening;
}

async function ask() {
  if (track?.readyState === "live") return true;
  let why = "none";
  try {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    [track] = (await navigator.mediaDevices.getUserMedia({ audio })).getAudioTracks();
    if (over || wished === "listen") { close(); return false; }
    track.addEventListener("ended", () => { track = null; choose("listen"); tellMicrophone("none"); });
    tellMicrophone("");
    connectAll();
    return true;
  } catch (error) {
    if (error.name === "NotAllowedError" || error.name === "SecurityError") why = "refused";
  }
  track = null;
  tellMicrophone(why);
  return false;
}

function tellMicrophone(why) {
  show("listen-mic", Boolean(why));
  for (const words of document.querySelectorAll("#listen-mic [data-why]")) words.hidden = words.dataset.why !== why;
}

async function choose(mode) {
  if (over) return;
  const before = wished;
  wished = mode;
  clearTimeout(opens);
  opens = 0;
  // until the desk knows: what the customer does not hear is not for the recording either
  if (before === "barge" && mode !== "barge") hushed = true;
  connectAll();   // what shall not be heard any more stops here, before the server knows
  if (mode !== "listen" && !(await open())) { wished = before; if (before !== "listen") choose("listen"); return; }
  asked += 1;
  const body = new URLSearchParams({ mode });
  const answer = await fetch(bar.dataset.change, { method: "POST", body, headers: { "X-CSRFToken": csrf(), Accept: "application/json" } }).catch(() => null);
  if (wished !== mode) return;
  if (answer?.ok && !answer.redirected) { follow(await answer.json()); return; }
  wished = narrower(mode, before);
  connectAll();
  toast(say(answer ? "refused" : "noConnection"), { kind: "bad", key: "request" });
  look();
}

/* The worse of both; on hold the customer's silence is no fault of the line. */
function tellQuality() {
  const place = bar.querySelector("[data-quality]");
  if (!place) return;   // her telephone carries the sound
  const live = [...heard].filter(([id]) => talk.links.get(id)?.hear).map(([, quality]) => (quality.flows ? wordFor(quality) : "bad"));
  const worst = ["bad", "fair", "good"].find((word) => live.includes(word));
  const words = told?.held ? place.dataset.held : say(worst ? WORDS[worst] : "lineSought");
  if (place.textContent !== words) place.textContent = words;
}

function ended(words) {
  if (over) return;
  over = true;
  close();
  talk.close();
  socket.close();
  bar.hidden = true;
  for (const id of ["listen-mic", "listen-sound", "listen-line"]) show(id, false);
  const place = document.getElementById("listen-over");
  place.querySelector("[data-over]").textContent = words;
  place.hidden = false;
  place.focus();
  document.body.classList.add("listened");
}

bar.addEventListener("click", ({ target }) => {
  const mode = target.closest("button[data-mode]")?.dataset.mode;
  if (mode && told && (mode !== told.mode || told.mode !== wished)) choose(mode);
});
bar.addEventListener("input", ({ target }) => { if (target.matches("[data-loudness]")) talk.volume(Number(target.value)); });
document.querySelector("#listen-sound button").addEventListener("click", () => { talk.play(); show("listen-sound", false); });
document.body.addEventListener("push:changed", look);
document.body.addEventListener("push:again", look);
addEventListener("online", () => talk.mend());

/* The call sounds as long as this page is open: what is looked up meanwhile opens beside it. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (link && !over && !link.target && !link.hasAttribute("hx-get")) link.target = "_blank";
}, true);
