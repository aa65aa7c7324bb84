/* The browser says once in which zone the person is; from then on every page tells the times of that zone. */
import { csrf } from "./toast.js";

const asked = document.querySelector("[data-ask-zone]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (asked && zone) {
  const answer = await fetch(asked.dataset.askZone, { method: "POST", body: new URLSearchParams({ zone }), headers: { "X-CSRFToken": csrf() } }).catch(() => null);
  if (answer?.ok && zone !== asked.dataset.zone) location.reload();
}
