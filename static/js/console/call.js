/* The Dial link opens the telephone and tells that it was pressed. Its click is never cancelled, as hx-post on a link would do;
   keepalive, for the telephone may take the page away. */
import { csrf, toast } from "../lib/toast.js";
import { say } from "../lib/words.js";

document.addEventListener("click", async ({ target }) => {
  const link = target.closest?.("a[data-dialled]");
  if (!link) return;
  const headers = { "X-CSRFToken": csrf(), "HX-Request": "true" };
  const answer = await fetch(link.dataset.dialled, { method: "POST", keepalive: true, headers }).catch(() => null);
  if (!answer?.ok) toast(say(answer ? "refused" : "noConnection"), { kind: "bad", key: "request" });
});
