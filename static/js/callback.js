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

/* The server tells all that is wrong at once and puts the cursor into the first; the words of it are to be seen too. */
document.querySelector(".error:not([hidden])")?.scrollIntoView({ block: "center" });

function mended(field) {
  const told = document.getElementById(`${field.name}-error`);
  if (told) told.hidden = true;
  field.removeAttribute("aria-invalid");
}

for (const each of document.querySelectorAll("form[method=post]")) {
  // As it is typed: told gone when the field is left, the page would move under the press that leaves it.
  each.addEventListener("input", ({ target }) => { if (target.willValidate && target.validity.valid) mended(target); });
  each.addEventListener("submit", (event) => {
    // A second press while the first is under way sends nothing; the server would take it as the same one anyway.
    if (each.dataset.sent && !event.submitter?.formNoValidate) event.preventDefault();
    each.dataset.sent = "yes";
    setTimeout(() => delete each.dataset.sent, 4000);
  });
}
