/* Ready sentences: "/" at the beginning of a word opens the list, letters narrow it, arrows choose, Enter or Tab inserts. */
const known = new Map();

async function load(url) {
  if (!known.has(url)) known.set(url, fetch(url).then((answer) => (answer.ok ? answer.json() : { snippets: [] })).then((data) => data.snippets));
  return known.get(url);
}

const boxOf = (field) => field.form?.querySelector(".snips");
const close = (field) => { const box = boxOf(field); if (box) box.hidden = true; };

function typed(field) {
  const before = field.value.slice(0, field.selectionStart);
  return /(?:^|\s)\/([\w-]*)$/.exec(before)?.[1] ?? null;
}

function row(snippet, chosen) {
  const li = document.createElement("li");
  li.setAttribute("role", "option");
  li.setAttribute("aria-selected", String(chosen));
  const name = document.createElement("strong");
  name.textContent = `/${snippet.shortcut}`;
  const words = document.createElement("span");
  words.className = "clip quiet";
  words.textContent = snippet.text;
  words.lang = snippet.language;
  const language = document.createElement("small");
  language.textContent = snippet.language.toUpperCase();
  li.append(name, words, language);
  li.classList.toggle("foreign", snippet.foreign);
  li.dataset.text = snippet.text;
  li.dataset.used = `${snippet.shortcut}/${snippet.language}`;
  return li;
}

async function show(field) {
  const box = boxOf(field);
  const word = typed(field);
  if (!box || word === null) { if (box) box.hidden = true; return; }
  const all = await load(field.form.dataset.snippets);
  if (typed(field) !== word) return;
  const fit = all.filter((one) => one.shortcut.startsWith(word) || (word.length > 2 && one.text.toLowerCase().includes(word.toLowerCase()))).slice(0, 7);
  if (!fit.length) { box.hidden = true; return; }
  const list = document.createElement("ul");
  list.setAttribute("role", "listbox");
  list.append(...fit.map((one, n) => row(one, n === 0)));
  box.replaceChildren(list);
  box.hidden = false;
}

/* Which were put in since the last send goes along with it, by contact; whether their words are still there the server looks. */
const usedIn = new Map();
const contactOf = (form) => form.dataset.snippets;

document.addEventListener("htmx:configRequest", ({ detail }) => {
  const form = detail.elt.closest?.("form[data-snippets]");
  if (form && detail.verb === "post") for (const one of usedIn.get(contactOf(form)) ?? []) detail.formData.append("used", one);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt.closest?.("form[data-snippets]");
  if (form && detail.successful && detail.requestConfig.verb === "post") usedIn.delete(contactOf(form));
});

function insert(field, { text, used }) {
  const end = field.selectionStart;
  const start = field.value.slice(0, end).lastIndexOf("/");
  field.setRangeText(text, start, end, "end");
  usedIn.set(contactOf(field.form), (usedIn.get(contactOf(field.form)) ?? new Set()).add(used));
  close(field);
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", ({ target }) => { if (target.closest?.("form[data-snippets]") && target.name === "text") show(target); });
document.addEventListener("keydown", (event) => {
  const field = event.target;
  const box = field.form ? boxOf(field) : null;
  if (!box || box.hidden) return;
  const rows = [...box.querySelectorAll("li")];
  const at = rows.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = (at + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length;
    rows.forEach((one, n) => one.setAttribute("aria-selected", String(n === next)));
  } else if (event.key === "Enter" || event.key === "Tab") insert(field, rows[at].dataset);
  else if (event.key === "Escape") box.hidden = true;
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
document.addEventListener("pointerdown", (event) => {
  const li = event.target.closest?.(".snips li");
  if (!li) return;
  event.preventDefault();
  insert(li.closest("form").querySelector("textarea[name=text]"), li.dataset);
});
