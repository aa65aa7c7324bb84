/* The callback form: one day's times at once, the browser's own zone, and a button that says what it does. Works without it. */
const form = document.getElementById("callback");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (form && own && !form.dataset.zoneKnown && !new URLSearchParams(location.search).has("zone") && own !== form.dataset.zone) {
  const known = [...form.querySelectorAll("#zone option")].some((option) => option.value === own);
  if (known) {
    const address = new URL(location.href);
    address.searchParams.set("zone", own);
    location.replace(address);
  }
}

const days = [...document.querySelectorAll('input[name="day"]')];
const stretches = [...document.querySelectorAll("[data-day]")];
const submit = document.querySelector(".btn.send[data-words]");

function showDay(key) {
  for (const stretch of stretches) stretch.hidden = stretch.dataset.day !== key;
}

function name() {
  const chosen = document.querySelector('input[name="window"]:checked');
  if (submit) submit.textContent = chosen ? `${submit.dataset.words}: ${chosen.dataset.words}` : submit.dataset.words;
}

if (days.length) {
  const chosen = document.querySelector('input[name="window"]:checked');
  const day = chosen?.closest("[data-day]").dataset.day ?? days[0].value;
  for (const radio of days) {
    radio.checked = radio.value === day;
    radio.addEventListener("change", () => {
      showDay(radio.value);
      const kept = document.querySelector('input[name="window"]:checked');
      if (kept && kept.closest("[data-day]").hidden) kept.checked = false;
      name();
    });
  }
  showDay(day);
  document.addEventListener("change", name);
  name();
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
