/* The big screen: nothing to click; it refetches itself when something changed, and every few seconds while the line is down. */
import { live, show } from "../lib/live.js";

live("/ws/floor/");
// the words of the line are part of what is refetched
document.addEventListener("htmx:afterSettle", () => show());
