/* The designer of a call flow: arrow keys along the ways, the focus chooses a step, E edits, words are inserted at the caret. */
import { inField, register } from "./lib/keys.js";
import { say } from "./lib/words.js";

const at = (key) => key && document.getElementById(`step-${key}`);
const focused = () => document.activeElement?.closest?.("[data-step]");
const chosen = () => document.querySelector("[data-step][aria-current]");

/* Saving and looking come one after the other, and what is saved draws the chart anew: a link is followed, and a button does its
   part, though they are no longer on the page when their turn comes. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-go]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  window.htmx.ajax("GET", link.getAttribute("href"), { source: "#main", target: "#design", select: "#design", swap: "outerHTML" });
});

const pressed = [];
document.addEventListener("submit", ({ target, submitter }) => {
  if (target.id === "step-form" && submitter?.name === "do") pressed.push(submitter.value);
}, true);
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.id !== "step-form") return;
  delete detail.parameters.do;
  if (pressed.length) detail.parameters.do = pressed.shift();
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target.id === "design" && pressed.length) window.htmx.trigger("#step-form", "submit");
});

let soon;
/* A step that the keyboard comes to is chosen, once it stays there. */
document.addEventListener("focusin", ({ target }) => {
  clearTimeout(soon);
  if (!target.matches?.("[data-step]") || target.hasAttribute("aria-current") || !target.matches(":focus-visible")) return;
  soon = setTimeout(() => { if (document.activeElement === target) target.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true })); }, 200);
});

for (const way of ["up", "down", "left", "right"]) {
  register(`design-${way}`, `arrow${way}`, say(`step-${way}`), () => {
    const here = focused();
    if (!here && document.activeElement !== document.body) return false;
    (here ? at(here.dataset[way]) : chosen())?.focus();
    return true;
  });
}
register("design-edit", "e", say("editStep"), () => document.getElementById("f-name")?.focus());
register("design-chart", "escape", say("toChart"), () => {
  if (!inField()) return false;
  chosen()?.focus();
  return true;
}, { fields: true });

// the step that has the focus is the one that is meant, not the one chosen before it
document.addEventListener("keydown", (event) => {
  const here = focused();
  if (event.key !== "Delete" || !here || here.hasAttribute("aria-current")) return;
  event.preventDefault();
  here.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
}, true);

document.addEventListener("click", ({ target }) => {
  const words = target.closest?.("[data-insert]")?.dataset.insert;
  const field = words && document.getElementById("f-text");
  if (!field) return;
  field.focus();
  field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// the name of a new step is there to be typed over
document.addEventListener("htmx:afterSettle", () => {
  const fresh = document.querySelector("[data-fresh]");
  fresh?.select();
  fresh?.removeAttribute("data-fresh");
});
