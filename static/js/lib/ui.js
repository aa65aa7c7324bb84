/* Small behaviour by attributes, for parts that arrive later, too.
   [data-open="id"] opens that dialog (modal); [data-close] closes its own; a click beside a dialog closes it
   dialog[data-autoshow] is shown when it is swapped in, and gone when it is closed
   Enter in a modal dialog that stands inside a form presses the dialog's first submit button, not the form's
   .menu[popover] stands under its button (popovertarget), arrow keys move in it
   [role=tablist] arrow keys; tabs with aria-controls show and hide their panels
   form[data-autosubmit] sends itself when a select, radio or checkbox changes
   [data-confirm-words] on a form: a dialog asks once    [data-copy="text"] copies
   textarea[data-grow] grows with its text; [data-count="id"] writes its length there
   a[data-row] makes its table row clickable
   nav > [aria-current] is brought into sight where the row of places is wider than the window */
import { say } from "./words.js";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect();
    const outside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (outside && !event.target.hasAttribute("data-stay")) event.target.close();
  }
  const copy = event.target.closest("[data-copy]");
  if (copy) navigator.clipboard?.writeText(copy.dataset.copy);
  const row = event.target.closest("tr");
  const link = row?.querySelector("a[data-row]");
  if (link && !event.target.closest("a, button, input, label, select") && !String(getSelection())) link.click();
  if (event.target.closest(".menu :is(a, button)") && !event.target.closest("[data-stay]")) {
    // After the form has been sent: the focus leaves the pressed button with its menu, and what it means would be lost.
    const menu = event.target.closest("[popover]");
    setTimeout(() => menu?.hidePopover?.());
  }
});

// Enter clicks the first submit button of a field's form; behind a modal nothing else can press it
document.addEventListener("click", (event) => {
  const modal = document.querySelector("dialog[open]:modal");
  const pressed = event.target;
  if (pressed.type !== "submit" || !pressed.form?.contains(modal) || modal.contains(pressed)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  modal.querySelector("[type=submit]")?.click();
}, true);

// on a phone the places are in one row that moves sideways: where one is stands in it
for (const here of document.querySelectorAll("nav > [aria-current]")) {
  const row = here.parentElement;
  if (row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

function showAll(root) {
  for (const dialog of root.querySelectorAll?.("dialog[data-autoshow]:not([open])") ?? []) dialog.showModal();
}
document.addEventListener("htmx:afterSettle", (event) => { showAll(document); grow(event.target); });
// closed is closed: what was swapped in to be shown goes, else the next swap anywhere would show it again
document.addEventListener("close", ({ target }) => { if (target.matches("dialog[data-autoshow]")) target.remove(); }, true);

// a popover is in the top layer and knows nothing of its button: place it under it, inside the window
document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.matches(".menu[popover]") || event.newState !== "open") return;
  const opener = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
  if (!opener) return;
  const at = opener.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const below = at.bottom + size.height + 8 <= innerHeight || at.top < size.height;
  menu.style.top = `${below ? at.bottom : at.top - size.height - 8}px`;
  menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`;
  menu.querySelector("a, button, input")?.focus({ preventScroll: true });
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu");
  const tabs = event.target.closest?.('[role="tablist"], [role="toolbar"]');
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  const across = { ArrowRight: 1, ArrowLeft: -1 };
  if (menu && event.key in steps) {
    const all = [...menu.querySelectorAll("a, button")];
    all[(all.indexOf(document.activeElement) + steps[event.key] + all.length) % all.length]?.focus();
    event.preventDefault();
  } else if (tabs && event.key in across) {
    const all = [...tabs.querySelectorAll('[role="tab"], button:not(:disabled)')];
    const next = all[(all.indexOf(event.target) + across[event.key] + all.length) % all.length];
    next?.focus();
    if (next?.matches('[role="tab"]')) next.click();
    event.preventDefault();
  }
});

document.addEventListener("click", (event) => {
  const tab = event.target.closest('[role="tab"][aria-controls]');
  if (!tab) return;
  for (const other of tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')) {
    const on = other === tab;
    other.setAttribute("aria-selected", String(on));
    other.tabIndex = on ? 0 : -1;
    const panel = document.getElementById(other.getAttribute("aria-controls") ?? "");
    if (panel) panel.hidden = !on;
  }
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form && event.target.matches("select, [type=radio], [type=checkbox], [type=date]")) form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  const words = form.dataset.confirmWords;
  if (!words || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const body = document.createElement("div");
  body.className = "body";
  const text = document.createElement("p");
  text.className = "t-15";
  text.textContent = words;
  body.append(text);
  const foot = document.createElement("footer");
  const submitter = event.submitter;
  for (const [label, className, run] of [
    [say("close"), "btn", () => dialog.close()],
    [form.dataset.confirmLabel ?? submitter?.innerText ?? "OK", "btn main", () => {
      dialog.close();
      form.dataset.confirmed = "yes";
      form.requestSubmit(submitter?.isConnected ? submitter : undefined);
      delete form.dataset.confirmed;
    }],
  ]) {
    const el = document.createElement("button");
    el.type = "button";
    el.className = className;
    el.textContent = label;
    el.addEventListener("click", run);
    foot.append(el);
  }
  dialog.append(body, foot);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}, true);

function grow(root) {
  for (const el of root?.querySelectorAll?.("textarea[data-grow]") ?? []) fit(el);
}
function fit(el) {
  if (CSS.supports("field-sizing", "content")) return;
  el.style.height = "auto";
  el.style.height = `${Math.min(el.scrollHeight + 2, 320)}px`;
}
document.addEventListener("input", (event) => {
  const el = event.target;
  if (el.matches?.("textarea[data-grow]")) fit(el);
  const counter = el.dataset?.count && document.getElementById(el.dataset.count);
  if (counter) counter.textContent = el.maxLength > 0 ? `${el.value.length} / ${el.maxLength}` : String(el.value.length);
});
showAll(document);
grow(document);
