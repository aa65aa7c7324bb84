/* Wrap-up: keys choose while no text field has the focus, the nested question opens, what is missing is said, all is kept. */
import { inField, command } from "../lib/keys.js";
import { csrf } from "../lib/toast.js";

const form = () => document.getElementById("wrapup");
let saving = 0;
let keeping = null;

function below() {
  const chosen = form()?.querySelector("input[name=ending]:checked");
  return chosen ? form().querySelector(`[data-below="${CSS.escape(chosen.value)}"]`) : null;
}

function look() {
  const el = form();
  if (!el) return;
  const nested = below();
  for (const part of el.querySelectorAll("[data-below]")) part.hidden = part !== nested;
  const follow = el.querySelector("input[name=follow]:checked")?.value;
  for (const part of el.querySelectorAll("[data-follow]")) part.hidden = part.dataset.follow !== follow;
  const ending = el.querySelector("input[name=ending]:checked");
  const inner = nested?.querySelector("input:checked");
  const needsNote = Boolean((inner ?? ending)?.hasAttribute("data-needs-note"));
  const hint = el.querySelector("[data-note-hint]");
  hint.dataset.plain ??= hint.textContent;
  hint.textContent = needsNote ? hint.dataset.required : hint.dataset.plain;
  const words = el.querySelector("[data-missing]");
  const endings = el.querySelector("input[name=ending]");
  if (endings && !ending && !words.hasAttribute("data-optional")) words.textContent = words.dataset.ending;
  else if (nested && !inner) words.textContent = words.dataset.more;
  else if (needsNote && !el.querySelector("#note").value.trim()) words.textContent = words.dataset.note;
  else if (follow === "task" && !el.querySelector("#task-title").value.trim()) words.textContent = words.dataset.task;
  else words.textContent = words.dataset.nothing;
}

async function keep() {
  const el = form();
  if (!el) return;
  keeping = new AbortController();
  const answer = await fetch(el.dataset.wrapupDraft, { method: "POST", signal: keeping.signal, body: new FormData(el), headers: { "X-CSRFToken": csrf(), "HX-Request": "true" } }).catch(() => null);
  const state = el.querySelector("[data-draft-state]");
  if (state && answer?.ok) state.hidden = false;
}

document.addEventListener("input", (event) => {
  if (!event.target.closest("#wrapup")) return;
  look();
  clearTimeout(saving);
  saving = setTimeout(keep, 1000);
});

// "Ready" sends everything itself: a draft that comes after it would find the wrap-up over.
document.addEventListener("submit", (event) => {
  if (event.target.id !== "wrapup") return;
  clearTimeout(saving);
  keeping?.abort();
}, true);

document.addEventListener("keydown", (event) => {
  if (!form() || inField() || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9a-i]$/.test(event.key) || document.querySelector("dialog[open]")) return;
  const input = [form().querySelector(".ends3"), below()].map((part) => part?.querySelector(`input[data-pick="${event.key}"]`)).find(Boolean);
  if (!input) return;
  event.preventDefault();
  input.checked = true;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  if (input.name !== "ending" || !below()) document.getElementById("note").focus();
});
command("endings", () => false);

document.addEventListener("htmx:afterSettle", look);
look();
