/* Keys of the desk; those that stand on a button are marked there (data-key). */
import { inField, register, showList } from "../lib/keys.js";

const press = (id) => () => { const el = document.getElementById(id); if (!el) return false; el.click(); return true; };

function step(by) {
  const links = [...document.querySelectorAll(".items .list:not(.later) .item > a")];
  if (!links.length) return false;
  const at = links.findIndex((link) => link.hasAttribute("aria-current"));
  links[(at + by + links.length) % links.length].click();
  return true;
}

// on their buttons while there is something to press; the list names them always
register("forward", "ctrl+enter", "Send, go on or ready", () => false);
register("next", "ctrl+j", "Next item", () => step(1));
register("previous", "ctrl+shift+j", "Item before", () => step(-1));
register("transfer", "t", "Transfer", press("act-transfer"));
register("resolve", "r", "Resolve the case", press("act-resolve"));
register("write", "w", "Write", () => {
  const field = document.querySelector("#chat-text, #mail-text, #note");
  field?.focus();
  return Boolean(field);
});
register("script", "s", "Script", press("tab-script"));
register("notes", "n", "Notes", press("tab-notes"));
register("knowledge", "k", "Knowledge", () => {
  const opened = press("tab-knowledge")();
  document.getElementById("knowledge-q")?.focus();
  return opened;
});
register("leave", "escape", "Leave the field, so that letters are keys", (event) => {
  if (inField(event.target)) event.target.blur();
  return false;  // it still closes what it closes
}, { fields: true });
register("line", "enter", "Send the line of a chat", () => false);
register("snippet", "/", "A ready sentence, while you write", () => false);
document.getElementById("keys-button")?.addEventListener("click", showList);
