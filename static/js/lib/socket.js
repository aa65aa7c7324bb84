/* A WebSocket that comes back by itself.
   connect(path, {onmessage(data), onstate(connected, why), hello() -> first message, version, onstale(), onrefused(code), longest: ms})
     -> {send(object) -> sent?, close(), connected}
   Reconnects with growing, jittered pauses, at once when the network or the tab returns; the page refetches its state on
   onstate(true), so nothing that was pushed meanwhile is missed. Up is a line that said hello. Pings each 20 s; silence for 10 s more is a dead line.
   Server: {kind:"hello", version, now} first, {kind:"pong", now} as the answer to {kind:"ping"}; both feed the clock, neither
   reaches onmessage. Close codes: 4401 signed out, 4403 not allowed, 4404 gone, 4409 taken over by another tab: these stay
   closed; 1012 server restarts: back soon; 1013 it cannot just now: back with pauses of a few seconds; anything else: back with
   growing pauses. */
import { sync } from "./clock.js";

const FINAL = new Set([4400, 4401, 4403, 4404, 4409]);
const PING = 20_000;
const SILENCE = 10_000;

export function connect(path, options = {}) {
  const { onmessage = () => {}, onstate = () => {}, hello = null, onstale = () => {}, onrefused = () => {}, longest: most = 15_000 } = options;
  const version = options.version ?? document.querySelector('meta[name="app-version"]')?.content ?? "";
  let socket = null, tries = 0, retry = 0, beat = 0, watch = 0, pinged = 0, up = false, done = false;

  const state = (next, why = "") => {
    if (next === up && why !== "first") return;
    up = next;
    onstate(up, why);
  };

  const alive = () => {
    clearTimeout(watch);
    watch = setTimeout(() => { if (socket) lost(socket, 4000); }, PING + SILENCE);
  };

  function lost(which, code) {
    if (which !== socket) return;
    socket = null;
    clearInterval(beat);
    clearTimeout(watch);
    try { which.close(); } catch { /* it is gone already */ }
    state(false, FINAL.has(code) ? "refused" : "lost");
    if (done) return;
    if (FINAL.has(code)) { done = true; onrefused(code); return; }
    const longest = code === 1012 ? 1500 : Math.min(code === 1013 ? 4000 : most, 500 * 2 ** tries);
    tries += 1;
    retry = setTimeout(open, 150 + Math.random() * longest);
  }

  function ping() {
    pinged = performance.now();
    api.send({ kind: "ping" });
  }

  function receive(event) {
    alive();
    let data;
    try { data = JSON.parse(event.data); } catch { return; }
    if (data.kind === "pong" || data.kind === "hello") {
      if (data.now) sync(data.now, data.kind === "pong" ? performance.now() - pinged : 200);
      if (data.version && version && data.version !== version) onstale(data.version);
      if (data.kind === "pong") return;
      tries = 0;   // a line that opens and is closed again without a hello never was one
      state(true);
    }
    onmessage(data);
  }

  function open() {
    clearTimeout(retry);
    if (done || socket) return;
    const url = new URL(path, location.href);
    url.protocol = url.protocol === "https:" || url.protocol === "wss:" ? "wss:" : "ws:";
    const mine = (socket = new WebSocket(url));
    alive();
    mine.onopen = () => {
      if (hello) api.send(hello());
      ping();
      beat = setInterval(ping, PING);
    };
    mine.onmessage = receive;
    mine.onclose = (event) => lost(mine, event.code);
    mine.onerror = () => {};
  }

  const soon = () => {
    if (done) return;
    if (!socket) { tries = 0; open(); } else if (up) ping();
  };
  addEventListener("online", soon);
  addEventListener("offline", () => { if (socket) lost(socket, 4000); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });
  addEventListener("pageshow", (event) => { if (event.persisted) soon(); });

  const api = {
    get connected() { return up; },
    send(object) {
      if (socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(object));
      return true;
    },
    close() {
      done = true;
      clearTimeout(retry);
      if (socket) socket.close(1000);
    },
  };
  open();
  return api;
}
