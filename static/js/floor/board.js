/* The big screen: nothing to click; it refetches itself when something changed, and every 15 s while the line is down. */
import { emit, live } from "../lib/live.js";

let connected = false;
live("/ws/floor/", { onstate(up) { connected = up; } });
setInterval(() => { if (!connected) emit("again"); }, 15_000);
