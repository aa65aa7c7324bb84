/* One track that is recorded and sent while it is: what is connected to its gate sounds in it while the gate is open.
   Pieces go to the server in order, each once; without a network they wait here.
   new Pieces(context, {address, headers(), patient, changed(), over(code)})   .gate   start()   stop()   .waiting: pieces not there yet
     over: the server takes no more; patient: answers after which the same piece is sent again. A piece is kept by keep(data, last), which another may listen to. */
const SLICE = 2_000, PEAK = 250, AGAIN = 3_000;
const MOST_WAITING = 300;  // ten minutes of pieces
const BITS = 32_000;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4"];

export const rest = (time) => new Promise((resolve) => { setTimeout(resolve, time); });

export function post(address, body, headers = {}) {
  return fetch(address, { method: "POST", headers: { Accept: "application/json", ...headers }, body, signal: AbortSignal.timeout(15_000) }).catch(() => null);
}

export class Pieces {
  constructor(context, { address, headers, patient = [401, 403, 429], changed = () => {}, over }) {
    Object.assign(this, { context, address, headers, patient, changed, over, number: 0, waiting: [], peaks: [], sending: false, ended: false });
    this.gate = new GainNode(context, { gain: 0 });
    this.meter = new AnalyserNode(context, { fftSize: 16_384 });
    const out = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    this.gate.connect(out);
    this.gate.connect(this.meter);
    this.recorder = new MediaRecorder(out.stream, { mimeType: TYPES.find((type) => MediaRecorder.isTypeSupported(type)), audioBitsPerSecond: BITS });
    this.recorder.ondataavailable = ({ data }) => { if (data.size) this.keep(data); };
    this.recorder.onstop = () => { this.measure(); this.keep(new Blob(), true); };
  }

  start() {
    this.began = this.context.currentTime;
    this.measured = 0;
    this.recorder.start(SLICE);
    this.timer = setInterval(() => this.measure(), PEAK);
  }

  /* A page in the background is called less often: what it missed is drawn as loud as what it found. */
  measure() {
    const samples = new Float32Array(this.meter.fftSize), due = Math.floor((this.context.currentTime - this.began) * (1000 / PEAK));
    if (due <= this.measured) return;
    this.meter.getFloatTimeDomainData(samples);
    const loudest = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (; this.measured < due; this.measured += 1) this.peaks.push(Math.min(255, Math.round(255 * loudest)));
  }

  keep(data, last = false) {
    const peaks = this.peaks.splice(0).map((value) => value.toString(16).padStart(2, "0")).join("");
    this.waiting.push({ number: this.number, data, peaks, last });
    this.number += 1;
    if (this.waiting.length > MOST_WAITING) this.over();
    else { this.send(); this.changed(); }
  }

  async send() {
    if (this.sending) return;
    this.sending = true;
    while (this.waiting.length) {
      const [{ number, data, peaks, last }] = this.waiting;
      const answer = await post(`${this.address}${number}/`, data, { ...this.headers(), "Content-Type": "application/octet-stream", "X-Peaks": peaks, ...(last ? { "X-Last": "1" } : {}) });
      const told = await answer?.json().catch(() => null), known = answer?.ok ? told?.awaited : undefined;
      if (known > number) this.waiting = this.waiting.filter((piece) => piece.number >= known);
      else if (answer && !answer.redirected && answer.status < 500 && !this.patient.includes(answer.status)) { this.waiting = []; this.over(told?.code); }
      else await rest(AGAIN);
      this.changed();
    }
    this.sending = false;
  }

  stop() {
    clearInterval(this.timer);
    if (this.recorder.state !== "inactive") this.recorder.stop();
  }
}
