/* Another language is another page: what was typed is carried over in the window's name, which ends with the window, needs
   no storage (a frame of another site may have none) and stands in no address. */
export function keepDraft(form) {
  const fields = [...form.elements].filter((field) => field.name);
  const kept = read();
  if (kept) {
    window.name = kept.name;
    for (const field of fields) if (kept.typed[field.name]) field.value = kept.typed[field.name];
  }
  for (const link of form.querySelectorAll("a[hreflang]")) {
    link.addEventListener("click", () => {
      const typed = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
      window.name = JSON.stringify({ kind: "chat draft", name: window.name, typed });
    });
  }
}

function read() {
  try {
    const kept = JSON.parse(window.name);
    return kept.kind === "chat draft" ? kept : null;
  } catch { return null; }
}
