/* The callback form: one day's times at once, the browser's own zone, and a sentence that says when. Works without it. */
import { keepDraft } from "./draft.js";

const form = document.getElementById("callback");
const carry = form && keepDraft(form, { except: ["zone"] });
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (form && own && !form.dataset.zoneKnown && !new URLSearchParams(location.search).has("zone") && own !== form.dataset.zone) {
  const known = [...form.querySelectorAll("#zone option")].some((option) => option.value === own);
  if (known) {
    const address = new URL(location.href);
    address.searchParams.set("zone", own);
    carry();
    location.replace(address);
  }
}

const days = [...document.querySelectorAll('input[name="day"]')];
const stretches = [...document.querySelectorAll("[data-day]")];
const sum = document.getElementById("chosen");
const time = () => document.querySelector('input[name="window"]:checked');

/* Only the times of the day that is shown can be chosen: a time of a day folded away is neither pressed nor sent. */
function showDay(key) {
  for (const stretch of stretches) {
    stretch.hidden = stretch.disabled = stretch.dataset.day !== key;
    if (stretch.disabled) for (const slot of stretch.querySelectorAll("input:checked")) slot.checked = false;
  }
}

function name() {
  if (sum) sum.textContent = time() ? `${sum.dataset.words}: ${time().dataset.words}` : "";
}

/* What is pressed says which day is shown, also when the browser puts back what was chosen before it left the page. */
function sync() {
  showDay((days.find((radio) => radio.checked) ?? days[0]).value);
  name();
}

if (days.length) {
  const day = time()?.closest("[data-day]").dataset.day;
  if (day) for (const radio of days) radio.checked = radio.value === day;
  sync();
  for (const each of ["change", "pageshow"]) addEventListener(each, sync);
}

/* The browser cannot point at a time of a day that is folded away: what is missing is said beside it, in the client's words. */
function tell(field, wrong) {
  const told = document.getElementById(`${field.name}-error`);
  if (!told) return;
  told.hidden = !wrong;
  const { words, missing } = told.querySelector("[data-words]").dataset;
  if (wrong) told.querySelector("[data-words]").textContent = (field.validity.valueMissing && missing) || words;
  if (field.type !== "radio") field.ariaInvalid = wrong ? "true" : null;
}

function complete(form) {
  const wrong = [...form.elements].filter((field) => field.willValidate && !field.validity.valid);
  for (const field of form.elements) if (field.willValidate && field.validity.valid) tell(field, false);
  for (const field of wrong) tell(field, true);
  const first = wrong.find((field) => !field.closest("[hidden]"));
  if (first) {
    (document.getElementById(`${first.name}-error`) ?? first).scrollIntoView({ block: "center" });
    first.focus({ preventScroll: true });
  }
  return !wrong.length;
}

for (const each of document.querySelectorAll("form[method=post]")) {
  each.noValidate = true;
  each.addEventListener("change", ({ target }) => { if (target.willValidate && target.validity.valid) tell(target, false); });
  each.addEventListener("submit", (event) => {
    if (!event.submitter?.formNoValidate && !complete(each)) { event.preventDefault(); return; }
    // A second press while the first is under way sends nothing; the server would take it as the same one anyway.
    if (each.dataset.sent && !event.submitter?.formNoValidate) event.preventDefault();
    each.dataset.sent = "yes";
    setTimeout(() => delete each.dataset.sent, 4000);
  });
}
