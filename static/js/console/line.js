/* The desk's line to the server: nudges become events, the page fetches what they name.
   line.send(object); a newer tab of the same agent makes this one step aside until “work here” is pressed. */
import { live, emit } from "../lib/live.js";

const handlers = new Map();
export const on = (kind, run) => handlers.set(kind, [...(handlers.get(kind) ?? []), run]);

let socket = null;

function dispatch(data) {
  for (const run of handlers.get(data.kind) ?? []) run(data);
}

function stepAside() {
  socket?.close();
  socket = null;
  document.getElementById("aside-note").hidden = false;
  document.documentElement.dataset.aside = "yes";
}

export function open() {
  document.getElementById("aside-note").hidden = true;
  delete document.documentElement.dataset.aside;
  socket = live("/ws/console/", {
    each: ["offer", "message", "item", "typing"],
    onmessage: dispatch,
    onrefused: (code) => { if (code === 4401) location.reload(); },
  });
}

on("step_aside", stepAside);
on("signed_out", () => location.reload());
document.getElementById("take-over")?.addEventListener("click", () => { open(); emit("again"); });

export const line = { send: (object) => socket?.send(object) ?? false };
