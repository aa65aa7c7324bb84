/* Dial opens the telephone and tells that it was pressed. The click of a link is never cancelled, as hx-post on it would do;
   keepalive, for the telephone may take the page away. Where the call may be refused (a call list) it is a button with the
   number: the telephone opens once the answer is that it may, and a refusal is told in its words. */
import { csrf, toast } from "../lib/toast.js";
import { say } from "../lib/words.js";

document.addEventListener("click", async ({ target }) => {
  const dial = target.closest?.("[data-dialled]");
  if (!dial) return;
  const { dialled, number } = dial.dataset;
  if (number) dial.disabled = true;   // pressed twice it is one call
  const headers = { "X-CSRFToken": csrf(), Accept: "application/json" };
  const answer = await fetch(dialled, { method: "POST", keepalive: true, headers }).catch(() => null);
  if (number) dial.disabled = false;
  if (answer?.status === 204) {
    if (number) location.href = `tel:${number}`;
    return;
  }
  const told = await answer?.json().catch(() => null);
  toast(told?.detail ?? say(answer ? "refused" : "noConnection"), { kind: "bad", key: "request" });
  if (answer) document.body.dispatchEvent(new CustomEvent("desk:work"));
});
