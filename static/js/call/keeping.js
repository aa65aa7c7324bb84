/* What keeps a call in its page: one tab at a time, a screen that stays on, a question before one leaves. */
let running = false, free = () => {}, screen = null;

addEventListener("beforeunload", (event) => { if (running) event.preventDefault(); });
document.addEventListener("visibilitychange", () => { if (running && !document.hidden) stayAwake(); });

/* A phone that goes to sleep drops the line. */
async function stayAwake() {
  if (document.featurePolicy?.allowsFeature("screen-wake-lock") === false) return;
  try { screen = await navigator.wakeLock?.request("screen"); } catch { /* a low battery, an old browser: no matter */ }
}

/* Whether the call is this tab's: a second one would take the voice away from the first. A reload may be quicker than the
   end of the page before, so that it waits a moment. */
export function claim(slot, patience = 2000) {
  if (!navigator.locks) return Promise.resolve(true);
  free();
  return new Promise((resolve) => {
    const held = new Promise((release) => { free = release; });
    navigator.locks.request(slot, { signal: AbortSignal.timeout(patience) }, () => { resolve(true); return held; }).catch(() => resolve(false));
  });
}

export function keep(on) {
  if (on && !running) stayAwake();
  running = on;
  if (on) return;
  free();
  screen?.release().catch(() => {});
  screen = null;
}
