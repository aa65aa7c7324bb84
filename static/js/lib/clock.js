/* One clock for the page: the server's time, and every element that ticks by it.
   rest(on) stops them all, and lets them go on
   sync(instant, roundTrip=0) a server time (ISO or ms) was just seen; now() server time in ms
   Elements (server tags since, until, drain, ago, moment write them):
     [data-since=ISO] m:ss upwards, days from a day on; data-words "3 h 12 min"; data-limit=SECONDS with data-over=CLASS (default "bad")
     [data-until=ISO] down to 0; data-form "clock"|"seconds"; at 0 fires clock:end once, bubbling
     time[data-ago][datetime] "5 min ago", in the page's language
     [data-clock] the wall clock; data-zone, data-form "hm"|"hms"
     .drain[data-start][data-end] > span   full at the start, gone at the end
   One timer for all, set to the next whole second of server time: nothing drifts, and a sleeping tab is right when it wakes. */
let offset = 0;
let best = Infinity;

export const now = () => Date.now() + offset;

export function sync(instant, roundTrip = 0) {
  const ms = typeof instant === "number" ? instant : Date.parse(instant);
  if (!Number.isFinite(ms)) return;
  const measured = ms + roundTrip / 2 - Date.now();
  // a slow answer says little about the time; a sudden jump (sleep, changed clock) is believed at once
  if (roundTrip <= best * 1.5 || Math.abs(measured - offset) > 2000) {
    offset = measured;
    best = Math.min(Math.max(roundTrip, 20), best);
    tick();
  }
}

const two = (n) => String(n).padStart(2, "0");

export function clockText(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const h = Math.floor(s / 3600);
  const m = Math.floor(s / 60) % 60;
  if (h >= 24) return `${Math.floor(h / 24)} d`;
  return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

export function wordsText(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const d = Math.floor(s / 86400), h = Math.floor(s / 3600) % 24, m = Math.floor(s / 60) % 60;
  if (d) return h ? `${d} d ${h} h` : `${d} d`;
  if (h) return m ? `${h} h ${m} min` : `${h} h`;
  return m ? `${m} min` : `${s} s`;
}

const relative = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto", style: "short" });

export function agoText(ms) {
  const s = (ms - now()) / 1000;
  const a = Math.abs(s);
  if (a < 45) return relative.format(0, "second");
  if (a < 3600) return relative.format(Math.round(s / 60), "minute");
  if (a < 86400) return relative.format(Math.round(s / 3600), "hour");
  return relative.format(Math.round(s / 86400), "day");
}

function put(el, text) {
  if (el.textContent !== text) el.textContent = text;
}

function drains() {
  for (const el of document.querySelectorAll(".drain[data-end]")) {
    const key = `${el.dataset.start}|${el.dataset.end}`;
    const bar = el.firstElementChild;
    if (!bar || el.dataset.drawn === key) continue;
    el.dataset.drawn = key;
    for (const running of bar.getAnimations()) running.cancel();
    const start = Date.parse(el.dataset.start), end = Date.parse(el.dataset.end);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const run = bar.animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], {
      duration: Math.max(1, end - start), fill: "both", easing: calm ? "steps(10, end)" : "linear",
    });
    run.currentTime = now() - start;
  }
}

let timer = 0;
let resting = false;

/* rest(true): a page that hears nothing any more shows no time that goes on; rest(false): it does again. */
export function rest(on) {
  resting = on;
  tick();
}

export function tick() {
  clearTimeout(timer);
  if (resting) return;
  const t = now();
  for (const el of document.querySelectorAll("[data-since]")) {
    const passed = (t - Date.parse(el.dataset.since)) / 1000;
    put(el, el.hasAttribute("data-words") ? wordsText(passed) : clockText(passed));
    if (el.dataset.limit) el.classList.toggle(el.dataset.over || "bad", passed > Number(el.dataset.limit));
  }
  for (const el of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, (Date.parse(el.dataset.until) - t) / 1000);
    put(el, el.dataset.form === "seconds" ? String(Math.ceil(left)) : clockText(Math.ceil(left)));
    if (left <= 0 && el.dataset.ended !== el.dataset.until) {
      el.dataset.ended = el.dataset.until;
      el.dispatchEvent(new CustomEvent("clock:end", { bubbles: true }));
    }
  }
  for (const el of document.querySelectorAll("time[data-ago]")) put(el, agoText(Date.parse(el.dateTime)));
  for (const el of document.querySelectorAll("[data-clock]")) {
    const shape = { hour: "2-digit", minute: "2-digit", timeZone: el.dataset.zone || undefined };
    if (el.dataset.form !== "hm") shape.second = "2-digit";
    put(el, new Intl.DateTimeFormat(el.dataset.locale || "en-GB", shape).format(t));
  }
  drains();
  timer = setTimeout(tick, 1000 - (now() % 1000) + 5);
}

const meta = document.querySelector('meta[name="server-now"]');
const load = performance.getEntriesByType("navigation")[0];
if (meta && load) {
  // the page was written when its first byte left; a page out of the back/forward cache keeps its offset
  offset = Date.parse(meta.content) - (performance.timeOrigin + load.responseStart);
  if (!Number.isFinite(offset) || load.type === "back_forward") offset = 0;
}
tick();
document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
document.addEventListener("htmx:afterSettle", tick);
