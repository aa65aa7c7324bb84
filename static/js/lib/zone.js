/* The browser says once in which zone the person is; from then on every page tells the times of that zone. */
import { csrf } from "./toast.js";

const asked = document.querySelector("[data-ask-zone]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

async function tell() {
  const answer = await fetch(asked.dataset.askZone, { method: "POST", body: new URLSearchParams({ zone }), headers: { "X-CSRFToken": csrf() } });
  if (answer.ok && zone !== asked.dataset.zone) location.reload();
}

// Without an answer the times stay those of the house; the next page asks again.
if (asked && zone) tell().catch(() => null);
