/* What is typed, chosen or ticked in the middle and not sent yet outlives every swap of it, whoever asked for the swap: fields
   that differ from what the server wrote are put into the new middle of the same contact, the script's only at the same step.
   What the swap itself answers has been sent, and stays away. */
const work = () => document.getElementById("work");
const FIELDS = "input:not([type=hidden]), input[name=key], select, textarea";
const ticked = (el) => el.type === "radio" || el.type === "checkbox";
const step = () => document.querySelector("#answer-form [name=step]")?.value;

function changed(el) {
  if (el.name === "key") return true;   // by it the server knows a second try of the same words
  if (el.type === "file") return el.files.length > 0;
  if (ticked(el)) return el.checked !== el.defaultChecked;
  if (el.matches("select")) return [...el.options].some((one) => one.selected !== one.defaultSelected);
  return el.value !== el.defaultValue || el === document.activeElement;
}

const place = (el) => [el.form?.id || el.form?.getAttribute("hx-post"), el.id || el.name, ticked(el) ? el.value : ""].join("|");

function put(fresh, old) {
  if (fresh.type === "radio" && !old.checked) return;
  if (fresh.type === "file") fresh.files = old.files;
  else if (ticked(fresh)) fresh.checked = old.checked;
  else if (fresh.value === old.value) return;
  else fresh.value = old.value;
  fresh.dispatchEvent(new Event(fresh.type === "file" ? "change" : "input", { bubbles: true }));
}

let kept = null;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "work" || !detail.shouldSwap) return;
  const { verb, elt } = detail.requestConfig;
  const sent = verb === "post" && detail.xhr.status < 400 ? elt.closest("form") : null;
  const fields = [...work().querySelectorAll(FIELDS)].filter((el) => (sent === null || el.form !== sent) && changed(el));
  kept = { leg: work().dataset.leg, step: step(), fields };
});
document.addEventListener("htmx:afterSwap", () => {
  if (!kept) return;
  const { leg, fields, step: before } = kept;
  kept = null;
  if (!leg || leg !== work()?.dataset.leg) return;
  const here = new Map([...work().querySelectorAll(FIELDS)].map((el) => [place(el), el]));
  for (const old of fields) {
    const fresh = here.get(place(old));
    if (fresh && (fresh.form?.id !== "answer-form" || step() === before)) put(fresh, old);
  }
});
