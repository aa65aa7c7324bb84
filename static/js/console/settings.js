/* The page of one's own desk: a field that takes the key pressed in it, the bell to try, whether the browser may show notices. */
import { named } from "../lib/keys.js";
import { bell, unlock, volume } from "../lib/sound.js";

const MOVES = new Set(["Tab", "Escape", "Enter", "Shift", "Control", "Alt", "Meta"]);

document.addEventListener("keydown", (event) => {
  const kind = event.target.dataset?.takesKey;
  if (!kind || MOVES.has(event.key)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const combo = named(event);
  if (event.key === "Backspace" || event.key === "Delete") event.target.value = "";
  else if (kind === "letter" ? !combo.includes("+") : combo.includes("+")) event.target.value = combo;
}, true);

document.addEventListener("click", async ({ target }) => {
  if (!target.closest?.("[data-try-sound]")) return;
  await unlock();
  volume(Number(document.getElementById("id_volume").value) / 100);
  bell();
});

const state = document.querySelector("[data-notices-state]");
function tell() {
  if (!state || !("Notification" in window)) return;
  const now = Notification.permission;
  state.hidden = now === "granted";
  for (const words of state.querySelectorAll("[data-when]")) words.hidden = words.dataset.when !== now;
}
tell();
