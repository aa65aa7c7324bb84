/* Afterwards: how it ended, what was promised, two taps of judgement, and the way back. */
import { clockText } from "../lib/clock.js";
import { $, name, put, refusal, root, say, show } from "./page.js";

const TALKED = "handled";
const LEFT = ["abandoned", "withdrawn"];

export function begin() {
  $("survey").reset();
  put("survey-thanks", "");
}

function endOf(state, seconds) {
  if (state.cut) return ["vm_sent_cut", say("vm_cut_at", { time: clockText(state.ms / 1000) })];
  if (state.spoken) return ["vm_sent", ""];
  if (state.callback || state.outcome === "callback_promised") return ["promised", ""];
  if (state.state === "wrap_up" || state.outcome === TALKED) return ["thanks", seconds ? say("lasted", { time: clockText(seconds) }) : ""];
  if (LEFT.includes(state.outcome)) return ["left", say("come_again")];
  if (state.unheard) return ["ended", ""];
  if (state.unlinked) return ["unlinked", ""];
  return state.text ? ["not_now", ""] : ["ended", say("no_answer")];
}

export function draw(state, seconds) {
  const [title, words] = endOf(state, seconds);
  put("over-h", say(title));
  name(say(title));
  const more = state.cut ? words : state.text || words;
  put("over-words", more);
  show("over-words", Boolean(more));
  show("stamp", ["promised", "thanks", "vm_sent"].includes(title));
  show("promise", Boolean(state.callback));
  if (state.callback) {
    put("promise-due", state.callback.due);
    put("promise-link", state.callback.reference);
    $("promise-link").href = state.callback.address;
  }
  show("leave-message", Boolean(state.voicemail));
  show("leave-number", Boolean(state.leave_number) && !state.callback);
  if (state.leave_number) $("leave-link").href = state.leave_number;
  show("survey", title === "thanks");
  if (state.survey) drawSurvey(state.survey);
  const onceOnly = root.dataset.link && title === "thanks";   // a link is good for one call
  show("again", Boolean($("start")) && !onceOnly && (state.state === "closed" || state.state === "wrap_up"));
}

function drawSurvey({ score, solved }) {
  const { elements } = $("survey");
  elements.score.value = score;
  if (solved !== null) elements.solved.value = solved ? "yes" : "no";
}

export function askSurvey(api) {
  $("survey").addEventListener("change", async () => {
    const form = $("survey"), score = Number(form.elements.score.value), solved = form.elements.solved.value;
    if (!score) return;
    try {
      await api.json("survey", { score, solved: solved ? solved === "yes" : null });
      put("survey-thanks", say(solved === "no" ? "survey_not_yet" : "survey_thanks"));
    } catch (error) { put("survey-thanks", refusal(error)); }
  });
}
