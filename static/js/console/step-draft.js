/* What is typed at the open step of the call flow, kept each second and when the page goes; never a card's number, and the
   form of a check has no address to keep it at. */
import { csrf } from "../lib/toast.js";

let waiting = 0;
let keeping = null;

async function keep(form, keepalive = false) {
  waiting = 0;
  const body = new FormData(form);
  for (const card of form.querySelectorAll("[data-card]")) body.delete(card.name);
  keeping = new AbortController();
  const answer = await fetch(form.dataset.stepDraft, { method: "POST", body: new URLSearchParams(body), keepalive, signal: keeping.signal, headers: { "X-CSRFToken": csrf(), "HX-Request": "true" } }).catch(() => null);
  const state = document.getElementById("step-draft");
  if (state && answer?.ok && form.isConnected) state.hidden = false;
  else if (answer === null && form.isConnected && !keeping.signal.aborted) later(form, 3000);
}

function later(form, after = 1000) {
  if (!waiting) waiting = setTimeout(() => (form.isConnected ? keep(form) : (waiting = 0)), after);
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest?.("form[data-step-draft]");
  if (form && !target.matches("[data-card]")) later(form);
});

// An answer, a way back or a jump leaves the step: nothing is kept beside it.
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  if (detail.requestConfig.verb !== "post" || !detail.elt.closest?.("#script")) return;
  clearTimeout(waiting);
  waiting = 0;
  keeping?.abort();
});
addEventListener("pagehide", () => {
  const form = document.querySelector("form[data-step-draft]");
  if (!waiting || !form) return;
  clearTimeout(waiting);
  keep(form, true);
});
