/* The web call at the desk. The server says whom this page is connected with; it is asked again after every news of a contact.
   What sounds here outlives the middle of the desk: she may look at another item while she talks. */
import { on, line } from "./line.js";
import { microphone } from "./microphone.js";
import { recorder } from "./recorder.js";
import { Talk, wordFor } from "../lib/talk.js";
import { csrf, toast } from "../lib/toast.js";
import { say } from "../lib/words.js";
import { beforeTalk } from "../lib/sound.js";

const WORDS = { good: "lineGood", fair: "lineFair", bad: "lineBad" };
const HELD = 4_000;   // so long a word of the line has to hold before it is read out
const DOUBT = 3_000;  // so long the news that both hear each other may be on its way before the page asks
let call = null, asked = 0, silent = 0, lineWords = "", figures = null, reading = 0, doubt = 0;   // silent: so many presses wait for their answer

const talk = new Talk({
  send: (to, data) => call && line.send({ kind: "signal", leg: call.leg, to, data }),
  onup: (id) => { if (id === "customer" && call) line.send({ kind: "up", leg: call.leg }); },
  onquality(id, quality) {
    if (id !== judged()) return;
    tell(quality.flows || call?.held ? WORDS[wordFor(quality)] : "lineBad");
    figures = { loss: `${quality.loss.toFixed(1)} %`, jitter: `${Math.round(quality.jitter)} ms`, roundTrip: `${Math.round(quality.roundTrip)} ms` };
    drawFigures();
  },
  onblocked: () => { document.getElementById("sound-note").hidden = false; },
  onvoice: () => recorder.connect(),
});

/* Whose way the word for the line is about: the customer's, and in a talk without him the colleague's. */
function judged() {
  const hears = [...talk.links].filter(([, link]) => link.hear).map(([id]) => id);
  return hears.length && !hears.includes("customer") ? hears[0] : "customer";
}

function tell(key) {
  const words = key ? say(key) : "";
  if (words !== lineWords) {
    clearTimeout(reading);
    reading = setTimeout(readOut, HELD);
  }
  lineWords = words;
  if (!words) readOut();   // of a call that is over nothing is left to be read
  const place = document.querySelector("[data-quality]");
  if (place && place.textContent !== lineWords) place.textContent = lineWords;
}

/* What the word for the line stands on, in the headset's menu. */
function drawFigures() {
  const place = document.querySelector("[data-figures]");
  if (!place) return;
  place.hidden = !figures;
  for (const each of place.querySelectorAll("[data-figure]")) each.textContent = figures?.[each.dataset.figure] ?? "";
}

function readOut() {
  const place = document.getElementById("quality-told");
  if (place.textContent !== lineWords) place.textContent = lineWords;
}

async function look() {
  const mine = ++asked;
  const answer = await fetch(document.body.dataset.talk, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || answer.redirected || mine !== asked) return;
  const said = await answer.json();
  if (mine !== asked) return;
  if (said.microphone || said.talk) microphone.expect();
  tellListeners(said.talk?.listeners ?? []);
  await follow(said.talk);
}

/* Who is beside the call, at once and beside whatever she types: nothing of the middle is fetched for it. */
function tellListeners(names) {
  const place = document.querySelector("[data-listeners]");
  if (!place) return;
  place.hidden = !names.length;
  const words = place.querySelector("span");
  if (words.textContent !== names.join(", ")) words.textContent = names.join(", ");
}

async function follow(next) {
  if (next?.leg !== call?.leg) {
    talk.close();
    figures = null;
    tell(next ? "lineSought" : "");
  }
  call = next;
  clearTimeout(doubt);
  if (next && !next.heard) doubt = setTimeout(look, DOUBT);
  // the news came before the answer to the press, which was written without it, or got lost
  else if (document.querySelector(".callbar[data-connecting]")) document.body.dispatchEvent(new CustomEvent("desk:work"));
  if (!next) { recorder.follow(null); return; }
  const track = await microphone.start();
  if (call !== next) return;
  if (track) track.enabled = !(next.muted || silent);
  talk.use(track);
  talk.follow(next.links, next.ice);
  // said before, perhaps into a line that was down
  if (!next.heard && talk.links.get("customer")?.ready) line.send({ kind: "up", leg: next.leg });
  recorder.follow(next, talk, track);
}

/* For whom she is about to speak, in her ear alone, said from the press on: while the connection is being made. It has a switch
   of its own, in the headset's menu. A browser without a voice plays two tones. */
let voices = [];
const named = () => localStorage.getItem("name-client") !== "no";
const loadVoices = () => { voices = window.speechSynthesis?.getVoices() ?? []; };
window.speechSynthesis?.addEventListener("voiceschanged", loadVoices);
loadVoices();

document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  const card = elt.id === "offer-accept" && elt.closest("[data-busy]");
  if (!card || !named()) return;
  if (voices.length) speechSynthesis.speak(new SpeechSynthesisUtterance(card.dataset.brand));
  else beforeTalk();
});

microphone.onchange = (track) => {
  if (call) track.enabled = !(call.muted || silent);
  talk.use(track);
  if (call) recorder.follow(call, talk, track);
};

on("signal", async (data) => {
  if (data.to !== call?.leg || !talk.links.has(data.from)) await look();
  if (data.to === call?.leg) talk.receive(data.from, data.data);
});
on("item", () => look());
on("aside", () => { asked += 1; follow(null); talk.use(null); microphone.release(); });
document.body.addEventListener("push:again", () => look());
addEventListener("online", () => talk.mend());

/* Muted is muted at once, and who is put on hold, handed on or hung up on hears nothing more from the press on; that she speaks
   again waits for the answer, which is asked for without waiting for news. What was asked before the press knows less. */
const mutes = ({ path, parameters }) => path.endsWith("/mute/") && parameters.on === "1";
const leaves = ({ path }) => /\/(hold|transfer|complete|end)\/$/.test(path);
const changes = ({ path }) => /\/(accept|resume|mute)\/$/.test(path);
document.addEventListener("htmx:beforeSend", ({ detail: { xhr, requestConfig } }) => {
  if (requestConfig.verb !== "post") return;
  const hushes = Boolean(call) && (mutes(requestConfig) || leaves(requestConfig));
  if (!hushes && !changes(requestConfig)) return;
  if (hushes) {
    asked += 1;
    silent += 1;
    talk.mute(true);
  }
  // by the request itself: its button may be gone by then, and the call, too
  xhr.addEventListener("loadend", () => {
    if (hushes) silent -= 1;
    look();
  });
});

/* A call that cannot be heard here is not for this desk. */
document.addEventListener("htmx:afterSettle", async ({ target }) => {
  tellAgain();
  const card = target.id === "offer" && target.querySelector("[data-busy]");
  if (!card || (await microphone.start())) return;
  const answer = await fetch(card.dataset.busy, { method: "POST", headers: { "X-CSRFToken": csrf(), "HX-Request": "true" } }).catch(() => null);
  if (answer?.ok) toast(say("noMicrophone"), { kind: "bad", key: "microphone" });
});

function tellAgain() {
  const place = document.querySelector("[data-quality]");
  if (place) place.textContent = lineWords;
}

document.getElementById("use-sound").addEventListener("click", ({ target }) => { talk.play(); target.closest("p").hidden = true; });

/* The headset's menu. */
let watching = 0;
document.addEventListener("toggle", async ({ target, newState }) => {
  if (target.id !== "devices") return;
  clearInterval(watching);
  if (newState !== "open") return;
  const found = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  fill(target.querySelector("[data-device=in]"), found.filter(({ kind }) => kind === "audioinput"), microphone.track?.getSettings().deviceId);
  const outputs = found.filter(({ kind }) => kind === "audiooutput");
  target.querySelector("[data-outputs]").hidden = !outputs.length || !("setSinkId" in HTMLMediaElement.prototype);
  fill(target.querySelector("[data-device=out]"), outputs, talk.speaker);
  target.querySelector("[data-loudness]").value = talk.loudness;
  target.querySelector("[data-name-client]").checked = named();
  drawFigures();
  watching = setInterval(() => { target.querySelector("[data-level]").value = microphone.level(); }, 100);
}, true);

function fill(select, devices, chosen) {
  select.replaceChildren(...devices.map(({ deviceId, label }, n) => new Option(label || `${n + 1}`, deviceId, false, deviceId === chosen)));
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-device=in]")) microphone.choose(target.value);
  if (target.matches("[data-device=out]")) talk.speakFrom(target.value);
  if (target.matches("[data-name-client]")) localStorage.setItem("name-client", target.checked ? "yes" : "no");
});
document.addEventListener("input", ({ target }) => { if (target.matches("[data-loudness]")) talk.volume(Number(target.value)); });

look();
