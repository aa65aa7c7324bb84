/* Sounds made here, no files.  unlock() in a click; ring() -> stop(), bell(), knock(), beforeTalk(); muted(), mute(on), volume(0..1)
   body[data-volume] is how loud a person wants them, in percent. [data-mute] is a button with aria-pressed that switches them. A browser lets a page sound only after a click or a key: until
   then waiting() says so, [data-sound-waits] is shown, and a ring that is still wanted begins with the first one. */
let context = null;
let level = Number(document.body.dataset.volume ?? 50) / 100;

export const muted = () => localStorage.getItem("muted") === "yes";

export const waiting = () => !context || context.state !== "running";
const owed = new Set();

function tell() {
  for (const el of document.querySelectorAll("[data-sound-waits]")) el.hidden = !waiting() || muted();
}

function heard() {
  tell();
  if (waiting()) return;
  for (const begin of [...owed]) begin();
  owed.clear();
}

export function unlock() {
  if (!context) {
    context = new AudioContext();
    context.addEventListener("statechange", heard);
  }
  return waiting() ? context.resume() : Promise.resolve();
}

export function volume(next) { level = Math.min(1, Math.max(0, next)); }

export function mute(on) {
  localStorage.setItem("muted", on ? "yes" : "no");
  if (on) for (const stop of [...running]) stop();
  for (const el of document.querySelectorAll("[data-mute]")) el.setAttribute("aria-pressed", String(on));
  tell();
}

const running = new Set();

function note(frequency, at, length, loud, out) {
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.type = "sine";
  tone.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(loud, at + 0.02);
  gain.gain.setValueAtTime(loud, at + length - 0.06);
  gain.gain.linearRampToValueAtTime(0, at + length);
  tone.connect(gain).connect(out);
  tone.start(at);
  tone.stop(at + length + 0.02);
}

function output() {
  const out = context.createGain();
  out.gain.value = level;
  out.connect(context.destination);
  return out;
}

/* two soft pairs of tones every three seconds, until stopped */
export function ring() {
  if (muted()) return () => {};
  if (waiting()) {
    let stop = null;
    const begin = () => { stop = ring(); };
    owed.add(begin);
    return () => { owed.delete(begin); stop?.(); };
  }
  const out = output();
  let next = context.currentTime + 0.05;
  const plan = () => {
    while (next < context.currentTime + 4) {
      for (const start of [0, 0.45]) {
        note(659.3, next + start, 0.36, 0.28, out);
        note(880, next + start, 0.36, 0.16, out);
      }
      next += 3;
    }
  };
  plan();
  const timer = setInterval(plan, 1000);
  const stop = () => {
    clearInterval(timer);
    running.delete(stop);
    out.gain.setTargetAtTime(0, context.currentTime, 0.03);
    setTimeout(() => out.disconnect(), 300);
  };
  running.add(stop);
  return stop;
}

function once(notes, { silenced = muted() } = {}) {
  if (silenced || waiting()) return;
  const out = output();
  const at = context.currentTime + 0.02;
  for (const [frequency, start, length, loud] of notes) note(frequency, at + start, length, loud, out);
  setTimeout(() => out.disconnect(), 1500);
}

export const bell = () => once([[784, 0, 0.18, 0.22], [1047, 0.14, 0.3, 0.18]]);
/* of no bell, and not silenced with it: for whom she speaks now, where no voice says it */
export const beforeTalk = () => once([[523.25, 0, 0.16, 0.22], [698.46, 0.18, 0.34, 0.24]], { silenced: false });
export const knock = () => once([[440, 0, 0.1, 0.2]]);

const wake = () => { if (waiting()) unlock().catch(() => {}); };
for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, wake);
// where sound matters, ask at once: after a click on the page before, the browser may allow it already
if (document.querySelector("[data-sound-waits]")) { wake(); tell(); }
document.addEventListener("click", (event) => {
  const el = event.target.closest("[data-mute]");
  if (el) mute(!muted());
});
for (const el of document.querySelectorAll("[data-mute]")) el.setAttribute("aria-pressed", String(muted()));
