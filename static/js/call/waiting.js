/* In line: the place, the wait, what has been waited, the microphone, the choice to be called back. */
import { tick } from "../lib/clock.js";
import { $, name, put, root, say, show, tell } from "./page.js";

const HEARD = 18;   // of 100: somebody spoke, not the room
let first = 0, told = 0, asked = false, heard = false;

export function begin() {
  first = told = 0;
  asked = heard = false;
  show("back", false);
  $("offer-open").ariaExpanded = "false";
  show("offer-open", true);
}

export function draw(state, since, number) {
  const again = state.returned ? say("returned") : state.passed_on ? say("passed_on") : "";
  put("passed-on", again);
  show("passed-on", Boolean(again));
  put("line-words", state.text || $("line-words").dataset.else);
  put("line-name", root.dataset.client);
  put("talk-step", state.recorded ? say("will_record") : state.record_ask ? say("will_ask") : $("talk-step").dataset.else);
  drawPlace(state.position ?? 1);
  drawWait(state.wait);
  if ($("waited").dataset.since !== since) { $("waited").dataset.since = since; tick(); }
  show("offer", state.offer_callback);
  put("back-words", state.calls_from || $("back-words").dataset.else);
  if (state.offer_callback && !asked) { asked = true; $("number").value ||= state.number || number || ""; }
}

function drawPlace(position) {
  first ||= position;
  first = Math.max(first, position);
  put("position", position);
  put("place-words", first > position ? say("place_was", { n: first }) : say("place"));
  name(say("title_line", { n: position }));
  if (told !== position) tell(say("told_place", { n: position }));
  told = position;
}

function drawWait(seconds) {
  const known = seconds !== null && seconds !== undefined;
  const shown = known ? Math.max(1, Math.round(seconds / 60)) : "–";
  if ($("wait").dataset.shown === String(shown)) return;
  $("wait").dataset.shown = shown;
  $("wait").textContent = shown;
  if (known) {
    const unit = document.createElement("span");
    unit.textContent = say("min");
    $("wait").append(unit);
  }
  put("wait-words", say(known ? "wait" : "wait_unknown"));
}

/* The step is done once something was heard; a microphone that is switched off on the headset says so. */
export function drawMicrophone(microphone) {
  const { live, silent } = microphone;
  put("mic-words", say(!live ? "mic_missing" : silent ? "mic_silent" : heard ? "mic_ok" : "mic_try"));
  put("mic-name", live ? microphone.name || say("mic_yours") : "");
  $("mic-step").className = live && !silent && heard ? "done" : "";
  show("mic-other", live && microphone.others);
  show("level", live);
}

export function drawLevel(level, microphone) {
  $("level").value = level;
  if (heard || level < HEARD || microphone.silent) return;
  heard = true;
  drawMicrophone(microphone);
}

export const unheard = () => { heard = false; };
