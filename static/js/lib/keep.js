/* Live lists that keep still. In any swap: the focused element and its caret (by id, by name in a form, by where a link leads
   or by what a button does) and the scroll of every .scroll / .table-wrap / [data-scroll] with an id inside the swapped part are put back.
   [data-calm] a part that refreshes itself waits while the pointer is in it or the focus is in one of its fields; it is
   refreshed once when the pointer leaves. An open menu is not swapped away by what refreshes itself: that comes when it closes. */
const saved = new WeakMap();

/* What a button does, as a selector of the same button anew: the menu it opens, what it asks for, or what its form does. */
const DOES = ["popovertarget", "hx-post", "hx-get", "data-open", "data-command"];
function doing(button) {
  const own = (el, tag) => {
    const name = DOES.find((each) => el.getAttribute(each));
    return name && `${tag}[${name}="${CSS.escape(el.getAttribute(name))}"]`;
  };
  const form = button.form && own(button.form, "form");
  return own(button, "button") ?? (form && button.type === "submit" ? `${form} button:is([type=submit], :not([type])):not([hidden])` : "");
}

function remember(root) {
  const active = document.activeElement;
  const inside = active && root.contains(active) && active !== document.body;
  const scrolls = [...root.querySelectorAll(".scroll[id], .table-wrap[id], [data-scroll][id]")];
  if (root.matches?.(".scroll, .table-wrap, [data-scroll]") && root.id) scrolls.push(root);
  return {
    id: inside ? active.id : "",
    does: inside && active.matches("button") ? doing(active) : "",
    href: inside ? active.getAttribute("href") : null,
    name: inside ? active.getAttribute("name") : null,
    value: inside && "value" in active && active.matches("textarea, input:not([type=checkbox], [type=radio], [type=file])") ? active.value : null,
    pick: inside && active.matches("[type=radio]") ? active.value : null,
    caret: inside && "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null,
    scrolls: scrolls.map((el) => [el.id, el.scrollTop, el.scrollLeft, el.scrollTop + el.clientHeight >= el.scrollHeight - 4]),
    open: [...root.querySelectorAll("details[open][id]")].map((el) => el.id),
  };
}

function restore(kept) {
  for (const id of kept.open) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, top, left, atEnd] of kept.scrolls) {
    const el = document.getElementById(id);
    if (!el) continue;
    el.scrollTop = atEnd && el.hasAttribute("data-stick-to-end") ? el.scrollHeight : top;
    el.scrollLeft = left;
  }
  if (!kept.id && !kept.href && !kept.name && !kept.does) return;
  if (document.activeElement && document.activeElement !== document.body) return;
  const quoted = (text) => CSS.escape(text);
  const el = (kept.id && document.getElementById(kept.id))
    || (kept.name && document.querySelector(`[name="${quoted(kept.name)}"]${kept.pick === null ? "" : `[value="${quoted(kept.pick)}"]`}`))
    || (kept.href && document.querySelector(`a[href="${quoted(kept.href)}"]`))
    || (kept.does && document.querySelector(kept.does));
  if (!el) return;
  if (kept.value !== null && el.hasAttribute("data-keep-value")) el.value = kept.value;
  el.focus({ preventScroll: true });
  if (kept.caret && kept.caret[0] !== null) { try { el.setSelectionRange(...kept.caret); } catch { /* not a text field */ } }
}

const busy = (el) => el.matches(":hover") || el.querySelector("input:focus, textarea:focus, select:focus, [popover]:popover-open") !== null;

/* Whether what stands there is not to be swapped now; later() is called once it may be. */
export function waits(target, later, { calmly = true } = {}) {
  const menu = target.querySelector(".menu:popover-open");
  if (menu) return owe(menu, "toggle", later);
  const calm = calmly && target.closest("[data-calm]");
  return Boolean(calm && busy(calm)) && owe(calm, "pointerleave", later);
}

function owe(el, until, later) {
  if (!el.dataset.owed) {
    el.dataset.owed = "yes";
    el.addEventListener(until, () => { delete el.dataset.owed; later(); }, { once: true });
  }
  return true;
}

/* What came by the socket, in its place as htmx would put it there. */
export function put(target, html) {
  const kept = remember(target);
  const swapStyle = target.getAttribute("hx-swap") ?? "innerHTML";
  window.htmx.swap(target, html.trim(), { swapStyle, swapDelay: 0, settleDelay: 0 }, { eventInfo: { target } });
  restore(kept);
}

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { target, requestConfig } = detail;
  if (!(target instanceof Element)) return;
  const own = requestConfig?.triggeringEvent?.type ?? "";
  const byItself = requestConfig?.verb === "get" && /^(push|desk):|^every|^load$/.test(own);
  const again = () => window.htmx.trigger(requestConfig.elt, own);
  if (byItself && waits(target, again, { calmly: !own.startsWith("desk:") })) { detail.shouldSwap = false; return; }
  saved.set(detail.xhr, remember(target));
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const kept = detail.xhr && saved.get(detail.xhr);
  if (kept) { saved.delete(detail.xhr); restore(kept); }
});
