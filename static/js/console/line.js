/* The desk's line to the server: nudges become events, the page fetches what they name. While it hears nothing the desk says by
   itself that it is there, names the card it shows, and asks.
   line.send(object); a newer tab of the same agent makes this one step aside until “work here” is pressed. */
import { live, emit } from "../lib/live.js";
import { rest, sync } from "../lib/clock.js";
import { csrf } from "../lib/toast.js";

const handlers = new Map();
export const on = (kind, run) => handlers.set(kind, [...(handlers.get(kind) ?? []), run]);

let socket = null, key = "", answer = null;
const own = new Set();   // every key this page has had: what the server says to others of them is not about it

function dispatch(data) {
  for (const run of handlers.get(data.kind) ?? []) run(data);
}

function stepAside() {
  socket?.close();
  socket = null;
  key = "";
  for (const run of handlers.get("aside") ?? []) run();
  lie(true);
}

/* What a desk that stepped aside shows is of no use: nothing in it goes on, and nothing can be pressed but to come back. */
function lie(still) {
  document.getElementById("aside-note").hidden = !still;
  document.documentElement.toggleAttribute("data-aside", still);
  for (const part of document.querySelectorAll("header.top, nav.items, #work")) part.inert = still;
  rest(still);
  if (!still) return;
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  document.getElementById("take-over").focus();
}

/* The sign of life: the same bookkeeping as a socket's, and the same rule for a second tab. */
function here() {
  answer = told();
  return answer;
}

async function told() {
  const before = key;
  const body = new URLSearchParams({ console: key, card: document.querySelector("#offer [data-offer]")?.dataset.offer ?? "" });
  const sent = performance.now(), mine = socket;
  const response = await fetch(document.body.dataset.here, {
    method: "POST", body, headers: { "X-CSRFToken": csrf(), Accept: "application/json" }, signal: AbortSignal.timeout(8000),
  });
  if (response.redirected || response.status === 401) { location.reload(); return false; }
  if (!response.ok || mine !== socket) return false;
  const said = await response.json();
  if (said.aside) { stepAside(); return false; }
  sync(said.now, performance.now() - sent);
  own.add(said.console);
  // its line was opened meanwhile, under a key of its own
  if (key !== before && key !== said.console) line.send({ kind: "instead", console: said.console });
  else key = said.console;
  return true;
}

export function open() {
  lie(false);
  socket = live("/ws/console/", {
    each: ["offer", "item", "typing"],
    ask: here,
    onmessage: dispatch,
    onrefused: (code) => { if (code === 4401) location.reload(); },
  });
}

on("hello", (data) => {
  const before = key;
  key = data.console;
  own.add(key);
  if (before) line.send({ kind: "instead", console: before });
});
on("step_aside", async (data) => {
  await answer?.catch(() => {});   // the key may be the one that is just being given to this page
  if (!own.has(data.console)) stepAside();
});
on("signed_out", () => location.reload());
document.getElementById("take-over")?.addEventListener("click", () => { open(); emit("again"); });

export const line = { send: (object) => socket?.send(object) ?? false };
