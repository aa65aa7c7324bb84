/* The agent's microphone: asked for when she goes available, so that answering needs no second permission.
   microphone.start() -> track or null; .release() until it is started or expected again; .track, .onchange(track); .level() 0..1; .choose(deviceId), .out() id of the loudspeaker. */
const note = document.getElementById("microphone-note");
const STORE = "microphone";

let context = null, meter = null, wanted = false, turn = 0, opening = null;

export const microphone = {
  track: null,
  onchange: () => {},
  get chosen() { return localStorage.getItem(STORE) ?? ""; },

  /* Asked for once, however many want it meanwhile: a second one would stay open when the first is given back. */
  async start() {
    if (this.track?.readyState === "live") return this.track;
    if (!navigator.mediaDevices) { tell("none"); return null; }
    opening ??= this.open().finally(() => { opening = null; });
    return opening;
  },

  async open() {
    const mine = turn;
    try {
      const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
      if (this.chosen) audio.deviceId = { ideal: this.chosen };
      const stream = await navigator.mediaDevices.getUserMedia({ audio });
      const [track] = stream.getAudioTracks();
      if (mine !== turn) { track.stop(); return null; }
      this.track = track;
    } catch (error) {
      this.track = null;
      tell(error.name === "NotAllowedError" || error.name === "SecurityError" ? "refused" : "none");
      return null;
    }
    tell("");
    listen(this.track);
    const { track } = this;
    track.addEventListener("ended", () => { if (track === this.track) this.lost(); });
    this.onchange(track);
    return track;
  },

  /* The headset was unplugged: another one is taken, if there is one. */
  lost() {
    this.track = null;
    if (wanted) this.start();
  },

  /* Another page of hers has the calls now. */
  release() {
    wanted = false;
    turn += 1;
    opening = null;
    this.track?.stop();
    this.track = meter = null;
    tell("");
  },

  choose(id) {
    localStorage.setItem(STORE, id);
    this.track?.stop();
    this.track = null;
    return this.start();
  },

  level() {
    if (!meter) return 0;
    const samples = new Float32Array(meter.fftSize);
    meter.getFloatTimeDomainData(samples);
    return Math.min(1, 4 * Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length));
  },

  /* Web calls may come: without a click only where it is allowed already. */
  async expect() {
    wanted = true;
    if (this.track) return;
    const state = await navigator.permissions?.query({ name: "microphone" }).then(({ state: given }) => given, () => "prompt");
    if (state === "granted") this.start();
    else tell(state === "denied" ? "refused" : "ask");
  },
};

function listen(track) {
  context ??= new AudioContext();
  context.resume();
  meter = context.createAnalyser();
  context.createMediaStreamSource(new MediaStream([track])).connect(meter);
}

function tell(why) {
  note.hidden = !why || !wanted;
  for (const words of note.querySelectorAll("[data-why]")) words.hidden = words.dataset.why !== why;
}

document.getElementById("use-microphone").addEventListener("click", () => microphone.start());
navigator.mediaDevices?.addEventListener("devicechange", () => { if (wanted && !microphone.track) microphone.start(); });
document.addEventListener("submit", ({ target }) => { if (wanted && target.matches("form[action$='/presence/available/']")) microphone.start(); }, true);
