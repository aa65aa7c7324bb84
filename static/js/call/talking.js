/* Talking: who, for how long, how the line is, and whether one is heard. */
import { now, tick } from "../lib/clock.js";
import { $, name, put, root, say, show, tell } from "./page.js";

const PATIENCE = 12;   // seconds without a sound before we say that something is in the way
let since = 0, greeted = "", shown = "";

export function begin() {
  since = 0;
  greeted = shown = "";
  $("clock").removeAttribute("data-since");
  put("clock", "0:00");
  show("quality", false);
}

/* The moment of the call: what the server says of it, and whether sound arrives. */
const momentOf = (state, line) => {
  if (state.state === "held" || state.state === "away") return state.state;
  return line.talking ? "talking" : line.began ? "connecting_again" : "connecting";
};

export function draw(state, line, number) {
  const agent = state.agent || root.dataset.client;
  put("face", [...agent][0].toUpperCase());
  put("talking-h", agent);
  put("talking-line", root.dataset.client);
  name(agent);
  const at = momentOf(state, line);
  const from = state.heard_at ? Date.parse(state.heard_at) : since || (line.began ? now() : 0);
  if (from && from !== since) {
    since = from;
    $("clock").dataset.since = new Date(since).toISOString();
    tick();
  }
  $("call-state").dataset.state = at.startsWith("connecting") ? "connecting" : at;
  put("state-words", say(at));
  show("music-held", at === "held" || at === "away");
  const key = ["recorded", "record_ask", "record_refused"].find((one) => state[one]), recording = key ? say(key, { agent }) : "";
  put("recorded-words", recording);
  show("recorded", Boolean(recording));
  show("no-sound", state.state === "talking" && line.waited > PATIENCE);
  show("drops", Boolean(number));
  if (number) put("drops-words", say("drops", { number }));
  if (at !== "talking") show("quality", false);
  const also = (state.also ?? []).join(", ");
  put("also-words", also ? say("also", { names: also }) : "");
  show("also", Boolean(also));
  const why = say(`${at}_why`, { agent });
  put("apart-words", why);
  show("apart", Boolean(why));
  if (greeted !== agent) tell(say("told_answered", { agent }));
  else if (shown !== at && shown) tell(say(at));
  greeted = agent;
  shown = at;
}

export function drawQuality(word) {
  $("quality").dataset.word = word;
  put("quality-words", say(`line_${word}`));
  show("quality", true);
}

export function drawMuted(on) {
  $("mute").setAttribute("aria-pressed", String(on));
  show("muted", on);
}

/* How long it was, in whole seconds; 0 where nobody talked. */
export const lasted = () => (since ? Math.max(1, Math.round((now() - since) / 1000)) : 0);
