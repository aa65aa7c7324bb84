/* The customer's microphone: asked for, kept alive, replaced by another when it is taken away.
   new Microphone({ontrack(track), onproblem(why)})   why: "" when all is well, else refused none busy gone framed wrong
     open() -> is there one?   other() the next one   close()   name   others: is there more than one */
const WISHES = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/* Why nobody can call from this page at all; empty when one can. */
export function lacking() {
  if (!window.isSecureContext) return "insecure";
  return window.RTCPeerConnection && window.AudioContext && navigator.mediaDevices?.getUserMedia ? "" : "unsupported";
}

/* Whether the page around our frame keeps the microphone from us; browsers that do not tell leave it open. */
const kept = () => window.parent !== window && document.featurePolicy?.allowsFeature("microphone") === false;

function whyOf({ name }) {
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  if (name === "NotAllowedError" || name === "SecurityError") return kept() ? "framed" : "refused";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "wrong";
}

/* The browser's own mark of a default, and the bus number behind a name, mean nothing to anybody. */
const tidy = (label) => label.replace(/^(Default|Communications|Predeterminado|Comunicaciones) - /, "").replace(/ \([0-9a-f]{4}:[0-9a-f]{4}\)$/, "");

export class Microphone {
  constructor({ ontrack, onproblem }) {
    Object.assign(this, { ontrack, onproblem, track: null, turn: 0, wanted: false, all: [] });
    navigator.mediaDevices?.addEventListener("devicechange", () => this.changed());
    this.permission = navigator.permissions?.query({ name: "microphone" }).catch(() => null);
    this.permission?.then((permission) => {
      if (permission) permission.onchange = () => { if (permission.state === "granted" && this.wanted && !this.live) this.open(); };
    });
  }

  /* Whether the browser is not going to ask any more. */
  async allowed() { return (await this.permission)?.state === "granted"; }

  get name() { return this.track ? tidy(this.track.label) : ""; }
  get live() { return this.track?.readyState === "live"; }
  get silent() { return Boolean(this.track?.muted); }

  async open(deviceId = "") {
    this.wanted = true;
    const turn = ++this.turn;
    const wishes = deviceId ? { ...WISHES, deviceId: { exact: deviceId } } : WISHES;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: wishes });
      const [track] = stream.getAudioTracks();
      if (turn !== this.turn) { track.stop(); return this.live; }
      this.take(track);
      await this.count();
      return true;
    } catch (error) {
      if (turn === this.turn) this.onproblem(whyOf(error));
      return false;
    }
  }

  take(track) {
    this.track?.stop();
    this.track = track;
    // ended is what a pulled plug or a withdrawn permission does; a track we stop ourselves says nothing
    track.onended = () => { if (track === this.track) this.lost(); };
    track.onmute = track.onunmute = () => { if (track === this.track) this.ontrack(track); };
    this.onproblem("");
    this.ontrack(track);
  }

  async lost() {
    this.track = null;
    this.ontrack(null);
    this.onproblem("gone");
    if (this.wanted && (await this.count())) await this.open();
  }

  async changed() {
    const before = this.all.length;
    await this.count();
    if (!this.wanted) return;
    if (!this.live && this.all.length) await this.open();
    else if (before !== this.all.length) this.ontrack(this.track);
  }

  /* Those there are: the browser lists the one in use once more as its default. */
  async count() {
    const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    this.all = devices.filter(({ kind, deviceId }) => kind === "audioinput" && deviceId !== "default" && deviceId !== "communications");
    return this.all.length;
  }

  get others() { return this.all.length > 1; }

  async other() {
    const { deviceId, groupId } = this.track?.getSettings() ?? {};
    const at = this.all.findIndex((each) => each.deviceId === deviceId || (deviceId === "default" && each.groupId === groupId));
    return this.open(this.all[(at + 1) % this.all.length]?.deviceId);
  }

  close() {
    this.wanted = false;
    this.turn += 1;
    this.track?.stop();
    this.track = null;
  }
}
