/* Records the call at the desk, if the client's rule says so: the customer's voice as it comes, ours as it is sent.
   recorder.follow(call, talk, microphone) after every news of the call; .connect() when a voice comes; null ends it.
   What is paused, muted or on hold is recorded as silence: both tracks run by one clock from one moment, so they stay in step.
   Pieces go to the server while the call runs (lib/pieces.js). */
import { titled } from "../lib/keys.js";
import { Pieces, post as send, rest } from "../lib/pieces.js";
import { csrf } from "../lib/toast.js";
import { say } from "../lib/words.js";

const AGAIN = 3_000;
const SIDES = ["customer", "agent"];

let context = null, call = null, talk = null, microphone = null;
let taking = null, starting = null, byHand = false, byCard = false, whose = "";
let told = Promise.resolve(), telling = 0;

const customers = () => call?.links.find(({ id }) => id === "customer");
const onCard = () => document.activeElement?.matches("[data-card]") ?? false;
const headers = () => ({ "X-CSRFToken": csrf() });
const post = (address, body) => send(address, body, headers());

async function start() {
  const mine = (starting = call.leg);
  context ??= new AudioContext();
  context.onstatechange = () => { if (call && !taking) recorder.follow(call, talk, microphone); };
  if (context.state !== "running") { starting = null; context.resume(); show(); return; }
  const answer = await post(document.body.dataset.recording.replace("0", mine));
  const begun = answer?.ok && !answer.redirected ? await answer.json().catch(() => null) : null;
  if (starting !== mine || call?.leg !== mine) return;
  starting = null;
  if (!begun) { if (!answer || answer.status >= 500) setTimeout(() => recorder.follow(call, talk, microphone), AGAIN); return; }
  const one = (taking = { leg: mine, sources: new Map(), tracks: {} });
  const over = () => { if (taking === one) { stop(); setTimeout(() => recorder.follow(call, talk, microphone), AGAIN); } };
  for (const side of SIDES) one.tracks[side] = new Pieces(context, { address: begun.address.replace("side", side), headers, changed: show, over });
  if (whose !== mine) byHand = begun.by_hand;   // of this call the page knows better: perhaps the server was not reached
  whose = mine;
  byCard = onCard();
  agree(begun);
  recorder.connect();
  apply();
  for (const side of SIDES) one.tracks[side].start();
  show();
}

function stop() {
  starting = null;
  if (!taking) return;
  for (const { source } of taking.sources.values()) source.disconnect();
  for (const side of SIDES) taking.tracks[side].stop();
  taking = null;
  show();
}

/* On hold nobody hears the other, and nothing is recorded. */
function apply() {
  if (!taking) return;
  const line = customers(), open = !byHand && !byCard;
  taking.tracks.customer.gate.gain.value = open && line?.hear ? 1 : 0;
  taking.tracks.agent.gate.gain.value = open && line?.send ? 1 : 0;
}

export const recorder = {
  follow(next, of, voice) {
    [call, talk, microphone] = [next, of, voice];
    if (!call?.recording.wanted || !call.heard) { stop(); return; }
    if (taking && taking.leg !== call.leg) stop();
    if (!taking && !starting) start();
    agree(call.recording);
    this.connect();
    apply();
    show();
  },

  /* A colleague who talks with the customer, too, is on our side; a supervisor's whisper is nobody's but the agent's. */
  connect() {
    if (!taking) return;
    const named = new Set(call.links.filter(({ role }) => role).map(({ id }) => id));
    const voices = new Map([...talk.links].filter(([id]) => named.has(id)).map(([id, link]) => [id, link.audio.srcObject]));
    voices.set("microphone", microphone);
    for (const [id, { voice, source }] of taking.sources) if (voices.get(id) !== voice) { source.disconnect(); taking.sources.delete(id); }
    for (const [id, voice] of voices) {
      if (!voice || taking.sources.has(id)) continue;
      const source = new MediaStreamAudioSourceNode(context, { mediaStream: voice instanceof MediaStream ? voice : new MediaStream([voice]) });
      source.connect(taking.tracks[id === "customer" ? "customer" : "agent"].gate);
      taking.sources.set(id, { voice, source });
    }
  },
};

/* Silence begins here and now; the server is told in the order in which it happened, until it has heard or the call is over. */
function tell(on, why) {
  const leg = call?.leg;
  if (!leg) return;
  telling += 1;
  told = told.then(async () => {
    while (call?.leg === leg) {
      const answer = await post(`${document.body.dataset.recording.replace("0", leg)}pause/`, new URLSearchParams({ on: on ? "1" : "0", why }));
      if (answer && answer.status < 500) break;
      await rest(AGAIN);
    }
    telling -= 1;
  });
}

/* What is silent here must be told as silent. An answer older than what was told since says it once more: that changes nothing. */
function agree({ by_hand, by_card }) {
  if (!taking || telling) return;
  if (by_hand !== byHand) tell(byHand, "agent");
  if (by_card !== byCard) tell(byCard, "card");
}

document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-record-pause]") || !taking) return;
  byHand = !byHand;   // a card's number stays silent whatever is pressed: that pause ends with its field
  apply();
  show();
  tell(byHand, "agent");
});

/* A no counts from the press on; where it does not arrive the recording goes on as the server says. */
const refuses = (config) => config?.path.endsWith("/recording/answer/") && config.parameters.yes === "0";
document.addEventListener("htmx:beforeRequest", ({ detail }) => { if (refuses(detail.requestConfig)) stop(); });
document.addEventListener("htmx:afterRequest", ({ detail }) => { if (refuses(detail.requestConfig) && !detail.successful) recorder.follow(call, talk, microphone); });

/* A field for a card's number: nothing of it is to be heard later. Looking at another window does not leave the field. */
function look() {
  if (!taking || byCard === onCard()) return;
  byCard = onCard();
  apply();
  show();
  tell(byCard, "card");
}
document.addEventListener("focusin", look);
document.addEventListener("focusout", () => setTimeout(look, 300));
document.addEventListener("htmx:afterSettle", () => { show(); look(); });

function show() {
  const button = document.querySelector("[data-record-pause]"), place = document.querySelector("[data-record-state]");
  if (!button || !place) return;
  if (!taking) { place.textContent = say("recordNot"); place.closest("[data-record]").dataset.record = "paused"; return; }
  const waits = SIDES.some((side) => taking.tracks[side].waiting.length > 2);
  button.setAttribute("aria-pressed", String(byHand));
  button.dataset.plainTitle = button.dataset[byHand ? "goOn" : "pause"];
  button.title = titled(button.dataset.plainTitle, "record");
  button.querySelector("[data-when=on]").hidden = byHand;
  button.querySelector("[data-when=paused]").hidden = !byHand;
  const silent = byHand ? "recordPaused" : byCard ? "recordCard" : call?.held ? "recordHeld" : "";
  const words = say(silent || (waits ? "recordWaits" : call?.muted ? "recordMuted" : "recordOn"));
  if (place.textContent !== words) place.textContent = words;
  place.closest("[data-record]").dataset.record = silent ? "paused" : "on";
}
