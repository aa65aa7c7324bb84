/* The menu of keys: chosen by a tap or by the key itself, outside the fields; pressed again it is given up. */
export function menu(group, onpress) {
  let chosen = null;
  const choose = (input) => {
    input.checked = input !== chosen;
    chosen = input.checked ? input : null;
    if (chosen) onpress(chosen.value);
  };
  for (const input of group.querySelectorAll("input")) {
    if (input.checked) chosen = input;   // carried over from the page in another language
    input.addEventListener("click", () => choose(input));
  }
  document.addEventListener("keydown", (event) => {
    if (!group.getClientRects().length || event.target.matches?.("input:not([type=radio]), textarea, select")) return;
    const input = [...group.querySelectorAll("input")].find(({ value }) => value === event.key);
    if (!input || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    choose(input);
  });
}
