/* What the page itself sounds: the client's own greeting and music, else tones, and how loud a microphone is. One audio
   context, woken by a click.
   new Sound({onblocked(is it), files: {greeting, music}, onended(what)})  wake() in a click   play("greeting"|"music"|"ringing"|"")
     has("greeting"): is there a file that loads?   once("answered"|"hungUp"|"beep")   pressed("1")   volume(0..1)
     listen(track, (level 0..100) => …)   deaf() */
import * as tones from "../lib/tones.js";

const LOOK = 100;
const CALM = 600;

export class Sound {
  constructor({ onblocked, files = {}, onended = () => {} }) {
    Object.assign(this, { onblocked, files, onended, own: new Map(), context: null, playing: "", stop: () => {}, quiet: false, loudness: 1, timer: 0 });
  }

  wake() {
    if (!this.context) {
      this.context = new AudioContext({ latencyHint: "interactive" });
      this.context.onstatechange = () => this.told();
      this.out = this.context.createGain();
      this.out.gain.value = this.loudness;
      this.out.connect(this.context.destination);
    }
    const woken = this.context.state === "running" ? Promise.resolve() : this.context.resume().catch(() => {});
    // a context that may not run yet never answers: one look a moment later tells
    setTimeout(() => this.told(), 400);
    return woken;
  }

  /* A voice that says nothing. */
  silence() {
    this.wake();
    return this.context.createMediaStreamDestination().stream.getAudioTracks()[0];
  }

  get blocked() { return Boolean(this.context) && this.context.state !== "running" && this.context.state !== "closed"; }

  told() { this.onblocked(this.blocked && Boolean(this.playing || this.heard)); }

  /* What sounds until something else does; music stays silent where it was switched off. */
  play(what) {
    if (what === this.playing) return;
    this.playing = what;
    this.stop();
    this.stop = () => {};
    if (!what) return;
    this.wake();
    this.begin();
  }

  begin() {
    if (!this.playing || (this.playing === "music" && this.quiet)) return;
    this.stop = this.has(this.playing) ? this.file(this.playing) : tones[this.playing](this.context, this.out);
  }

  has(what) { return Boolean(this.files[what]); }

  /* The client's own, by the same way as the tones, so that volume and silence hold for it; it goes on where it was. What
     does not load is given up: music is made here then, and a greeting is over. */
  file(what) {
    if (!this.own.has(what)) {
      const audio = new Audio(this.files[what]);
      audio.loop = what === "music";
      audio.onended = () => { if (this.playing === what) this.onended(what); };
      audio.onerror = () => this.giveUp(what);
      this.context.createMediaElementSource(audio).connect(this.out);
      this.own.set(what, audio);
    }
    const audio = this.own.get(what);
    if (what !== "music") audio.currentTime = 0;
    audio.play().catch(({ name }) => { if (name === "NotSupportedError") this.giveUp(what); });
    return () => audio.pause();
  }

  giveUp(what) {
    if (!this.has(what)) return;
    delete this.files[what];
    if (this.playing !== what) return;
    this.stop();
    this.stop = () => {};
    if (what === "music") this.begin();
    else this.onended(what);
  }

  /* The music alone, off or on; who waits hears the answer all the same. */
  hush(on) {
    this.quiet = on;
    if (this.playing !== "music") return;
    this.stop();
    this.stop = () => {};
    this.begin();
  }

  /* A key of the menu, as a telephone sounds it. */
  pressed(key) { this.wake().then(() => tones.key(this.context, this.out, key)); }

  once(what) { if (this.context?.state === "running") tones[what](this.context, this.out); }

  volume(loudness) {
    this.loudness = loudness;
    if (this.out) this.out.gain.setTargetAtTime(loudness, this.context.currentTime, 0.02);
  }

  listen(track, told) {
    this.deaf();
    if (!track || !this.context) return;
    const source = this.context.createMediaStreamSource(new MediaStream([track]));
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 1024;
    source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let shown = 0;
    const look = () => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, each) => sum + each * each, 0) / samples.length;
      // -60 dB is silence, -10 dB is loud: ears count in decibels
      const level = Math.min(100, Math.max(0, 2 * (10 * Math.log10(power + 1e-12) + 60)));
      shown = level > shown ? level : shown + (level - shown) * 0.3;
      told(Math.round(shown));
    };
    this.timer = setInterval(look, calm ? CALM : LOOK);
    this.unplug = () => source.disconnect();
  }

  deaf() {
    clearInterval(this.timer);
    this.unplug?.();
    this.unplug = null;
  }

  /* The last tone may still end; then the page is at rest. */
  close() {
    this.play("");
    this.deaf();
    setTimeout(() => { if (!this.playing && !this.unplug) this.context?.suspend(); }, 3000);
  }
}
