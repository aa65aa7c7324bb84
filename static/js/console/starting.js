/* "Start a contact" offers the lines that take what is chosen: mails or calls. */
function fit(form) {
  const channel = form.querySelector("input[name=kind]:checked")?.value === "call" ? "voice" : "email";
  const select = form.elements.queue;
  for (const option of select.options) option.hidden = option.disabled = !option.dataset.channels.split(" ").includes(channel);
  for (const group of select.querySelectorAll("optgroup")) group.hidden = [...group.children].every((option) => option.hidden);
  if (select.selectedOptions[0]?.disabled ?? true) select.selectedIndex = [...select.options].findIndex((option) => !option.disabled);
}

const fitAll = () => { for (const form of document.querySelectorAll("form[data-start]")) fit(form); };
document.addEventListener("change", ({ target }) => { if (target.name === "kind" && target.closest("form[data-start]")) fitAll(); });
document.addEventListener("htmx:afterSettle", fitAll);
fitAll();
