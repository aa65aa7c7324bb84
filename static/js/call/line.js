/* The line to the server and to who talks: one socket, or asking every few seconds while there is none, and the voice.
   new Line(api, {onnews(), onchange(), onquality(word), onblocked()})   open()   follow(links, ice)   use(track)   close()
     talking: does sound of somebody arrive now?   began: has it ever?   waited: for how many seconds has it not? */
import { connect } from "../lib/socket.js";
import { Talk, wordFor } from "../lib/talk.js";

const WITH_SOCKET = 15_000;
const WITHOUT = 3_000;
const SOON = 3_000;   // who is called the moment the server is back has ten seconds to be heard
const SIZE = 4096;

export class Line {
  constructor(api, { onnews, onchange, onquality, onblocked }) {
    Object.assign(this, { api, onnews, onchange, socket: null, poll: 0, began: false, since: 0, ups: new Set() });
    this.talk = new Talk({
      send: (to, data) => this.send(to, data),
      onup: (id) => this.up(id),
      onquality: (id, quality) => { if (quality.flows) onquality(wordFor(quality)); },
      onstate: () => this.onchange(),
      onblocked,
    });
    // A phone that leaves its Wi-Fi keeps the call if the new way is looked for at once.
    for (const target of [window, navigator.connection]) target?.addEventListener(target === window ? "online" : "change", () => this.mend());
  }

  open() {
    if (this.socket) return;
    this.socket = connect("/ws/call/", {
      hello: () => ({ token: this.api.token }),
      onmessage: (news) => this.hear(news),
      onstate: (up) => this.line(up),
      onrefused: () => this.onnews(),
      longest: SOON,
    });
    this.schedule(false);
  }

  line(up) {
    this.schedule(up);
    if (!up) return;
    for (const id of this.ups) this.socket.send({ kind: "up", id });   // said again: the first may have met a dead line
    this.onnews();
  }

  hear({ kind, from, data }) {
    if (kind === "signal") this.talk.receive(from, data);
    else if (kind === "deaf") this.schedule(false);
    else if (kind === "hearing") { this.schedule(true); this.onnews(); }
    else if (kind !== "hello") this.onnews();
  }

  send(to, data) {
    const message = { kind: "signal", to, data };
    if (JSON.stringify(message).length > SIZE) { console.warn("signal too long", data.kind); return true; }
    return this.socket?.send(message) ?? false;
  }

  schedule(up) {
    clearInterval(this.poll);
    this.poll = setInterval(() => this.onnews(), up ? WITH_SOCKET : WITHOUT);
  }

  follow(links, ice) {
    if (links.length && !this.talk.links.size) this.since = performance.now();
    for (const id of this.ups) if (!links.some((link) => link.id === id)) this.ups.delete(id);
    this.talk.follow(links, ice);
  }

  up(id) {
    this.ups.add(id);
    this.began = true;
    this.socket?.send({ kind: "up", id });
    this.onchange();
  }

  get talking() { return [...this.talk.links.values()].some(({ pc, up }) => up && pc?.connectionState === "connected"); }

  get waited() { return this.talk.links.size && !this.began ? (performance.now() - this.since) / 1000 : 0; }

  use(track) { this.talk.use(track); }

  mend() { if (this.talk.links.size) this.talk.mend(); }

  close() {
    clearInterval(this.poll);
    this.socket?.close();
    this.socket = null;
    this.talk.close();
    this.ups.clear();
    this.began = false;
  }
}
