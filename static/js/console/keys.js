/* Commands of the desk; those of a button are marked there (data-command). Which keys they have stands in body[data-keys]. */
import { command, inField, showList } from "../lib/keys.js";
import { stepField } from "./desk.js";
import { work } from "./middle.js";

const press = (id) => () => { const el = document.getElementById(id); if (!el) return false; el.click(); return true; };

function step(by) {
  const links = [...document.querySelectorAll(".items .list:not(.later) .item > a")];
  if (!links.length) return false;
  const at = links.findIndex((link) => link.hasAttribute("aria-current"));
  links[(at + by + links.length) % links.length].click();
  return true;
}

// on their buttons while there is something to press; the list names them always
command("forward", () => false);
command("next", () => step(1));
command("previous", () => step(-1));
command("transfer", press("act-transfer"));
command("book", press("act-book"));
const first = (selector) => () => { const el = document.querySelector(selector); el?.click(); return Boolean(el); };
command("headset", first("[popovertarget=devices]"));
command("available", first("#top-state:not([data-available]) #presence-menu form button"));
command("pause", first(".presence > form [aria-pressed]"));
command("resolve", press("act-resolve"));
command("write", () => {
  const field = document.querySelector("#chat-text, #mail-text, #note");
  field?.focus();
  return Boolean(field);
});
command("script", () => {
  const opened = press("tab-script")();
  const place = stepField() ?? document.querySelector("#script .foot .main");
  place?.focus({ preventScroll: true });
  return opened || Boolean(place);
});
command("notes", press("tab-notes"));
command("knowledge", () => {
  const opened = press("tab-knowledge")();
  document.getElementById("knowledge-q")?.focus();
  return opened;
});
command("leave", (event) => {
  if (inField(event.target)) {
    event.target.blur();
    if (work()?.contains(event.target)) work().focus({ preventScroll: true });
  }
  return false;  // it still closes what it closes
}, { fields: true });
command("line", () => false);
command("snippet", () => false);
document.getElementById("keys-button")?.addEventListener("click", showList);
