/* The big screen: nothing to click; it refetches itself when something changed, and every 15 s while the line is down. */
import { emit, live } from "../lib/live.js";

let connected = false;
live("/ws/floor/", { onstate(up) { connected = up; } });
// the words of the line are part of what is refetched
document.addEventListener("htmx:afterSettle", () => {
  for (const el of document.querySelectorAll("[data-live]")) {
    el.classList.toggle("ok", connected);
    el.classList.toggle("wrap", !connected);
    (el.querySelector("[data-live-words]") ?? el).textContent = connected ? el.dataset.on : el.dataset.off;
  }
});
setInterval(() => { if (!connected) emit("again"); }, 15_000);
