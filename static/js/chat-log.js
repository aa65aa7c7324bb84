/* The conversation as lines: drawn from the state, each message once, in text nodes only. */
const SVG = "http://www.w3.org/2000/svg";

export const words = JSON.parse(document.getElementById("chat-words")?.textContent || "{}");
export const say = (key, values = {}) => (words[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
export const language = document.documentElement.lang || "en";

/* As the server writes it beside: 2 pm, 2:30 pm; 14:00 in Spanish. */
function time(iso) {
  const at = new Date(iso), hours = at.getHours(), minutes = String(at.getMinutes()).padStart(2, "0");
  if (language === "es") return `${String(hours).padStart(2, "0")}:${minutes}`;
  return `${hours % 12 || 12}${minutes === "00" ? "" : `:${minutes}`} ${hours < 12 ? "am" : "pm"}`;
}
const day = (iso) => new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" }).format(new Date(iso));

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function clip() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "i big");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", "M4 1.500h5l3 3v10H4zM9 1.500v3h3");
  svg.append(path);
  return svg;
}

const size = (bytes) => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / 1048576).toFixed(1)} MB`);

function line(message, onfile) {
  const item = element("li", message.who === "system" ? "event" : `msg${message.who === "me" ? " mine" : ""}`);
  item.dataset.id = message.id ?? "";
  item.dataset.key = message.key ?? "";
  if (message.who !== "system") item.append(element("span", "sr", `${message.who === "me" ? say("you") : message.name}: `));
  if (message.text) item.prepend(element("p", "", message.text));
  for (const file of message.files ?? []) {
    const link = element("button", "file");
    link.type = "button";
    const label = element("span", "", file.name);
    label.append(element("small", "", size(file.size)));
    link.append(clip(), label);
    link.addEventListener("click", () => onfile(file));
    item.append(link);
  }
  return item;
}

export class Log {
  constructor(list, { onfile, onretry }) {
    Object.assign(this, { list, onfile, onretry, waiting: new Map(), typing: null, note: "", atEnd: true });
    // Who reads the last line goes on reading it when something opens below (the survey, a phone's keys); only going up ends that.
    let top = 0;
    list.addEventListener("scroll", () => {
      if (list.scrollTop + list.clientHeight >= list.scrollHeight - 40) this.atEnd = true;
      else if (list.scrollTop < top) this.atEnd = false;
      top = list.scrollTop;
    });
    new ResizeObserver(() => this.follow()).observe(list);
  }

  /* What is on its way and not yet in the state; shown at the end, again to be sent when it failed. */
  pend(key, text) { this.note = ""; this.waiting.set(key, { text, failed: false }); }
  fail(key) { const own = this.waiting.get(key); if (own) own.failed = true; }
  done(key) { this.waiting.delete(key); }
  pendingText(key) { return this.waiting.get(key)?.text ?? ""; }

  draw(state) {
    const known = new Map([...this.list.querySelectorAll("li[data-id]:not([data-id=''])")].map((item) => [item.dataset.id, item]));
    const drawn = [];
    let lastDay = "", joined = !state.joined_at;
    for (const message of state.messages) {
      const its = day(message.at);
      if (its !== lastDay) drawn.push(element("li", "event", lastDay || its !== day(new Date().toISOString()) ? its : `${say("today")}, ${time(message.at)}`));
      lastDay = its;
      if (!joined && message.at >= state.joined_at) { drawn.push(element("li", "event", say("joined", { agent: state.agent }))); joined = true; }
      drawn.push(known.get(message.id) ?? line(message, this.onfile));
      if (message.key) this.waiting.delete(message.key);
    }
    if (!joined && state.agent) drawn.push(element("li", "event", say("joined", { agent: state.agent })));
    this.list.querySelectorAll(".tick").forEach((tick) => tick.remove());
    const mine = [...drawn].reverse().find((item) => item.classList.contains("mine"));
    const said = [...state.messages].reverse().find((message) => message.who === "me");
    if (mine && said && !this.waiting.size) mine.append(element("p", "tick", say("delivered", { time: time(said.at) })));
    for (const [key, own] of this.waiting) drawn.push(this.pendingLine(key, own));
    if (this.note) drawn.push(element("li", "event", this.note));
    if (this.typing) drawn.push(this.typing);
    // Only what differs is touched, so that a screen reader hears what is new and nothing twice.
    drawn.forEach((item, index) => { if (this.list.children[index] !== item) this.list.insertBefore(item, this.list.children[index] ?? null); });
    while (this.list.children.length > drawn.length) this.list.lastChild.remove();
    this.follow();
  }

  toEnd() { this.atEnd = true; this.follow(); }

  follow() { if (this.atEnd) this.list.scrollTop = this.list.scrollHeight; }

  pendingLine(key, own) {
    const item = line({ who: "me", text: own.text, key }, this.onfile);
    const tick = element("p", "tick", own.failed ? say("failed") : say("sending"));
    if (own.failed) {
      item.classList.add("failed-send");
      const again = element("button", "", say("again"));
      again.type = "button";
      again.addEventListener("click", () => this.onretry(key));
      tick.append(" ", again);
    }
    item.append(tick);
    return item;
  }

  showTyping(agent) {
    if (!agent) { this.typing?.remove(); this.typing = null; return; }
    if (this.typing) return;
    this.typing = element("li", "typing");
    const dots = element("span", "dots");
    dots.setAttribute("aria-hidden", "true");
    dots.append(element("i"), element("i"), element("i"));
    this.typing.append(dots, say("typing", { agent }));
    this.list.append(this.typing);
    this.list.scrollTop = this.list.scrollHeight;
  }

  clear() { this.waiting.clear(); this.typing = null; this.note = ""; this.atEnd = true; this.list.replaceChildren(); }
}
