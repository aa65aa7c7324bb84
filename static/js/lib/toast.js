/* Short messages at the foot of the page.
   toast(text, {kind: ""|"bad", seconds: 6 (0 = until closed), undo: fn | "/url", action: {label, run}, key}) -> {close()}
   With undo the toast stays 10 s with a draining line; a URL is POSTed with the page's CSRF token. A toast with the same key
   replaces the earlier one. While the pointer or the focus is on it, it stays. The server may answer
   HX-Trigger: {"toast": {"text": "...", "undo": "/url"}}. */
import { say } from "./words.js";

const shown = new Map();

function region() {
  let el = document.getElementById("toasts");
  if (!el) {
    el = document.createElement("div");
    el.id = "toasts";
    el.className = "toasts";
    el.setAttribute("role", "status");
    document.body.append(el);
  }
  return el;
}

function button(label, run, className = "btn sm") {
  const el = document.createElement("button");
  el.type = "button";
  el.className = className;
  el.textContent = label;
  el.addEventListener("click", run);
  return el;
}

export function csrf() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

async function post(url) {
  const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrf(), "HX-Request": "true" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const trigger = answer.headers.get("HX-Trigger");
  if (!trigger) return;
  let events;
  try { events = JSON.parse(trigger); } catch { events = Object.fromEntries(trigger.split(",").map((name) => [name.trim(), null])); }
  for (const [name, detail] of Object.entries(events)) document.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
}

export function toast(text, options = {}) {
  const { kind = "", undo = null, action = null, key = "" } = options;
  const seconds = options.seconds ?? (undo ? 10 : 6);
  if (key) shown.get(key)?.close();
  const el = document.createElement("div");
  el.className = `toast ${kind}`.trim();
  if (kind === "bad") el.setAttribute("role", "alert");
  const words = document.createElement("span");
  words.textContent = text;
  el.append(words);

  let left = seconds * 1000, since = 0, timer = 0, line = null;
  const close = () => {
    clearTimeout(timer);
    if (shown.get(key) === api) shown.delete(key);
    el.classList.add("leaving");
    setTimeout(() => el.remove(), 150);
  };
  const run = () => { if (seconds) { since = performance.now(); timer = setTimeout(close, left); line?.play(); } };
  const hold = () => { if (seconds && since) { clearTimeout(timer); left = Math.max(1500, left - (performance.now() - since)); line?.pause(); } };
  const api = { close, element: el };

  if (undo) {
    el.append(button(say("undo"), async () => {
      hold();
      try {
        await (typeof undo === "function" ? undo() : post(undo));
        close();
        toast(say("undone"), { seconds: 3 });
      } catch {
        close();
        toast(say("tooLate"), { kind: "bad" });
      }
    }));
    const bar = document.createElement("div");
    bar.className = "drain";
    bar.append(document.createElement("span"));
    el.append(bar);
  }
  if (action) el.append(button(action.label, () => { close(); action.run(); }));
  const cross = button("×", close, "btn icon");
  cross.setAttribute("aria-label", say("close"));
  el.append(cross);
  for (const name of ["pointerenter", "focusin"]) el.addEventListener(name, hold);
  for (const name of ["pointerleave", "focusout"]) el.addEventListener(name, run);
  region().append(el);
  if (undo) {
    line = el.querySelector(".drain > span").animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], { duration: left, fill: "both" });
  }
  if (key) shown.set(key, api);
  run();
  return api;
}

export const dismiss = (key) => shown.get(key)?.close();

document.addEventListener("toast", (event) => {
  const detail = event.detail ?? {};
  toast(detail.text ?? detail.value ?? "", detail);
});
