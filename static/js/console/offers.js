/* An offer: drawn at once from the push with the brand the page has, then fetched; bell, notice, Enter, and its end. */
import { on, line } from "./line.js";
import { ring } from "../lib/sound.js";
import { inField, register } from "../lib/keys.js";
import { now } from "../lib/clock.js";

const place = document.getElementById("offer");
let stop = null;
let notice = null;
let told = "";

function quiet() {
  stop?.();
  stop = null;
  notice?.close();
  notice = null;
}

function draw(data) {
  if (place.querySelector("[data-offer]")) return;
  const card = document.getElementById("card").content.cloneNode(true);
  const section = card.querySelector(".offer");
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
  if (!card) { quiet(); told = ""; return; }
  if (told === card.dataset.offer) return;
  told = card.dataset.offer;
  line.send({ kind: "card_shown", leg: told });
  stop ??= ring();
  if (document.hidden && "Notification" in window && Notification.permission === "granted") {
    notice = new Notification(card.dataset.brand, { body: card.dataset.lead, tag: "offer", renotify: true });
    notice.onclick = () => { window.focus(); notice?.close(); };
  }
}

/* A card that is asked for again while it is shown stays: its menu may be open. */
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const card = detail.requestConfig.elt === place && place.querySelector("[data-offer]");
  if (card && detail.serverResponse.includes(`data-offer="${card.dataset.offer}"`)) detail.shouldSwap = false;
});
const fetchCard = () => window.htmx.trigger(place, "desk:offer");
on("offer", (data) => { draw(data); document.body.dispatchEvent(new CustomEvent("desk:offer")); });
on("offer_gone", quiet);
document.addEventListener("htmx:afterSettle", (event) => { if (event.target === place || place.contains(event.target)) shown(); });
document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt.id === "offer-accept" || event.detail.elt.closest?.("#decline-menu")) quiet(); });
document.addEventListener("htmx:afterRequest", (event) => {
  // accepted too late: the card goes, whatever the answer was
  if (event.detail.elt.id === "offer-accept") fetchCard();
});
document.addEventListener("clock:end", (event) => {
  if (event.target.closest("#offer")) { quiet(); setTimeout(() => document.body.dispatchEvent(new CustomEvent("desk:offer")), 700); }
});

register("accept", "enter", "Accept the offer", () => {
  const button = document.getElementById("offer-accept");
  if (!button || inField() || document.activeElement?.closest?.("button, a, [role=tab], summary") && !document.activeElement.closest("#offer")) return false;
  button.click();
  return true;
});
shown();
