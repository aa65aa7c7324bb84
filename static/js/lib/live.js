/* From a nudge to a fresh fragment.  live(path, {on: {kind: fn(data)}, ask, ...socket options}) -> {send, close, connected}
   Every message becomes an event on <body> named "push:<kind>" (detail = the message), so that a fragment says
     hx-get="..." hx-trigger="push:changed from:body, push:again from:body"
   Equal kinds within 250 ms are one event (the last wins); kinds in `each` come one by one. "push:again" comes with every
   (re)connection: refetch everything. While there is no line, or the server says that it is deaf, the page asks by itself:
   every few seconds ask() -> does the server answer? (default: is it alive), and "push:again" after each answer, with
   "push:asked" for what the line itself brings as long as there is one.
   [data-live] shows the line's state: data-on / data-asking / data-off are its words, data-rests those of a line that was closed
   here; [data-asked] is a banner shown while the page asks, [data-offline] one while nobody answers. A newer version of the
   product offers to reload once. */
import { connect } from "./socket.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

const ASK = 4_000;
const FIRST = 2_500;   // a page that was just opened gives its line this long
const GRACE = 1_000;   // a line that is back within a second is no news
const WORDS = { yes: ["on"], asking: ["asking", "off"], no: ["off"], rests: ["rests", "off"] };
let state = "";

export function emit(kind, detail = {}) {
  document.body.dispatchEvent(new CustomEvent(`push:${kind}`, { detail }));
}

/* Also for who has just put a [data-live] into the page. */
export function show(next = state) {
  if (!next) return;
  state = document.documentElement.dataset.connected = next;
  for (const el of document.querySelectorAll("[data-live]")) {
    el.classList.toggle("ok", state === "yes");
    el.classList.toggle("wrap", state !== "yes");
    const words = el.querySelector("[data-live-words]") ?? el;
    const name = WORDS[state].find((each) => el.dataset[each]);
    if (name) words.textContent = el.dataset[name];
  }
  for (const el of document.querySelectorAll("[data-asked]")) el.hidden = state !== "asking";
  for (const el of document.querySelectorAll("[data-offline]")) el.hidden = state !== "no";
}

const alive = () => fetch("/livez", { cache: "no-store", signal: AbortSignal.timeout(8000) }).then(({ ok }) => ok);

export function live(path, options = {}) {
  const { on = {}, each = [], ask = alive, onstate, onmessage, onstale, ...rest } = options;
  const oneByOne = new Set(each);
  const waiting = new Map();
  let timer = 0, told = false, next = 0, round = 0, up = false, deaf = false, closed = false;

  const flush = () => {
    timer = 0;
    const batch = [...waiting.values()];
    waiting.clear();
    for (const data of batch) emit(data.kind, data);
  };

  async function askNow() {
    const mine = ++round;
    const answered = await Promise.resolve(ask()).catch(() => false);
    if (mine !== round || closed) return;
    show(answered ? "asking" : "no");
    if (answered) { emit("again"); emit("asked"); }
    next = setTimeout(askNow, ASK);
  }

  function turn(pause) {
    clearTimeout(next);
    round += 1;   // an answer that is still on its way is about another time
    if (up && !deaf) { show("yes"); emit("again"); } else next = setTimeout(askNow, pause);
  }

  next = setTimeout(askNow, FIRST);
  const socket = connect(path, {
    ...rest,
    onmessage(data) {
      onmessage?.(data);
      if (data.kind === "hello") return;
      if (data.kind === "deaf" || data.kind === "hearing") { deaf = data.kind === "deaf"; turn(0); return; }
      on[data.kind]?.(data);
      if (oneByOne.has(data.kind)) { emit(data.kind, data); return; }
      waiting.set(data.kind + (data.client ?? data.interaction ?? ""), data);
      timer ||= setTimeout(flush, 250);
    },
    onstate(connected, why) {
      up = connected;
      deaf = false;
      if (!closed) turn(GRACE);
      onstate?.(connected, why);
    },
    onstale(version) {
      onstale?.(version);
      if (told) return;
      told = true;
      toast(say("newVersion"), { action: { label: say("reload"), run: () => location.reload() }, seconds: 0 });
    },
  });
  return {
    get connected() { return socket.connected; },
    send: socket.send,
    close() {
      closed = true;
      clearTimeout(next);
      socket.close();
      show("rests");
    },
  };
}
