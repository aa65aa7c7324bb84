/* A spoken message: ready, speaking, review, sent. Its pieces go to the server while one speaks; it is one's own until it is sent.
   voicemail({sound, contact() -> token of the call it belongs to, or "", onsent(state), onback()})
     .open({told, number: is one asked for, known})   .resume() -> was one cut off here, or sent?   .another(): it is over with */
import { newKey, Refused } from "../chat-api.js";
import { clockText } from "../lib/clock.js";
import { Pieces } from "../lib/pieces.js";
import { keep } from "./keeping.js";
import { Microphone } from "./microphone.js";
import { $, moment, name, problem, put, refusal, root, say, show, tell } from "./page.js";
import { microphoneProblem } from "./troubles.js";

const TONE = 450, BARS = 60, WIDE = 120;
const ALIVE = 20_000;
const QUIET = 5_000, HEARD = 18;   // of 100: somebody spoke, not the room
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const STEPS = ["ready", "speaking", "review"];
const GONE = "link_invalid";

/* What is recorded is heard here before it is sent. */
class Take extends Pieces {
  constructor(...all) { super(...all); this.parts = []; this.loud = []; }

  keep(data, last) {
    this.parts.push(data);
    this.loud.push(...this.peaks);
    if (this.refused) this.peaks = [];
    else super.keep(data, last);
    if (last) this.onwhole?.();
  }

  get seconds() { return this.recorder.state === "recording" ? this.context.currentTime - this.began : this.loud.length / 4; }
}

export function voicemail({ sound, contact, onsent, onback }) {
  const slot = `voicemail.${root.dataset.slot ?? root.dataset.door}`;
  let key = newKey(), token = "", take = null, most = 180, step = "ready", ticking = 0, alive = 0, heardAt = 0, url = "", busy = false, stopped = "", cut = false;

  const microphone = new Microphone({
    ontrack(track) { if (!track && step === "speaking") stop(say("vm_mic_gone")); },
    onproblem: (why) => { if (step !== "speaking" || why !== "gone") microphoneProblem(why); },
  });

  /* A page that is opened again in this tab finds what had arrived. */
  function remember(value) {
    token = value;
    try { value ? sessionStorage.setItem(slot, JSON.stringify([value, key])) : sessionStorage.removeItem(slot); } catch { /* no storage, no matter */ }
  }

  function remembered() {
    try { [token, key] = JSON.parse(sessionStorage.getItem(slot)) ?? ["", key]; } catch { /* nothing of ours */ }
  }

  async function ask(act, body, { method = "POST", bearer = token } = {}) {
    const headers = { Accept: "application/json", "Accept-Language": root.dataset.language, "Content-Type": "application/json" };
    if (bearer) headers.Authorization = `Bearer ${bearer}`;
    const address = root.dataset[`vm${act[0].toUpperCase()}${act.slice(1)}`];
    const answer = await fetch(address, { method, headers, credentials: "omit", cache: "no-store", body: body && JSON.stringify(body), signal: AbortSignal.timeout(15_000) });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Refused(answer.status, told);
    return told;
  }

  /* A refusal in words; a net that is gone is no refusal. */
  const why = (error) => (error.code === GONE ? say("err_message_gone") : error instanceof Refused ? refusal(error) : say("err_vm_offline"));

  function go(next, note = "") {
    step = next;
    for (const each of STEPS) show(`vm-${each}`, each === next);
    show("vm-told", next === "ready");
    put("vm-note", note);
    show("vm-note", Boolean(note));
    put("voicemail-h", next === "ready" ? $("voicemail-h").dataset.else : say(next === "speaking" ? "vm_title_speaking" : "vm_listen"));
    name($("voicemail-h").textContent);
    keep(next !== "ready");
    clearInterval(alive);
    if (next === "review") alive = setInterval(look, ALIVE);
    if (!moment("voicemail")) $(next === "speaking" ? "vm-stop" : next === "review" ? "vm-send" : "vm-record").focus();
  }

  /* While one thinks about it, the page says that it is open. What was silent for long the server has sent, and takes what is
     missing of it: that first. */
  async function look() {
    const mine = token;
    if (!mine) return;
    try {
      const now = await ask("state", null, { method: "GET" });
      if (mine === token && now.state === "sent" && !take?.waiting.length) sent(now);
    } catch (error) { if (mine === token && error.code === GONE) lost(); }
  }

  function lost() {
    remember("");
    forget();
    go("ready", say("err_message_gone"));
  }

  /* Nothing is said any more: no microphone stays open behind the page that follows. */
  function forget() {
    microphone.close();
    drop();
  }

  function drop() {
    const before = take;
    take = null;   // what it still had to say is of no use
    clearInterval(ticking);
    sound.deaf();
    if (before) Object.assign(before, { waiting: [], refused: true, onwhole: null });
    before?.stop();
    $("vm-audio").pause();
    if (url) URL.revokeObjectURL(url);
    url = "";
  }

  // --- speaking --------------------------------------------------------------------------------------------------------

  async function record() {
    for (const id of ["vm-number", "vm"]) problem(id, "");
    problem("vm-send", "");
    sound.wake();   // in the press: later the browser would hold every sound back
    put("vm-asking", say((await microphone.allowed()) ? "vm_getting_ready" : "asking"));
    if (!(await microphone.open())) { put("vm-asking", ""); if (step !== "ready") go("ready"); return; }
    put("vm-asking", say("vm_getting_ready"));
    const unsent = take?.waiting ?? [];   // of no use once it begins anew; should it not, it is sent after all
    try {
      if (take) take.waiting = [];
      for (let tries = 0; take?.sending && tries < 10; tries += 1) await new Promise((next) => { setTimeout(next, 200); });
      const form = $("vm-ready").elements;
      const begun = await ask("begin", { key, number: form.number.value, name: form.name.value, reason: $("start")?.elements.reason?.value ?? "", language: root.dataset.language, zone }, { bearer: contact() });
      drop();
      remember(begun.token);
      most = begun.seconds;
      await speak(begun.address);
    } catch (error) {
      microphone.close();
      if (take && unsent.length) { take.waiting = unsent; take.send(); }
      if (error.code === "message_sent") look();
      if (step === "review" && !error.errors?.number) { problem("vm-send", why(error)); return; }
      if (step !== "ready") go("ready");
      problem(error.errors?.number ? "vm-number" : "vm", error.errors?.number ?? why(error));
      if (error.errors?.number) $("vm-number").focus();
    } finally { put("vm-asking", ""); }
  }

  async function speak(address) {
    put("vm-most", clockText(most));
    put("vm-clock", "0:00");
    put("vm-words", say("vm_tone"));
    go("speaking");
    await sound.wake();
    sound.once("beep");
    await new Promise((next) => { setTimeout(next, TONE); });
    if (step !== "speaking" || !microphone.live) return;
    cut = false;
    const own = `Bearer ${token}`;
    const mine = (take = new Take(sound.context, {
      address, headers: () => ({ Authorization: own }), patient: [429], changed: waits, over: (code) => { if (take === mine) full(code); },
    }));
    new MediaStreamAudioSourceNode(sound.context, { mediaStream: new MediaStream([microphone.track]) }).connect(take.gate);
    take.gate.gain.value = 1;
    take.start();
    heardAt = performance.now();
    put("vm-words", say("vm_speak"));
    tell(say("vm_speak"));
    sound.listen(microphone.track, (level) => { $("vm-level").value = level; if (level > HEARD) heardAt = performance.now(); });
    ticking = setInterval(tick, 200);
  }

  function tick() {
    put("vm-clock", clockText(Math.min(most, take.seconds)));
    put("vm-words", say(performance.now() - heardAt > QUIET ? "vm_silent" : "vm_speak"));
    if (take.seconds >= most) stop(say("vm_full"));
  }

  const waits = () => show("vm-waits", Boolean(take) && take.waiting.length > 2);

  /* The server takes no more of it: what is on this page alone does not arrive, and that is said. */
  function full(code) {
    if (code === GONE) { lost(); return; }
    take.refused = true;
    cut = code !== "recording_full";
    const note = say(cut ? "vm_cut" : "vm_full");
    if (step === "speaking") stop(note);
    else { put("vm-note", note); show("vm-note", true); }
    if (cut) look();
  }

  function stop(note = "") {
    if (step !== "speaking") return;
    clearInterval(ticking);
    sound.deaf();
    stopped = note;
    if (!take) { microphone.close(); go("ready"); return; }
    take.onwhole = review;
    take.stop();
    microphone.close();
  }

  // --- listening to it --------------------------------------------------------------------------------------------------

  function review() {
    url = URL.createObjectURL(new Blob(take.parts, { type: take.recorder.mimeType }));
    $("vm-audio").src = url;
    draw(take.loud);
    show("vm-play", true);
    put("vm-at", clockText(take.seconds));
    go("review", stopped);
  }

  function draw(loud) {
    const path = [];
    for (let bar = 0; bar < BARS; bar += 1) {
      const here = loud.slice(Math.floor((bar * loud.length) / BARS), Math.max(Math.floor(((bar + 1) * loud.length) / BARS), Math.floor((bar * loud.length) / BARS) + 1));
      const height = Math.max(3, Math.round((100 * Math.max(0, ...here)) / 255));
      path.push(`M${bar * 2 + 1} ${50 - height / 2}v${height}`);
    }
    for (const id of ["vm-wave", "vm-heard-wave"]) $(id).setAttribute("d", path.join(""));
    $("vm-heard-part").setAttribute("width", "0");
  }

  function drawPlaying() {
    const audio = $("vm-audio"), on = !audio.paused, whole = take?.seconds || 1;
    $("vm-play").setAttribute("aria-pressed", String(on));
    $("vm-play").setAttribute("aria-label", say(on ? "vm_pause" : "vm_play"));
    $("vm-play").querySelector("[data-when=still]").hidden = on;
    $("vm-play").querySelector("[data-when=plays]").hidden = !on;
    $("vm-heard-part").setAttribute("width", String(on || audio.currentTime ? (WIDE * Math.min(1, audio.currentTime / whole)) : 0));
    put("vm-at", on ? `${clockText(audio.currentTime)} / ${clockText(whole)}` : clockText(whole));
  }

  // --- sent, or not ----------------------------------------------------------------------------------------------------

  async function send() {
    if (busy) return;
    busy = true;
    $("vm-audio").pause();
    problem("vm-send", "");
    put("vm-sending", say("vm_sending"));
    $("vm-send").disabled = true;
    try {
      for (let tries = 0; take?.waiting.length && tries < 50; tries += 1) await new Promise((next) => { setTimeout(next, 200); });
      if (take?.waiting.length) throw new Error("pieces wait");
      sent(await ask("send", {}));
    } catch (error) {
      if (error.code === GONE) lost();
      else problem("vm-send", why(error));
    } finally {
      busy = false;
      put("vm-sending", "");
      $("vm-send").disabled = false;
    }
  }

  /* What is kept of it tells a page that is loaded again in this tab once more that it has arrived. */
  function sent(state) {
    clearInterval(alive);
    token = "";
    forget();
    show("vm-waits", false);
    keep(false);
    key = newKey();
    onsent({ ...state, state: "closed", outcome: "voicemail", spoken: true, cut });
  }

  async function discard() {
    $("vm-sure").close();
    try { await ask("discard", {}); } catch (error) {
      if (error.code === "message_sent") look();
      if (error.code !== GONE) { problem("vm-send", why(error)); return; }
    }
    remember("");
    forget();
    back();
  }

  function back() {
    microphone.close();
    microphoneProblem("");
    sound.close();
    go("ready");
    onback();
  }

  async function recordOnce() {
    if (busy) return;
    busy = $("vm-record").disabled = true;
    try { await record(); } finally { busy = $("vm-record").disabled = false; }
  }

  $("vm-ready").addEventListener("submit", (event) => { event.preventDefault(); recordOnce(); });
  $("vm-stop").addEventListener("click", () => stop());
  $("vm-again").addEventListener("click", () => { $("vm-audio").pause(); recordOnce(); });
  $("vm-send").addEventListener("click", send);
  $("vm-discard").addEventListener("click", () => $("vm-sure").showModal());
  $("vm-sure-no").addEventListener("click", () => $("vm-sure").close());
  $("vm-sure-yes").addEventListener("click", discard);
  $("vm-back").addEventListener("click", back);
  $("vm-play").addEventListener("click", () => { const audio = $("vm-audio"); if (audio.paused) audio.play().catch(() => {}); else audio.pause(); });
  for (const kind of ["play", "pause", "ended", "timeupdate"]) $("vm-audio").addEventListener(kind, drawPlaying);

  return {
    another: () => remember(""),

    open({ told = "", number = true, known = "" } = {}) {
      if (told) put("vm-told", told);
      show("vm-number-field", number);
      show("vm-name-field", !contact());
      $("vm-number").value ||= known;
      go("ready");
    },

    async resume() {
      remembered();
      if (!token) return false;
      try {
        const now = await ask("state", null, { method: "GET" });
        if (now.state === "sent") {
          sent(now);
          remember("");
          return true;
        }
        if (now.ms < 1000) return false;
        $("vm-number").value ||= now.number;
        $("vm-ready").elements.name.value ||= now.name;
        show("vm-play", false);
        draw([]);
        put("vm-at", clockText(now.ms / 1000));
        go("review", say(now.whole ? "vm_here" : "vm_cut"));
        return true;
      } catch (error) {
        if (error instanceof Refused) remember("");
        return false;
      }
    },
  };
}
