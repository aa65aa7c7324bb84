/* Keys of a page.  register(id, combo, label, run, {fields: false, group: ""}) -> remove()
   combo: "ctrl+enter", "shift+/", "?", "1", "alt+arrowdown"; "ctrl" is also the command key. Without fields:true a key is
   left alone while a text field has the focus (keys with ctrl/alt run there, too, unless fields is "never").
   [data-key="h ctrl+h"] on a button, link or radio clicks it, each of the keys; data-key-fields lets it run from a field,
   data-key-own only from its own form; of several the one in the form where one types is meant. Its words stand in the list.
   "?" opens the list. remap(id, combo) keeps a person's own choice; combos() lists all for a settings page. */
import { say } from "./words.js";

const entries = new Map();
const STORE = "keys";
const own = JSON.parse(localStorage.getItem(STORE) || "{}");

const TEXT = 'input:not([type=radio], [type=checkbox], [type=button], [type=submit], [type=range]), textarea, select, [contenteditable="true"], [role="textbox"]';
export const inField = (el = document.activeElement) => Boolean(el?.matches?.(TEXT));

function named(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  if (event.shiftKey && (key.length > 1 || parts.length)) parts.push("shift");
  return [...parts, key].join("+");
}

const keysOf = (el) => el.dataset.key.toLowerCase().split(" ");

export function register(id, combo, label, run, { fields = false, group = "" } = {}) {
  entries.set(id, { id, combo: own[id] ?? combo, first: combo, label, run, fields, group });
  return () => entries.delete(id);
}

export function remap(id, combo) {
  if (combo) own[id] = combo; else delete own[id];
  localStorage.setItem(STORE, JSON.stringify(own));
  const entry = entries.get(id);
  if (entry) entry.combo = combo || entry.first;
}

export const combos = () => [...entries.values()];

const visible = (el) => !el.disabled && el.getClientRects().length > 0 && !el.closest("[inert]");

function fromPage(combo, at) {
  const scope = document.querySelector("dialog[open]:modal") ?? document, form = at?.closest?.("form");
  const here = (el) => Boolean(form) && (el.form ?? el.closest("form")) === form;
  const found = [...scope.querySelectorAll("[data-key]")].filter((el) => keysOf(el).includes(combo) && visible(el) && (!el.hasAttribute("data-key-own") || here(el)));
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
    if (entry.combo !== combo) continue;
    if (typing && !(entry.fields === true || (strong && entry.fields !== "never"))) continue;
    if (entry.run(event) !== false) event.preventDefault();
    return;
  }
});

const shownKey = (combo) => combo.split("+").map((part) => {
  const names = { ctrl: navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl", alt: "Alt", shift: "Shift", enter: "↵", escape: "Esc", arrowup: "↑", arrowdown: "↓", arrowleft: "←", arrowright: "→", space: "Space", delete: "Del" };
  return names[part] ?? part.toUpperCase();
});

/* What a button says, without the keys drawn on it. */
function wordsOf(el) {
  const own = el.dataset.keyLabel ?? el.getAttribute("aria-label");
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
  const onPage = [...document.querySelectorAll("[data-key]")].filter(visible);
  const named = new Set(onPage.flatMap(keysOf));
  const found = [...entries.values()].filter((entry) => !named.has(entry.combo)).map((entry) => [entry.label, entry.combo]);
  for (const el of onPage) found.push([wordsOf(el), el.dataset.key]);
  for (const [label, combo] of found) {
    const line = document.createElement("div");
    const term = document.createElement("dt");
    term.textContent = label;
    const value = document.createElement("dd");
    for (const [nth, one] of combo.split(" ").entries()) {
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
