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

for (const each of document.querySelectorAll("form[method=post]")) {
  each.addEventListener("submit", (event) => {
    // A second press while the first is under way sends nothing; the server would take it as the same one anyway.
    if (each.dataset.sent && !event.submitter?.formNoValidate) event.preventDefault();
    each.dataset.sent = "yes";
    setTimeout(() => delete each.dataset.sent, 4000);
  });
}
