/* The designer of a call flow: arrow keys along the ways, the focus chooses a step, E edits, words are inserted at the caret. */
import { inField, register } from "./lib/keys.js";
import { say } from "./lib/words.js";

const at = (key) => key && document.getElementById(`step-${key}`);
const focused = () => document.activeElement?.closest?.("[data-step]");
const chosen = () => document.querySelector("[data-step][aria-current]");

/* The chosen step stands in sight, beside what lies over the drawing; else it comes to the middle. */
function inSight() {
  const drawing = document.querySelector(".drawing"), step = chosen()?.getBoundingClientRect();
  if (!drawing || !step) return;
  const seen = drawing.getBoundingClientRect(), over = document.querySelector(".kinds")?.getBoundingClientRect();
  const right = over && over.left > seen.left + seen.width / 2 && over.bottom > seen.top ? Math.min(over.left, seen.right) : seen.right;
  if (step.left < seen.left || step.right > right) drawing.scrollLeft += step.left - seen.left - (right - seen.left - step.width) / 2;
  if (step.top < seen.top || step.bottom > seen.bottom) drawing.scrollTop += step.top - seen.top - (seen.height - step.height) / 2;
}
inSight();
document.addEventListener("htmx:afterSettle", inSight);

/* Saving, pressing and looking come one after the other, each with the form as it then stands: what is saved draws the chart
   anew, and its numbers are those of the state that the next one is made from. */
const form = () => document.getElementById("step-form");
let turn = Promise.resolve(), typed = false, pause, left = null;
/* A step that is added by its key has its form a moment later: what is typed until then is its name. */
let adding = 0, ahead = "";

function next(request) {
  turn = turn.then(request).catch(() => {});
}
function send(pressed) {
  clearTimeout(pause);
  next(() => {
    if (!form() || !(pressed || typed)) return null;
    const values = new FormData(form());
    if (pressed) values.set("do", pressed);
    typed = false;
    return post(values);
  });
  if (pressed?.startsWith("add-") && !inField()) {
    if (!adding++) ahead = "";
    next(() => { adding--; });
  }
}
const post = (values) => window.htmx.ajax("POST", form().getAttribute("action"), { source: "#main", target: "#chart", values });

/* What is typed into a form while another one is on its way into its place is sent after it, for the step it was typed at. */
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id !== "design" || !detail.shouldSwap || !typed || !form()) return;
  clearTimeout(pause);
  typed = false;
  left = new FormData(form());
});
function sendLeft() {
  const values = left;
  left = null;
  if (!values || !form()) return;
  next(() => {
    values.set("since", document.getElementById("since")?.value ?? "");
    values.set("look", form().elements.step.value);
    return post(values);
  });
}

window.addEventListener("keydown", (event) => {
  if (!adding || inField() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!ahead && /^[1-8]$/.test(event.key)) return;  // one more step
  if (event.key.length === 1) ahead += event.key;
  else if (event.key === "Backspace") ahead = ahead.slice(0, -1);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
const inForm = (el) => el.form && el.form === form() && el.name;
document.addEventListener("input", ({ target }) => {
  if (!inForm(target)) return;
  typed = true;
  clearTimeout(pause);
  pause = setTimeout(send, 500);
});
document.addEventListener("change", ({ target }) => { if (inForm(target)) send(); });
document.addEventListener("submit", (event) => {
  if (event.target !== form()) return;
  event.preventDefault();
  send(event.submitter?.name === "do" ? event.submitter.value : "");
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-go]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.focus({ preventScroll: true });
  send();
  const href = link.getAttribute("href");
  next(() => window.htmx.ajax("GET", href, { source: "#main", target: "#design", select: "#design" })
    .then(() => history.replaceState(null, "", href)));
});

/* A field keeps the focus while one presses: what it would save on losing it would draw the pressed thing anew under the pointer. */
document.addEventListener("mousedown", (event) => {
  if (event.target.closest?.("a[data-go], #chart button, #bar button, #notices button, #step-form button")) event.preventDefault();
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

// the language that is looked at stays chosen while the chart is drawn anew
let language = "";
document.addEventListener("click", ({ target }) => { language = target.closest?.("[data-seen-tab]")?.dataset.seenTab ?? language; });
document.addEventListener("htmx:afterSettle", () => {
  const tab = language && document.querySelector(`[data-seen-tab="${CSS.escape(language)}"]`);
  if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
});

// the focus goes along where another step was chosen for one, and the name of a new step is there to be typed over
document.addEventListener("htmx:afterSettle", () => {
  const here = focused();
  if (here && !here.hasAttribute("aria-current")) chosen()?.focus({ preventScroll: true });
  const fresh = document.querySelector("[data-fresh]");
  fresh?.select();
  fresh?.removeAttribute("data-fresh");
  if (fresh && ahead) {
    fresh.setRangeText(ahead, 0, fresh.value.length, "end");
    ahead = "";
    fresh.dispatchEvent(new Event("input", { bubbles: true }));
  }
  sendLeft();
});
