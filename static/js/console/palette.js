/* Ctrl K: find anything one may see, or an act; arrows choose, Enter goes. */
import { command, showList } from "../lib/keys.js";

const dialog = document.getElementById("palette");
const field = document.getElementById("palette-q");
const rows = () => [...dialog.querySelectorAll('[role="option"]:not([hidden])')];

function choose(row) {
  for (const one of rows()) one.setAttribute("aria-selected", String(one === row));
  row?.scrollIntoView({ block: "nearest" });
}

/* What an act presses. One that is not on the page cannot be done now, and is not offered. */
const BUTTONS = {
  available: "#top-state:not([data-available]) #presence-menu form button",
  pause: ".presence > form [aria-pressed]",
  transfer: "#act-transfer",
  book: "#act-book",
  resolve: "#act-resolve",
  start: ".day [hx-get]",
};
const buttonOf = (row) => document.querySelector(BUTTONS[row.dataset.act]);

function narrow() {
  const words = field.value.trim().toLowerCase();
  for (const row of dialog.querySelectorAll("#palette-actions li")) {
    const possible = !(row.dataset.act in BUTTONS) || buttonOf(row);
    row.hidden = !possible || Boolean(words) && !row.textContent.toLowerCase().includes(words);
  }
  document.getElementById("palette-acts").hidden = !dialog.querySelector("#palette-actions li:not([hidden])");
  choose(rows()[0]);
}

function go(row) {
  if (!row) return;
  dialog.close();
  if (row.dataset.go) location.assign(row.dataset.go);
  else if (row.dataset.act === "keys") showList();
  else buttonOf(row)?.click();
}

export function show() {
  field.value = "";
  document.getElementById("palette-found").replaceChildren();
  if (!dialog.open) dialog.showModal();
  narrow();
  field.focus();
}

command("palette", show, { fields: true });
document.querySelector('[data-open="palette"]')?.addEventListener("click", () => queueMicrotask(show));
field.addEventListener("input", narrow);
dialog.addEventListener("htmx:afterSettle", () => choose(rows()[0]));
dialog.addEventListener("click", (event) => go(event.target.closest('[role="option"]')));
dialog.addEventListener("keydown", (event) => {
  const all = rows();
  const at = all.findIndex((row) => row.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") choose(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
  else if (event.key === "Enter") go(all[at]);
  else if (event.key === "Escape") dialog.close();
  else return;
  event.preventDefault();
});
