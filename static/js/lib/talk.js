/* Voice between browsers: one connection to each party of a talk, made and ended as the server says.
   new Talk({ send(to, data) -> false if it could not be sent, onup(id): its voice comes, or would, onquality(id, quality), onstate(), onblocked(), onvoice(id) })
     follow(links, ice)   links: [{id, send, hear, offers}] as the server lists them; ice: RTCConfiguration
     receive(from, data)  what another party signalled
     use(track)           the microphone; mute(on); volume(0..1); speakFrom(deviceId); play(); mend(); close()
   Each page gives each of its links a tag of its own. A hello with a new tag is another page (a reload, another desk): the
   connection begins anew. One side alone makes the offers, so that two never cross. Sending is stopped at its source
   (replaceTrack), so that who shall not hear gets nothing. */
const AGAIN = 2_000;      // a hello or an offer that nobody answered
const PATIENCE = 2_000;   // a connection that comes back by itself
const LOOK = 1_000;

const tagOf = () => crypto.randomUUID().slice(0, 8);

class Link {
  constructor(talk, wanted) {
    Object.assign(this, { talk, id: wanted.id, mine: tagOf(), theirs: "", former: new Set(), pc: null, early: [], offered: 0, ready: false, up: false, owed: false, asked: 0, since: 0 });
    this.audio = new Audio();
    this.audio.autoplay = true;
    this.want(wanted);
    this.say({ kind: "hello" });
  }

  want({ send, hear, offers }) {
    Object.assign(this, { send, hear, offers });
    this.apply();
  }

  /* What met a line that is down is owed: with a new network the line comes back a little later than the ways. */
  say(data) {
    this.asked = performance.now();
    if (this.talk.send(this.id, { ...data, tag: this.mine, to: this.theirs }) === false) this.owed = true;
  }

  apply() {
    this.audio.muted = !this.hear;
    this.audio.volume = this.talk.loudness;
    if (this.talk.speaker !== undefined) this.audio.setSinkId?.(this.talk.speaker).catch(() => {});
    this.sender()?.replaceTrack(this.send ? this.talk.track : null).catch(() => {});
  }

  sender() { return this.pc?.getTransceivers()[0]?.sender; }

  begin() {
    this.pc?.close();
    this.early = [];
    this.ready = this.up = false;
    this.since = performance.now();
    const pc = (this.pc = new RTCPeerConnection(this.talk.ice));
    pc.onicecandidate = ({ candidate }) => { if (pc === this.pc && candidate) this.say({ kind: "candidate", candidate: candidate.toJSON() }); };
    pc.ontrack = ({ track }) => {
      this.audio.srcObject = new MediaStream([track]);
      this.audio.play().catch(() => this.talk.onblocked());
      this.talk.onvoice(this.id);
    };
    pc.onconnectionstatechange = () => {
      if (pc !== this.pc) return;
      this.since = performance.now();
      if (pc.connectionState === "failed") this.mend();
      if (pc.connectionState === "connected") this.hark(pc);
      this.talk.onstate();
    };
    if (this.offers) {
      brief(pc.addTransceiver("audio", { direction: "sendrecv" }));
      this.apply();
      this.offer();
    }
  }

  async offer(iceRestart = false) {
    const pc = this.pc;
    if (pc.signalingState === "have-local-offer" && !iceRestart) return;
    await pc.setLocalDescription(await pc.createOffer({ iceRestart }));
    // numbered: an answer to an offer before this one is none
    if (pc === this.pc) this.say({ kind: "description", description: pc.localDescription.toJSON(), number: (this.offered += 1) });
  }

  mend() {
    this.owed = false;
    if (!this.theirs) this.say({ kind: "hello" });
    else if (this.offers) this.offer(true).catch(() => this.begin());
    else this.say({ kind: "restart" });
  }

  async receive(data) {
    const { kind, tag, to, number } = data;
    if ((to && to !== this.mine) || this.former.has(tag)) return;   // of a page that is gone, come late
    if (tag !== this.theirs) {
      if (this.theirs) this.former.add(this.theirs);
      this.theirs = tag;
      this.begin();
      if (to !== this.mine) this.say({ kind: "hello" });
    } else if (kind === "hello" && to !== this.mine) this.say({ kind: "hello" });
    const pc = this.pc;
    if (kind === "restart" && this.offers) await this.offer(true);
    if (kind === "description") {
      if (data.description.type === "answer" && number !== this.offered) return;
      await pc.setRemoteDescription(data.description);
      if (pc !== this.pc) return;
      for (const candidate of this.early.splice(0)) await pc.addIceCandidate(candidate).catch(() => {});
      if (data.description.type !== "offer") return;
      pc.getTransceivers()[0].direction = "sendrecv";
      this.apply();
      await pc.setLocalDescription();
      if (pc === this.pc) this.say({ kind: "description", description: pc.localDescription.toJSON(), number });
    }
    if (kind === "candidate") {
      if (pc.remoteDescription) await pc.addIceCandidate(data.candidate).catch(() => {});
      else this.early.push(data.candidate);
    }
  }

  /* The first sound is waited for closely: with it the call is answered. */
  async hark(pc) {
    while (pc === this.pc && !this.ready && pc.connectionState === "connected") {
      await this.look();
      await new Promise((next) => setTimeout(next, 100));
    }
  }

  async look() {
    const now = performance.now(), state = this.pc?.connectionState ?? "new";
    if (this.owed && now - this.asked > AGAIN) this.mend();
    if (state === "connected") {
      const quality = await measured(this);
      if (quality && !this.up) { this.up = true; this.talk.onstate(); }
      // nobody is to be heard on hold: there the way is all that can be waited for
      if (!this.ready && (quality || !this.hear)) { this.ready = true; this.talk.onup(this.id); }
      if (quality) this.talk.onquality(this.id, quality);
      return;
    }
    const patience = state === "disconnected" ? PATIENCE : state === "new" ? AGAIN : 2 * AGAIN;
    if (now - Math.max(this.since, this.asked) > patience) this.mend();
  }

  end() {
    this.pc?.close();
    this.pc = null;
    this.audio.srcObject = null;
  }
}

/* Of all the ways to pack a voice only the one that all browsers share: a signal has 4 KB. */
function brief(transceiver) {
  const opus = RTCRtpReceiver.getCapabilities?.("audio")?.codecs.filter(({ mimeType }) => mimeType.toLowerCase() === "audio/opus");
  if (opus?.length) transceiver.setCodecPreferences?.(opus);
}

/* Loss in percent and jitter in ms of the last second, the way there and back in ms; null until something came. */
async function measured(link) {
  let inbound = null, pair = null;
  for (const report of (await link.pc.getStats()).values()) {
    if (report.type === "inbound-rtp" && report.kind === "audio") inbound = report;
    if (report.type === "candidate-pair" && report.nominated) pair = report;
  }
  if (!inbound?.packetsReceived) return null;
  const last = link.counted ?? { packetsReceived: 0, packetsLost: 0 };
  const came = inbound.packetsReceived - last.packetsReceived, lost = Math.max(0, inbound.packetsLost - last.packetsLost);
  link.counted = inbound;
  return {
    loss: came + lost > 0 ? (100 * lost) / (came + lost) : 0,
    jitter: 1000 * (inbound.jitter ?? 0),
    roundTrip: 1000 * (pair?.currentRoundTripTime ?? 0),
    flows: came > 0,
  };
}

/* A plain word for it: good, fair or bad. */
export function wordFor({ loss, jitter, roundTrip }) {
  if (loss > 5 || jitter > 60 || roundTrip > 500) return "bad";
  return loss > 1 || jitter > 30 || roundTrip > 300 ? "fair" : "good";
}

export class Talk {
  constructor({ send, onup = () => {}, onquality = () => {}, onstate = () => {}, onblocked = () => {}, onvoice = () => {} }) {
    Object.assign(this, { send, onup, onquality, onstate, onblocked, onvoice, links: new Map(), track: null, ice: {}, loudness: 1 });
  }

  follow(links, ice = this.ice) {
    this.ice = ice;
    const wanted = new Map(links.map((link) => [link.id, link]));
    for (const [id, link] of this.links) if (!wanted.has(id)) { link.end(); this.links.delete(id); }
    for (const [id, link] of wanted) {
      if (this.links.has(id)) this.links.get(id).want(link);
      else this.links.set(id, new Link(this, link));
    }
    if (this.links.size && !this.timer) this.timer = setInterval(() => { for (const link of this.links.values()) link.look().catch(() => {}); }, LOOK);
    if (!this.links.size) { clearInterval(this.timer); this.timer = 0; }
  }

  receive(from, data) { return this.links.get(from)?.receive(data).catch((error) => console.warn("signal", error)); }

  use(track) {
    this.track = track;
    for (const link of this.links.values()) link.apply();
  }

  /* Which loudspeaker, where the browser lets one choose. */
  speakFrom(id) {
    this.speaker = id;
    for (const link of this.links.values()) link.apply();
  }

  mute(on) { if (this.track) this.track.enabled = !on; }

  volume(loudness) {
    this.loudness = loudness;
    for (const link of this.links.values()) link.apply();
  }

  /* After a click: browsers let nothing sound before one. */
  play() { for (const { audio } of this.links.values()) audio.play().catch(() => {}); }

  /* The network changed: new ways are looked for at once. */
  mend() { for (const link of this.links.values()) link.mend(); }

  close() { this.follow([]); }
}
