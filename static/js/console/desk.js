/* What hangs together on the desk: which item is open, what a nudge refreshes, tabs, swapped columns, the page's title. */
import { on, open } from "./line.js";
import { asking, catchUp, refreshWork, work } from "./middle.js";
import { tick } from "../lib/clock.js";

/* Kinds after which the middle is another one; the rest refreshes its own part. */
const ANOTHER = new Set(["ended", "wrap_up_started", "taken_back", "transferred", "console_lost", "assigned", "closed", "disposed",
  "held", "resumed", "consult_started", "consult_ended", "missed", "declined", "rescinded", "joined", "left", "case_resolved", "set_aside", "set_back", "callback_tried"]);
/* Of these the page knows nothing by itself, though the contact's version stays. */
const VOICES = new Set(["media_connected", "media_failed"]);
/* In wrap-up only its end changes the middle: what is being written there stays. */
const ENDS_WRAP_UP = new Set(["disposed", "closed"]);
/* After these nothing can be done with it that a dialog asks for which needs the contact in hand (data-in-hand). */
const OVER = new Set(["ended", "wrap_up_started", "taken_back", "closed"]);
/* After these what was said looks otherwise, and nothing else does. */
const SAID = new Set(["message_in", "message_out", "mail_moved", "window"]);
let own = 0;

on("item", (data) => {
  const el = work();
  if (!el || el.dataset.interaction !== data.interaction) return;
  if (OVER.has(data.about)) document.querySelector("#dialog dialog[data-in-hand]")?.close();
  if (SAID.has(data.about)) { refreshMessages(); return; }
  if (data.about === "note_added") { document.body.dispatchEvent(new CustomEvent("desk:notes")); return; }
  if (el.dataset.state === "wrapping" && !ENDS_WRAP_UP.has(data.about)) return;
  // what she just did herself has been answered with the new middle already; another's act, as of who is asked for
  // advice, leaves the contact's version
  const newer = Number(data.version) > Number(el.dataset.version);
  if (VOICES.has(data.about)) refreshWork();
  if (ANOTHER.has(data.about) && (newer || !data.own || performance.now() - own > 1500)) refreshWork();
});

/* The log of a chat, the thread of a mail; not behind a dialog, which is about what was read before it opened. */
let unread = false;

/* After a time without nudges: what the list says of the open item may differ from what its middle shows. */
let missed = false;
document.body.addEventListener("push:again", () => { missed = true; });
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id !== "items" || !missed) return;
  missed = false;
  const el = work();
  if (!["handling", "wrapping"].includes(el?.dataset.state)) return;
  const item = document.querySelector(`.item[data-leg="${el.dataset.leg}"]`);
  if (item?.dataset.state !== el.dataset.state) refreshWork();
});

/* What the top says comes with the answer to an act of its own: news beside it would take the pressed button away. */
let acting = 0;
document.addEventListener("htmx:beforeSend", ({ detail: { xhr, elt, requestConfig } }) => {
  if (requestConfig.verb !== "post" || !elt.closest?.("#top-state")) return;
  acting += 1;
  xhr.addEventListener("loadend", () => { acting -= 1; });
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (acting && detail.target.id === "top-state" && detail.requestConfig.verb === "get") detail.shouldSwap = false;
});

export function refreshMessages() {
  unread = asking();
  if (!unread) document.body.dispatchEvent(new CustomEvent("desk:messages"));
}
document.addEventListener("close", () => { if (unread) refreshMessages(); }, true);

/* After the line was away anything may have become of the contact; the first connection finds the page as it was written. */
let connected = false;
document.body.addEventListener("push:again", () => { if (connected) refreshWork(); connected = true; });

/* The list knows of the open item what a lost nudge did not tell. */
function compare() {
  const el = work();
  if (el?.dataset.state !== "handling" && el?.dataset.state !== "wrapping") return;
  const item = document.querySelector(`.item[data-leg="${CSS.escape(el.dataset.leg)}"]`)?.dataset;
  if (item?.state !== el.dataset.state || Number(item.version) > Number(el.dataset.version)) refreshWork();
  else if (item.newest !== (document.getElementById("read")?.value ?? item.newest)) refreshMessages();
}
document.addEventListener("htmx:afterSettle", ({ target }) => { if (target.id === "items") compare(); });

document.addEventListener("htmx:configRequest", ({ detail }) => { if (detail.verb === "post") own = performance.now(); });
document.body.addEventListener("desk:work", refreshWork);

/* What stands in an idle middle is about the agent's presence. */
for (const name of ["desk:idle", "push:presence"]) document.body.addEventListener(name, () => { if (work()?.classList.contains("idle")) refreshWork(); });

function mark() {
  const el = work();
  const leg = el?.dataset.leg ?? "";
  for (const item of document.querySelectorAll(".item[data-leg]")) {
    const here = item.dataset.leg === leg;
    item.classList.toggle("on", here);
    const link = item.querySelector("a");
    if (here) link?.setAttribute("aria-current", "page"); else link?.removeAttribute("aria-current");
    item.querySelector(".count")?.toggleAttribute("hidden", here);
  }
  title();
  if (el && localStorage.getItem("console-swapped") === "yes") el.classList.add("swapped");
}

function title() {
  const base = work()?.dataset.title ?? "";
  const waiting = [...document.querySelectorAll(".item[data-unread]")].reduce((sum, item) => sum + Number(item.dataset.unread || 0), 0);
  document.title = `${waiting ? `(${waiting}) ` : ""}${base ? `${base} - ` : ""}Console`;
}

/* The chosen answer of the open step, else its first field. */
export function stepField() {
  const step = document.querySelector("#script .step.here");
  return step?.querySelector("[type=radio]:checked") ?? step?.querySelector('input:not([type="hidden"]), select, textarea');
}

/* The name of the open step, for a focus that went with the step before. */
const stepName = (at) => (at === document.body ? [...document.querySelectorAll("#script .step.here > :is(h3, h4)")].at(-1) : null);

function toEnd() {
  const log = document.getElementById("messages");
  if (log) log.scrollTop = log.scrollHeight;
}

document.addEventListener("htmx:afterSettle", (event) => {
  mark();
  if (event.target.id === "work" || event.detail.target?.id === "work") { toEnd(); rememberTab(); closeDialog(event.detail.requestConfig); }
  const step = document.querySelector("#script .step.here");
  if ((event.target.id === "script" || event.target.closest?.("#script")) && step) {
    step.scrollIntoView({ block: "nearest" });
    // a step without a field: its name, for who presses keys or listens; Enter there presses nothing
    (stepField() ?? stepName(document.activeElement))?.focus({ preventScroll: true });
  }
  if (event.detail.requestConfig?.elt.id === "knowledge-back") document.getElementById("knowledge-q")?.focus();
  if (event.target.id === "work") settle(event.detail.requestConfig?.elt !== document.body);
  tick();
});

/* Where the focus went with what was swapped it goes on in the new middle: after an act of one's own where one writes to a
   customer who waits, else in its frame, where single keys work. */
function settle(own) {
  if (![document.body, work(), null].includes(document.activeElement)) return;
  ((own && document.getElementById("chat-text")) || work())?.focus({ preventScroll: true });
}

/* A dialog that was answered, or is about another contact or one that ended, goes; other news leaves it open. */
let shown = "";
const aboutWhat = () => `${work()?.dataset.leg} ${work()?.dataset.state}`;
function closeDialog(request) {
  const about = aboutWhat(), dialog = document.getElementById("dialog");
  if (about !== shown || dialog.contains(request?.elt)) {
    dialog.replaceChildren();
    catchUp();   // an open dialog that is taken out of the page does not say that it closed
  }
  shown = about;
}

/* tabs of the side: the choice stays for this contact's channel */
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-tab]");
  if (opener) document.getElementById(opener.dataset.tab)?.click();
  const tab = event.target.closest('.side [role="tab"]');
  if (tab) sessionStorage.setItem(`tab:${work()?.dataset.leg}`, tab.id);
  if (event.target.closest("#swap")) {
    const swapped = work().classList.toggle("swapped");
    localStorage.setItem("console-swapped", swapped ? "yes" : "no");
  }
  if (event.target.closest("[data-ask-notices]") && "Notification" in window && Notification.permission === "default") Notification.requestPermission();
});

function rememberTab() {
  const kept = sessionStorage.getItem(`tab:${work()?.dataset.leg}`);
  if (kept) document.getElementById(kept)?.click();
}

/* the wrap-up clock, or the seconds before a mail leaves, reached zero: ask what became of it */
document.addEventListener("clock:end", (event) => {
  if (event.target.closest(".thread")) setTimeout(refreshMessages, 1000);
  if (event.target.closest(".wrapbar")) setTimeout(refreshWork, 1500);
  if (event.target.closest(".undoable")) document.body.dispatchEvent(new CustomEvent("desk:items"));
});

shown = aboutWhat();
open();
mark();
toEnd();
rememberTab();

/* An answer whose place was swapped while it was on its way: fetch the middle as it is now. */
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.requestConfig?.verb === "post" && detail.target?.id === "work" && !detail.target.isConnected) refreshWork();
});
