/* What went wrong with a request, in words, with a way on. 409 and 422 are swapped by htmx itself (see the page's htmx-config):
   400 and 409 put their notice into #notices, 422 puts the form with its marks back into its place. */
import { say } from "./words.js";
import { dismiss, toast } from "./toast.js";

/* The same once more, with all its files and its key; for who is gone from the page meanwhile somebody stands in. */
function repeat(detail) {
  const { verb, path, elt, target, formData } = detail.requestConfig;
  return () => {
    const standIn = document.createElement("div");
    if (!elt.isConnected) {
      standIn.hidden = true;
      standIn.setAttribute("hx-encoding", "multipart/form-data");
      document.body.append(standIn);
    }
    const swap = detail.etc?.swapOverride ?? elt.getAttribute("hx-swap") ?? undefined;
    const again = { source: elt.isConnected ? elt : standIn, values: formData, swap };
    if (target?.isConnected) again.target = target;
    else if (target?.id) again.target = `#${CSS.escape(target.id)}`;
    window.htmx.ajax(verb, path, again).catch(() => {}).finally(() => standIn.remove());
  };
}

const about = (config) => `${config?.verb} ${config?.path}`;
let waits = "";   // the command that was lost and waits for its second try

function tell(words, detail, again) {
  const read = detail.requestConfig?.verb === "get";
  const safe = read || again;
  waits = again && !read ? about(detail.requestConfig) : "";
  toast(words, { kind: "bad", key: "request", seconds: 0, action: safe ? { label: say("again"), run: repeat(detail) } : null });
}

document.addEventListener("htmx:sendError", ({ detail }) => tell(say("noConnection"), detail, true));
document.addEventListener("htmx:timeout", ({ detail }) => tell(say("tooSlow"), detail, false));
document.addEventListener("htmx:responseError", ({ detail }) => {
  const status = detail.xhr.status;
  if (status === 409 || status === 422 || status === 400) {
    if (!detail.xhr.responseText.trim()) tell(say(status === 422 ? "invalid" : "refused"), detail, false);
    return;
  }
  if (status === 401) {
    toast(say("signedOut"), { kind: "bad", key: "request", seconds: 0, action: { label: say("signIn"), run: () => location.reload() } });
  } else if (status === 403) tell(say("notAllowed"), detail, false);
  else if (status === 404 || status === 410) tell(say("gone"), detail, false);
  else if (status === 413) tell(say("tooLarge"), detail, false);
  else if (status === 429) tell(say("tooMany"), detail, true);
  else tell(say("serverError"), detail, true);
});

/* What was pressed may be gone before the answer comes (the offer went, the step moved on): htmx looks for #notices beside it, in a
   tree that is no page any more. Only the one who is gone still hears of the answer. */
document.addEventListener("htmx:beforeRequest", ({ target }) => target.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr } = event.detail;
  if (target.isConnected || (xhr.status !== 400 && xhr.status !== 409)) return;
  event.preventDefault();
  const notices = document.getElementById("notices");
  window.htmx.swap(notices, xhr.responseText, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 }, { eventInfo: { target: notices } });
}, { once: true }));

// a session that ended answers with the sign-in page: go there instead of putting it into a corner of this one
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.responseURL && new URL(xhr.responseURL).pathname.startsWith("/accounts/login") && !location.pathname.startsWith("/accounts/")) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});
const sent = new WeakMap();
let toldAt = 0;
document.addEventListener("htmx:beforeSend", ({ detail: { xhr } }) => sent.set(xhr, performance.now()));
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => { if (target.id === "notices") toldAt = performance.now(); });
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.successful) return;
  // The line is back, or the second try worked; what was read beside a lost command takes its second try away from nobody.
  if (!waits || waits === about(detail.requestConfig)) dismiss("request");
  // what was refused stays until a command that was given after it succeeds; of two under way one may fail before the other's end
  if (detail.requestConfig?.verb !== "get" && sent.get(detail.xhr) > toldAt) document.getElementById("notices")?.replaceChildren();
});

// a modal dialog leaves nothing else to be pressed: what it was refused with is told inside it
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  const dialog = target.id === "notices" && [...document.querySelectorAll("dialog:modal")].pop();
  if (!dialog) return;
  for (const old of dialog.querySelectorAll(".note[data-code]")) old.remove();
  (dialog.querySelector(".body") ?? dialog).prepend(...target.childNodes);
});

// a notice closes by its cross, and by itself after a while
document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".note")?.remove());

/* htmx tells of a request that failed or was given up by its events, above; the promise it rejects besides, with no reason, has
   nobody who waits for it. */
window.addEventListener("unhandledrejection", (event) => { if (event.reason === undefined) event.preventDefault(); });
