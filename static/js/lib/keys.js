/* Keys of a page.  register(id, combo, label, run, {fields: false, group: ""}) -> remove()
   combo: "ctrl+enter", "shift+/", "?", "1", "alt+arrowdown", several with a space between; "ctrl" is also the command key. Without
   fields:true a key is left alone while a text field has the focus (keys with ctrl/alt run there, too, unless fields is "never").
   [data-key="h ctrl+h"] on a button, link or radio clicks it, each of the keys; data-key-fields lets it run from a field,
   data-key-own only from its own form; of several the one in the form where one types is meant. Its words stand in the list.
   [data-command="hold"] is the same with the keys that body[data-keys] has for the command: a person's own, with their words.
   They go before what is registered, stand in the button's title, and in every kbd[data-keys-of]. "?" opens the list. */
import { say } from "./words.js";

const entries = new Map();
const COMMANDS = JSON.parse(document.body.dataset.keys || "{}");

const TEXT = 'input:not([type=radio], [type=checkbox], [type=button], [type=submit], [type=range]), textarea, select, [contenteditable="true"], [role="textbox"]';
export const inField = (el = document.activeElement) => Boolean(el?.matches?.(TEXT));

export function named(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  if (event.shiftKey && (key.length > 1 || parts.length)) parts.push("shift");
  return [...parts, key].join("+");
}

const keysFor = (id) => COMMANDS[id]?.keys.split(" ").filter(Boolean) ?? [];
const keysOf = (el) => (el.dataset.command ? keysFor(el.dataset.command) : el.dataset.key.toLowerCase().split(" "));
const PRESSED = "[data-key], [data-command]";

export function register(id, combo, label, run, { fields = false, group = "" } = {}) {
  const command = COMMANDS[id];
  entries.set(id, { id, combos: command ? keysFor(id) : [combo], label: command?.words ?? label, run, fields, group });
  return () => entries.delete(id);
}

/* A command whose keys and words stand in body[data-keys]. */
export const command = (id, run, options) => register(id, "", "", run, options);

const visible = (el) => !el.disabled && el.getClientRects().length > 0 && !el.closest("[inert]");

function fromPage(combo, at) {
  const scope = document.querySelector("dialog[open]:modal") ?? document, form = at?.closest?.("form");
  const here = (el) => Boolean(form) && (el.form ?? el.closest("form")) === form;
  const found = [...scope.querySelectorAll(PRESSED)].filter((el) => keysOf(el).includes(combo) && visible(el) && (!el.hasAttribute("data-key-own") || here(el)));
  return found.find(here) ?? found[0];
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  const combo = named(event);
  const typing = inField(event.target);
  const strong = combo.startsWith("ctrl+") || combo.startsWith("alt+");
  const el = fromPage(combo, event.target);
  if (el && (!typing || strong || el.hasAttribute("data-key-fields"))) {
    event.preventDefault();
    const target = el.matches("label") ? el.control ?? el : el;
    if (target.matches("input[type=radio], input[type=checkbox]")) target.focus({ preventScroll: true });
    target.click();
    return;
  }
  if (document.querySelector("dialog[open]:modal")) return;
  for (const entry of entries.values()) {
    if (!entry.combos.includes(combo)) continue;
    if (typing && !(entry.fields === true || (strong && entry.fields !== "never"))) continue;
    if (entry.run(event) !== false) event.preventDefault();
    return;
  }
});

const shownKey = (combo) => combo.split("+").map((part) => {
  const names = { ctrl: navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl", alt: "Alt", shift: "Shift", enter: "↵", escape: "Esc", arrowup: "↑", arrowdown: "↓", arrowleft: "←", arrowright: "→", space: "Space", delete: "Del" };
  return names[part] ?? part.toUpperCase();
});

/* "Hold (H, Ctrl H)": the keys of a command behind what its button is called. */
export function titled(words, id) {
  const keys = keysFor(id).map((one) => shownKey(one).join(" "));
  return keys.length ? `${words} (${keys.join(", ")})` : words;
}

function draw() {
  for (const el of document.querySelectorAll("[data-command]")) {
    const words = el.dataset.plainTitle ??= el.title || wordsOf(el);
    if (el.title !== titled(words, el.dataset.command)) el.title = titled(words, el.dataset.command);
  }
  for (const el of document.querySelectorAll("kbd[data-keys-of]")) {
    const [first] = keysFor(el.dataset.keysOf);
    el.textContent = first ? shownKey(first).join(" ") : "";
    el.hidden = !first;
  }
}
document.addEventListener("htmx:afterSettle", draw);

/* What a button says, without the keys drawn on it. */
function wordsOf(el) {
  const own = COMMANDS[el.dataset.command]?.words ?? el.dataset.keyLabel ?? el.getAttribute("aria-label");
  if (own) return own;
  const copy = (el.closest("label") ?? el).cloneNode(true);
  for (const drawn of copy.querySelectorAll("kbd")) drawn.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

export function showList() {
  document.getElementById("keys-dialog")?.remove();
  const dialog = document.createElement("dialog");
  dialog.id = "keys-dialog";
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "keys-title");
  const head = document.createElement("header");
  const title = document.createElement("h2");
  title.id = "keys-title";
  title.textContent = say("keys");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn plain icon end";
  close.textContent = "×";
  close.setAttribute("aria-label", say("close"));
  close.addEventListener("click", () => dialog.close());
  head.append(title, close);
  const body = document.createElement("div");
  body.className = "body";
  const list = document.createElement("dl");
  list.className = "keys-list";
  const onPage = [...document.querySelectorAll(PRESSED)].filter(visible);
  const drawn = new Set(onPage.flatMap(keysOf));
  const found = [...entries.values()].filter((entry) => entry.combos.length && !entry.combos.some((one) => drawn.has(one))).map((entry) => [entry.label, entry.combos]);
  for (const el of onPage) if (keysOf(el).length) found.push([wordsOf(el), keysOf(el)]);
  for (const [label, keys] of found) {
    const line = document.createElement("div");
    const term = document.createElement("dt");
    term.textContent = label;
    const value = document.createElement("dd");
    for (const [nth, one] of keys.entries()) {
      if (nth) value.append("· ");
      for (const part of shownKey(one)) {
        const key = document.createElement("kbd");
        key.textContent = part;
        value.append(key, " ");
      }
    }
    line.append(term, value);
    list.append(line);
  }
  body.append(found.length ? list : say("noKeys"));
  dialog.append(head, body);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

register("keys", "?", say("keys"), () => showList());
draw();
