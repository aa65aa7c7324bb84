/* An offer: drawn at once from the push with the brand the page has, then fetched; bell, notice, Enter, and its end.
   While a modal dialog is open the place of the card lives in it: everything outside is inert. It goes home when the dialog closes. */
import { on, line } from "./line.js";
import { asking } from "./middle.js";
import { ring } from "../lib/sound.js";
import { inField, command } from "../lib/keys.js";
import { now } from "../lib/clock.js";

const place = document.getElementById("offer");
const home = place.nextElementSibling;
let stop = null;
let notice = null;
let told = "";
let wanted = "";   // accepted by key while its card was still loading

function quiet() {
  stop?.();
  stop = null;
  notice?.close();
  notice = null;
}

/* As a popover the card stands above the dialog, where it is seen; inside the dialog it can be used. */
function raise() {
  const open = [...document.querySelectorAll("dialog[open]")].filter((one) => one.matches(":modal")).at(-1);
  const dialog = place.querySelector(".offer") && open;
  if (!dialog) {
    place.removeAttribute("popover");
    if (place.nextElementSibling !== home) home.before(place);
    return;
  }
  if (place.parentElement !== dialog) dialog.append(place);
  if (place.matches(":popover-open")) return;
  place.setAttribute("popover", "manual");
  place.showPopover();
}
// also when a dialog is thrown away with the card in it
new MutationObserver(raise).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["open"] });
document.addEventListener("htmx:beforeCleanupElement", ({ detail }) => {
  if (detail.elt !== place && detail.elt.contains(place)) home.before(place);
});

/* Accepted beside an open dialog: what is typed there stays, and the contact opens when the dialog is closed. */
let accepted = "";
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig.elt.id !== "offer-accept" || detail.target.id !== "work" || !asking()) return;
  detail.shouldSwap = false;
  accepted = told;
});
document.addEventListener("close", () => {
  document.querySelector(`.item[data-leg="${CSS.escape(accepted)}"] a[data-work]`)?.click();
  accepted = "";
}, true);

function draw(data) {
  if (place.querySelector("[data-offer]")) return;
  const card = document.getElementById("card").content.cloneNode(true);
  const section = card.querySelector(".offer");
  section.dataset.leg = data.leg;
  if (data.brand) section.classList.add(data.brand);
  section.querySelector("[data-queue]").textContent = data.queue ?? "";
  section.querySelector(".left b").textContent = String(Math.max(0, Math.ceil((Date.parse(data.expires_at) - now()) / 1000)));
  const drain = section.querySelector(".drain");
  drain.dataset.start = data.at ?? new Date(now()).toISOString();
  drain.dataset.end = data.expires_at;
  place.replaceChildren(card);
}

function shown() {
  const card = place.querySelector("[data-offer]");
  const early = wanted;
  wanted = "";
  if (!card) { quiet(); told = ""; return; }
  if (told === card.dataset.offer) return;
  told = card.dataset.offer;
  line.send({ kind: "card_shown", leg: told });
  if (!("noRing" in document.body.dataset)) stop ??= ring();
  if (document.hidden && !("noNotices" in document.body.dataset) && "Notification" in window && Notification.permission === "granted") {
    notice = new Notification(card.dataset.brand, { body: card.dataset.lead, tag: "offer", renotify: true });
    notice.onclick = () => { window.focus(); notice?.close(); };
  }
  if (early === told) document.getElementById("offer-accept")?.click();
}

/* A card that is asked for again while it is shown stays: its menu may be open. */
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const card = detail.requestConfig.elt === place && place.querySelector("[data-offer]");
  if (card && detail.serverResponse.includes(`data-offer="${card.dataset.offer}"`)) detail.shouldSwap = false;
});
/* Which card is here says the request: of one that was taken away the answer says by whom. */
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const card = detail.elt === place && place.querySelector("[data-offer]");
  if (card) detail.parameters.shown = card.dataset.offer;
});
const fetchCard = () => window.htmx.trigger(place, "desk:offer");
on("offer", (data) => { draw(data); document.body.dispatchEvent(new CustomEvent("desk:offer")); });
on("offer_gone", quiet);
on("aside", () => { quiet(); place.replaceChildren(); told = ""; });
document.addEventListener("htmx:afterSettle", (event) => { if (event.target === place || place.contains(event.target)) shown(); });
document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt.id === "offer-accept" || event.detail.elt.closest?.("#decline-menu")) quiet(); });
document.addEventListener("htmx:afterRequest", (event) => {
  // accepted too late: the card goes, whatever the answer was
  if (event.detail.elt.id === "offer-accept") fetchCard();
});
document.addEventListener("clock:end", (event) => {
  if (event.target.closest("#offer")) { quiet(); setTimeout(() => document.body.dispatchEvent(new CustomEvent("desk:offer")), 700); }
});

function take(button, card) {
  if (button) button.click(); else wanted = card.dataset.leg ?? "";
  return true;
}

command("accept", () => {
  const button = document.getElementById("offer-accept"), card = place.querySelector(".offer");
  const pressed = document.activeElement?.closest?.("button, a, [role=tab], summary");  // Enter presses it: to decline, say
  if (!card || inField() || pressed && pressed !== button) return false;
  return take(button, card);
});
command("decline", () => {
  const menu = document.getElementById("decline-menu");
  menu?.showPopover();
  menu?.querySelector("button")?.focus();
  return Boolean(menu);
});
command("accept-beside", () => {
  const card = place.querySelector(".offer");
  return card ? take(document.getElementById("offer-accept"), card) : false;
});
shown();
