/* In a dialog that asks for a time, a time after the promised reply is said to be one. Times are told on the dialog's own clock. */
function look({ target }) {
  const dialog = target.closest?.("dialog");
  const note = dialog?.querySelector("[data-promised]");
  if (!note) return;
  const at = dialog.querySelector("[data-at]:checked")?.dataset.at || dialog.querySelector("[name=own]")?.value || "";
  const late = at > note.dataset.promised;
  note.classList.toggle("bad", late);
  note.querySelector("[data-too-late]").hidden = !late;
}
for (const name of ["input", "change"]) document.addEventListener(name, look);
