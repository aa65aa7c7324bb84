/* The supervisor's floor: one socket for the page; it shows the parts, and everything else refetches itself on push:changed and
   push:again.
   main[data-lines] is wide while no line is open beside it; the opened number is outlined. */
import { live } from "../lib/live.js";
import { register } from "../lib/keys.js";
import { show, take } from "./pictures.js";

const line = live("/ws/floor/", { on: { part: take }, onstate: (up) => { if (up) show(line, true); } });

const main = document.getElementById("main");

function outline() {
  const side = document.getElementById("side");
  const open = side?.dataset.line ?? "";
  main?.classList.toggle("wide", Boolean(main.dataset.lines !== undefined && !open));
  for (const el of document.querySelectorAll("[data-opens]")) {
    const on = open !== "" && el.dataset.opens === open;
    el.classList.toggle("pick-on", on);
    if (on) el.setAttribute("aria-current", "true");
    else el.removeAttribute("aria-current");
  }
}

document.addEventListener("htmx:afterSettle", () => { outline(); show(line); });
outline();

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close-side]");
  if (!close) return;
  event.preventDefault();
  // another element: the one that goes would fetch its line again
  const empty = Object.assign(document.createElement("aside"), { id: "side", className: "why", hidden: true });
  document.getElementById("side").replaceWith(empty);
  history.replaceState(null, "", location.pathname);
  outline();
  show(line);
});

const find = document.getElementById("find");
if (find) register("floor-find", "/", find.getAttribute("aria-label") ?? find.placeholder, () => find.focus());
