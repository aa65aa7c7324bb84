/* Sounds of a call, made by WebAudio, no files.  Each takes a context and the node it plays into.
   music(context, out) -> stop   a soft bed of slow chords with a few plucked notes, for who waits
   ringing(context, out) -> stop   the far end rings
   answered(context, out), hungUp(context, out), beep(context, out), key(context, out, "5")   once */
const AHEAD = 6;       // seconds that are planned; a tab in the background is woken but once a second
const CHORD = 7.2;
// C major 9, A minor 7, F major 9, G 6: low root first. All of them share most of the scale below.
const CHORDS = [
  [130.81, 196.0, 246.94, 293.66],
  [110.0, 164.81, 196.0, 261.63],
  [87.31, 174.61, 220.0, 261.63],
  [98.0, 146.83, 196.0, 246.94],
];
const SCALE = [392.0, 440.0, 523.25, 587.33, 659.26, 783.99];
const KEYS = { 1: [697, 1209], 2: [697, 1336], 3: [697, 1477], 4: [770, 1209], 5: [770, 1336], 6: [770, 1477], 7: [852, 1209], 8: [852, 1336], 9: [852, 1477], "*": [941, 1209], 0: [941, 1336], "#": [941, 1477] };

/* One tone that swells in and dies away. */
function tone(context, out, { frequency, at, rise, length, fall, loud, type = "sine", detune = 0 }) {
  const source = context.createOscillator(), gain = context.createGain();
  source.type = type;
  source.frequency.value = frequency;
  source.detune.value = detune;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(loud, at + rise);
  gain.gain.setValueAtTime(loud, at + Math.max(rise, length - fall));
  gain.gain.linearRampToValueAtTime(0, at + Math.max(rise, length - fall) + fall);
  source.connect(gain).connect(out);
  source.start(at);
  source.stop(at + Math.max(rise, length - fall) + fall + 0.05);
  source.onended = () => gain.disconnect();
}

/* Plays what plan(at) says again and again, a few seconds ahead; the stop it returns fades. */
function planned(context, out, plan, fade, chain = (gain) => gain) {
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, context.currentTime);
  gain.gain.linearRampToValueAtTime(1, context.currentTime + fade);
  gain.connect(out);
  const into = chain(gain);
  let next = context.currentTime + 0.05;
  const look = () => { while (next < context.currentTime + AHEAD) next += plan(next, into); };
  look();
  const timer = setInterval(look, 1000);
  let stopped = false;
  return () => {
    if (stopped) return;
    stopped = true;
    clearInterval(timer);
    gain.gain.cancelScheduledValues(context.currentTime);
    gain.gain.setTargetAtTime(0, context.currentTime, fade / 4);
    setTimeout(() => gain.disconnect(), fade * 1500);
  };
}

/* Everything above the voices is rounded off, and the plucked notes have a little room around them. */
function room(context, out) {
  const soft = context.createBiquadFilter(), echo = context.createDelay(1), back = context.createGain(), wet = context.createGain();
  soft.type = "lowpass";
  soft.frequency.value = 1100;
  echo.delayTime.value = 0.46;
  back.gain.value = 0.34;
  wet.gain.value = 0.4;
  soft.connect(out);
  soft.connect(echo).connect(back).connect(echo);
  echo.connect(wet).connect(out);
  return soft;
}

export function music(context, out) {
  let turn = 0, step = 2;
  const plan = (at, into) => {
    const chord = CHORDS[turn++ % CHORDS.length];
    chord.forEach((frequency, voice) => {
      const slow = { frequency, at: at + voice * 0.25, rise: 2.2, length: CHORD + 1.4, fall: 2.8, loud: voice ? 0.05 : 0.075, type: "triangle" };
      tone(context, into, { ...slow, detune: -4 });
      tone(context, into, { ...slow, detune: 4 });
    });
    for (const beat of [0.9, 2.7, 3.6, 5.4]) {
      if (Math.random() < 0.25) continue;
      step = Math.min(SCALE.length - 1, Math.max(0, step + Math.floor(Math.random() * 3) - 1));
      tone(context, into, { frequency: SCALE[step], at: at + beat, rise: 0.015, length: 0.1, fall: 1.3, loud: 0.07 });
    }
    return CHORD;
  };
  return planned(context, out, plan, 1.5, (gain) => room(context, gain));
}

export function ringing(context, out) {
  const plan = (at, into) => {
    for (const frequency of [440, 480]) tone(context, into, { frequency, at, rise: 0.03, length: 1.4, fall: 0.06, loud: 0.05 });
    return 3.6;
  };
  return planned(context, out, plan, 0.1);
}

const once = (context, out, notes) => {
  for (const [frequency, after, length, loud] of notes) tone(context, out, { frequency, at: context.currentTime + 0.02 + after, rise: 0.012, length, fall: length * 0.7, loud });
};

export const answered = (context, out) => once(context, out, [[587.33, 0, 0.2, 0.16], [880, 0.15, 0.45, 0.14]]);
export const hungUp = (context, out) => once(context, out, [[480, 0, 0.22, 0.12], [480, 0.34, 0.22, 0.12], [480, 0.68, 0.22, 0.12]]);
export const beep = (context, out) => once(context, out, [[1000, 0, 0.25, 0.2]]);
export const key = (context, out, pressed) => once(context, out, (KEYS[pressed] ?? []).map((frequency) => [frequency, 0, 0.14, 0.1]));
