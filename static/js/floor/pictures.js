/* The parts of a page that the floor's socket shows: [data-part="wall"] with its hx-swap. Each comes whole, then as the lines that
   changed, and is put in place as htmx would put it: pointer, menus, scroll and focus are left in peace (keep.js). While there is
   no line, or the server is deaf, they fetch themselves on push:asked.
   show(line) tells the server which parts stand here, and whether something else on the page wants its push:changed. */
import { put, waits } from "../lib/keep.js";

const texts = new Map();   // part -> its lines, as they were told last
const place = (part) => document.querySelector(`[data-part="${CSS.escape(part)}"]`);
let told = "";

export function take({ part, html, edit }) {
  if (edit) for (const [from, to, lines] of edit) texts.get(part).splice(from, to - from, ...lines);
  else texts.set(part, html.split("\n"));
  draw(part);
}

function draw(part) {
  const el = place(part);
  if (el && !waits(el, () => draw(part))) put(el, texts.get(part).join("\n"));
}

export function show(line, anew = false) {
  const parts = [...document.querySelectorAll("[data-part]")].map((el) => el.dataset.part);
  const changed = document.querySelector('[hx-trigger*="push:changed"]') !== null;
  const next = JSON.stringify([parts, changed]);
  if (!parts.length || (next === told && !anew)) return;
  if (line.send({ kind: "show", parts, changed })) told = next;
}
