/* Written work: the draft kept each second, typing told, Enter sends a chat, one key a line so that a repeat is none. */
import { on, line } from "./line.js";
import { busyNow, whenDone, work } from "./middle.js";
import { csrf } from "../lib/toast.js";
import { bell } from "../lib/sound.js";

const waiting = new Map();
let keeping = null;

function stateOf(form, word) {
  const el = form.querySelector("[data-draft-state]");
  if (!el) return;
  el.hidden = false;
  el.classList.toggle("busy", word !== "saved");
  (el.querySelector("[data-draft-words]") ?? el).textContent = el.dataset[word] ?? "";
}

async function keep(form) {
  const text = form.querySelector("textarea[name=text]").value;
  try {
    const body = new URLSearchParams({ text });
    keeping = Object.assign(new AbortController(), { form });
    const answer = await fetch(form.dataset.writing, { method: "POST", signal: keeping.signal, body, headers: { "X-CSRFToken": csrf(), "HX-Request": "true" } });
    if (!answer.ok && answer.status !== 409) throw new Error(String(answer.status));
    if (form.isConnected && answer.ok) stateOf(form, "saved");
  } catch (problem) {
    if (problem.name === "AbortError") return;
    stateOf(form, "failed");
    if (form.isConnected) later(form, 3000);
  } finally {
    if (keeping?.form === form) keeping = null;
  }
}

function later(form, after = 1000) {
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => { waiting.delete(form); if (busyNow()) paused.push({ form, elsewhere: false }); else keep(form); }, after));
}

/* A command may end the contact: no draft is sent beside one, and it goes on only where the form is still there, or where the
   command was about another contact, which has taken the form's place. */
const paused = [];
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  if (detail.requestConfig.verb !== "post") return;
  const elsewhere = detail.elt.closest?.("nav.items") !== null;
  for (const form of new Set([...waiting.keys(), ...(keeping ? [keeping.form] : [])])) paused.push({ form, elsewhere });
  keeping?.abort();
  for (const timer of waiting.values()) clearTimeout(timer);
  waiting.clear();
});
whenDone(() => {
  for (const { form, elsewhere } of paused.splice(0)) {
    if (!form.querySelector("textarea[name=text]").value) continue;
    if (form.isConnected) later(form); else if (elsewhere) keep(form);
  }
});

document.addEventListener("input", ({ target }) => {
  const form = target.closest?.("form[data-writing]");
  if (!form || target.name !== "text") return;
  stateOf(form, "saving");
  if (!waiting.has(form)) later(form);
  if (form.dataset.typing && target.value) line.send({ kind: "typing", interaction: form.dataset.typing });
});

/* the words of the script's step, of an article, or of a mail that was taken back, put where one writes */
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-use-words]");
  const field = document.querySelector("#chat-text, #mail-text");
  if (!button || !field) return;
  const words = button.closest(".step, .mail, .article")?.querySelector(".say, .body")?.innerText.trim() ?? "";
  const gap = field.value && !field.value.endsWith("\n") ? (field.id === "mail-text" ? "\n\n" : " ") : "";
  field.value += gap + words;
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

/* who sets a time of one's own has chosen it */
document.addEventListener("input", ({ target }) => {
  if (target.dataset?.picks) target.form.querySelector(`[type=radio][value="${target.dataset.picks}"]`).checked = true;
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "chat-text" || event.key !== "Enter" || event.shiftKey || event.isComposing || event.defaultPrevented) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  const form = detail.elt.closest?.("form.chatbox");
  if (!form || detail.verb !== "post") return;
  const key = form.querySelector("[name=key]");
  key.value ||= crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  detail.formData.set("key", key.value);
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt.closest?.("form.chatbox");
  if (form && !form.querySelector("textarea").value.trim() && !form.querySelector("[type=file]").files.length) event.preventDefault();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt.closest?.("form.chatbox");
  if (!form || !detail.successful || detail.requestConfig.verb !== "post") return;
  form.querySelector("[name=key]").value = "";
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  form.reset();
  form.querySelector("textarea").value = "";
  form.querySelector("[data-draft-state]").hidden = true;
  form.querySelector("textarea").focus();
  const log = document.getElementById("messages");
  log.scrollTop = log.scrollHeight;
});

let typing = 0;
on("typing", (data) => {
  const form = document.querySelector(`form[data-typing="${CSS.escape(data.interaction ?? "")}"]`);
  const words = form?.querySelector("[data-typing-words]");
  if (!words) return;
  words.textContent = words.dataset.words;
  clearTimeout(typing);
  typing = setTimeout(() => { words.textContent = ""; }, 4000);
});
on("item", (data) => {
  if (data.about !== "message_in") return;
  const words = document.querySelector(`form[data-typing="${CSS.escape(data.interaction)}"] [data-typing-words]`);
  if (words) words.textContent = "";
  if ("noBell" in document.body.dataset) return;
  if (!document.hasFocus() || work()?.dataset.interaction !== data.interaction) bell();
});
addEventListener("pagehide", () => {
  for (const form of waiting.keys()) {
    const body = new FormData();
    body.set("text", form.querySelector("textarea[name=text]").value);
    body.set("csrfmiddlewaretoken", csrf());
    navigator.sendBeacon(form.dataset.writing, body);
  }
});
