/* What is typed or chosen in a part marked data-kept="its name" is there again when it is drawn anew, after a reload too: kept
   in this tab alone, until it was sent or given up. What the server keeps by itself (mail, chat, steps, notes of the end) needs no mark. */
const FIELDS = "input:not([type=hidden], [type=file], [type=password]), select, textarea";
const ticked = (field) => field.type === "radio" || field.type === "checkbox";
const place = (part) => `kept:${part.dataset.kept}`;
const fieldsOf = (part) => [...part.querySelectorAll(FIELDS)].filter(({ name }) => name);

document.addEventListener("input", ({ target }) => {
  const part = target.closest?.("[data-kept]");
  if (!part) return;
  const chosen = fieldsOf(part).filter((field) => !ticked(field) || field.checked);
  sessionStorage.setItem(place(part), JSON.stringify(chosen.map(({ name, value }) => [name, value])));
});

function put(part) {
  const typed = new Map(JSON.parse(sessionStorage.getItem(place(part)) ?? "[]"));
  let last = null;
  for (const field of fieldsOf(part)) {
    if (!typed.has(field.name) || field.disabled) continue;
    if (ticked(field) ? field.checked === (field.value === typed.get(field.name)) : field.value === typed.get(field.name)) continue;
    if (ticked(field)) field.checked = field.value === typed.get(field.name);
    else field.value = typed.get(field.name);
    last = field;
  }
  last?.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (elt.matches?.("[data-kept]")) put(elt);
  for (const part of elt.querySelectorAll?.("[data-kept]") ?? []) put(part);
});
// A dialog that was closed by its button is given up, with what stood in it.
document.addEventListener("click", ({ target }) => {
  const part = target.closest?.("dialog [data-close]")?.closest("[data-kept]");
  if (part) sessionStorage.removeItem(place(part));
});
// Before the swap, which draws the part anew: what is sent is over.
document.addEventListener("htmx:beforeSwap", ({ detail: { xhr, requestConfig } }) => {
  const form = requestConfig?.verb === "post" && xhr.status < 400 ? requestConfig.elt.closest("form") : null;
  for (const part of form ? [form, ...form.querySelectorAll("[data-kept]")] : []) if (part.dataset.kept) sessionStorage.removeItem(place(part));
});
