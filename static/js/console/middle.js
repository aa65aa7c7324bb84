/* The middle of the desk is fetched by one hand. Nothing is fetched beside a command or while another item is being opened:
   an answer would find its own place replaced. What became stale meanwhile is fetched right after. */
export const work = () => document.getElementById("work");

/* A dialog is open: somebody decides about what was there when it opened. */
export const asking = () => document.querySelector("#dialog dialog[open], #work dialog[open]") !== null;

/* A menu of the middle is open, or the browser's own dialog for its files: somebody chooses from it. */
const choosing = () => document.querySelector("#work .menu:popover-open") !== null || picking?.isConnected === true;
let picking = null;   // the field whose files are chosen

const stays = () => document.querySelector("nav.items");   // never swapped: an answer always finds whoever asked
let busy = 0, refreshing = null, behind = false, wanted = "";

/* What goes wrong is told by htmx's own events (lib/htmx-errors.js). */
const fetchMiddle = (url, source) => window.htmx.ajax("GET", url, { source, target: "#work", swap: "outerHTML" }).catch(() => {});

export function refreshWork() {
  const url = work()?.dataset.url;
  if (!url) return;
  if (busy || asking() || choosing()) { behind = true; return; }
  fetchMiddle(url, document.body);
}

export function openWork(url) {
  if (busy) { wanted = url; return; }
  fetchMiddle(url, stays());
}

export function catchUp() {
  if (!behind) return;
  behind = false;
  refreshWork();
}

const later = [];
export const busyNow = () => busy > 0;
export const whenDone = (run) => later.push(run);

function done() {
  busy = Math.max(0, busy - 1);
  if (busy) return;
  for (const run of later) run();
  const url = wanted;
  wanted = "";
  if (url) openWork(url); else catchUp();
}

/* Followed by the request itself: events of an element that is no longer in the page reach nobody. */
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  const { xhr, elt } = detail;
  if (elt === document.body) {
    refreshing = xhr;
    xhr.addEventListener("loadend", () => { if (refreshing === xhr) refreshing = null; });
    return;
  }
  if (detail.requestConfig.verb !== "post" && elt !== stays()) return;
  busy += 1;
  if (refreshing) { behind = true; refreshing.abort(); }
  xhr.addEventListener("readystatechange", () => { if (xhr.readyState === 4 && !elt.isConnected) behind = true; });
  xhr.addEventListener("loadend", done);
});
document.addEventListener("close", catchUp, true);

/* What is chosen for a field that was replaced meanwhile would be lost. Whoever presses a key or the page is back from the
   browser's dialog, which not every browser tells when nothing was chosen. */
document.addEventListener("click", ({ target }) => { if (target.matches("#work [type=file]")) picking = target; });
function picked() {
  if (!picking) return;
  picking = null;
  catchUp();
}
for (const back of ["change", "cancel", "keydown", "pointerdown"]) document.addEventListener(back, picked, true);
document.addEventListener("toggle", ({ target, newState }) => { if (newState === "closed" && target.matches(".menu")) catchUp(); }, true);

/* A dialog or a menu of the middle that was opened while its refresh was on the way stays open, too. */
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig.elt !== document.body || detail.target.id !== "work" || !(asking() || choosing())) return;
  detail.shouldSwap = false;
  behind = true;
});

/* an item of the list opens in place; with a modifier the browser does what it always does */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-work]");
  if (!link || !work()?.dataset || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  openWork(link.dataset.work);
});
