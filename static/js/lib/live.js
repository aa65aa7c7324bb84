/* From a nudge to a fresh fragment.  live(path, {on: {kind: fn(data)}, ...socket options}) -> the socket
   Every message becomes an event on <body> named "push:<kind>" (detail = the message), so that a fragment says
     hx-get="..." hx-trigger="push:changed from:body, push:again from:body"
   Equal kinds within 250 ms are one event (the last wins); kinds in `each` come one by one. "push:again" comes with every
   (re)connection: refetch everything. [data-live] shows the line's state: data-on / data-off are its words;
   [data-offline] is a banner that is hidden while connected. A newer version of the product offers to reload once. */
import { connect } from "./socket.js";
import { toast } from "./toast.js";
import { say } from "./words.js";

export function emit(kind, detail = {}) {
  document.body.dispatchEvent(new CustomEvent(`push:${kind}`, { detail }));
}

function show(connected) {
  document.documentElement.dataset.connected = connected ? "yes" : "no";
  for (const el of document.querySelectorAll("[data-live]")) {
    el.classList.toggle("ok", connected);
    el.classList.toggle("wrap", !connected);
    const words = el.querySelector("[data-live-words]") ?? el;
    words.textContent = (connected ? el.dataset.on : el.dataset.off) ?? words.textContent;
  }
  for (const el of document.querySelectorAll("[data-offline]")) el.hidden = connected;
}

export function live(path, options = {}) {
  const { on = {}, each = [], onstate, onmessage, onstale, ...rest } = options;
  const oneByOne = new Set(each);
  const waiting = new Map();
  let timer = 0, told = false, grace = 0;

  const flush = () => {
    timer = 0;
    const batch = [...waiting.values()];
    waiting.clear();
    for (const data of batch) emit(data.kind, data);
  };

  return connect(path, {
    ...rest,
    onmessage(data) {
      onmessage?.(data);
      if (data.kind === "hello") return;
      on[data.kind]?.(data);
      if (oneByOne.has(data.kind)) { emit(data.kind, data); return; }
      waiting.set(data.kind + (data.client ?? data.interaction ?? ""), data);
      timer ||= setTimeout(flush, 250);
    },
    onstate(connected, why) {
      clearTimeout(grace);
      // a line that is back within a second is no news
      if (connected) { show(true); emit("again"); } else grace = setTimeout(() => show(false), 1000);
      onstate?.(connected, why);
    },
    onstale(version) {
      onstale?.(version);
      if (told) return;
      told = true;
      toast(say("newVersion"), { action: { label: say("reload"), run: () => location.reload() }, seconds: 0 });
    },
  });
}
