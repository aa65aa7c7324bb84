/* The call page's words, fields and moments; what each moment shows is drawn elsewhere. */
export const $ = (id) => document.getElementById(id);
export const root = $("main");

const words = JSON.parse($("call-words").textContent);
export const say = (key, values = {}) => (words[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

export const show = (id, on) => { if ($(id)) $(id).hidden = !on; };
/* Only what changed is written: what is read aloud is not said twice, what is selected stays so. */
export const put = (id, text) => { if ($(id).textContent !== String(text)) $(id).textContent = text; };

export function problem(id, text) {
  if (!$(`${id}-error`)) return;
  put(`${id}-error`, text ?? "");
  show(`${id}-error`, Boolean(text));
  const field = root.querySelector(`[aria-describedby~="${id}-error"]`);
  if (field) field.ariaInvalid = text ? "true" : null;
}

/* What a refusal says: in our words of calls where we have them, else in the server's. */
export const refusal = (error) => (error.code && say(`err_${error.code}`)) || (error.status && error.message) || say("wrong");

const MOMENTS = ["before", "waiting", "talking", "voicemail", "over"];
const title = document.title;
const brand = title.slice(title.lastIndexOf(" - "));

/* One moment at a time. Who reads with the keyboard or by ear is taken along to its heading. */
export function moment(name) {
  if (root.dataset.moment === name) return false;
  const first = !root.dataset.moment;
  root.dataset.moment = name;
  for (const each of MOMENTS) show(each, each === name);
  scrollTo(0, 0);
  if (!first) $(`${name}-h`).focus({ preventScroll: true });
  return true;
}

/* Said aloud to who does not see it. */
export const tell = (text) => put("told", text);

/* The tab's own name says how it stands to who looks at another tab meanwhile. */
export const name = (text) => { document.title = text ? `${text}${brand}` : title; };
