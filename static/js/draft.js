/* Another language is another page: what was typed and chosen is carried over in the window's name, which ends with the
   window, needs no storage (a frame of another site may have none) and stands in no address. */
const KIND = "draft";
const picks = (field) => field.type === "radio" || field.type === "checkbox";

/* Puts back what the page before carried over, except what the page itself knows better; returns what carries this one over, for a page that leaves by itself. */
export function keepDraft(form, { except = [] } = {}) {
  const fields = [...form.elements].filter(({ name, type }) => name && type !== "hidden" && type !== "file" && !except.includes(name));
  const kept = read();
  if (kept) {
    window.name = kept.name;
    for (const field of fields) {
      const typed = kept.typed[field.name];
      if (picks(field)) field.checked = typed ? field.value === typed : field.checked;
      else if (typed) field.value = typed;
    }
  }
  const carry = () => {
    const typed = Object.fromEntries(fields.filter((field) => !picks(field) || field.checked).map(({ name, value }) => [name, value]));
    window.name = JSON.stringify({ kind: KIND, name: window.name, typed });
  };
  for (const link of document.querySelectorAll("a[hreflang]")) link.addEventListener("click", carry);
  return carry;
}

function read() {
  try {
    const kept = JSON.parse(window.name);
    return kept.kind === KIND ? kept : null;
  } catch { return null; }
}
