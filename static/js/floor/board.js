/* The big screen: nothing to click; the floor's socket shows it, and while there is no line it fetches itself. */
import { live, show } from "../lib/live.js";
import { show as shows, take } from "./pictures.js";

const line = live("/ws/floor/", { on: { part: take }, onstate: (up) => { if (up) shows(line, true); } });
// the words of the line are part of what comes anew
document.addEventListener("htmx:afterSettle", () => show());
