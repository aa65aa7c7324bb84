/* Plays a recording: its two tracks in step, as one. Nothing is fetched before somebody presses play; each listening is logged.
   .recording[data-player] > audio (one a track), [data-play] [data-skip] [data-seek] [data-speed] [data-at] rect[data-heard] */
const APART = 0.08;  // seconds by which the two may differ
const WIDE = 120;

const playerOf = (el) => el.closest?.("[data-player]");
const tracks = (player) => [...player.querySelectorAll("audio")];
const words = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/* The longer track has the clock: the other may end before. */
const leader = (player) => tracks(player).reduce((one, other) => ((other.duration || 0) > (one.duration || 0) + APART ? other : one));
const plays = (player) => tracks(player).some((audio) => !audio.paused);

async function play(player) {
  for (const other of document.querySelectorAll("[data-player]")) if (other !== player) pause(other);
  const at = place(player) >= length(player) - 0.3 ? 0 : place(player);
  const speed = Number(player.querySelector("[data-speed]").value);
  for (const audio of tracks(player)) { audio.playbackRate = speed; audio.currentTime = at; }
  player.dataset.wanted = "yes";
  // both have come before either sounds
  const came = await Promise.allSettled(tracks(player).map((audio) => ready(audio)));
  player.querySelector("[data-trouble]").hidden = came.every(({ status }) => status === "fulfilled");
  if (player.dataset.wanted !== "yes") return;
  await Promise.allSettled(tracks(player).filter((audio) => at < (audio.duration || Infinity)).map((audio) => audio.play()));
  show(player);
}

function ready(audio) {
  if (audio.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) return null;
  return new Promise((resolve, reject) => {
    audio.addEventListener("canplay", resolve, { once: true });
    audio.addEventListener("error", reject, { once: true });
    if (audio.error || audio.networkState === HTMLMediaElement.NETWORK_EMPTY || audio.preload === "none") { audio.preload = "auto"; audio.load(); }
  });
}

function pause(player) {
  delete player.dataset.wanted;
  for (const audio of tracks(player)) audio.pause();
  show(player);
}

const length = (player) => Math.max(Number(player.dataset.seconds), ...tracks(player).map((audio) => (Number.isFinite(audio.duration) ? audio.duration : 0)));
const place = (player) => Number(player.dataset.at ?? 0);

function seek(player, seconds) {
  const at = Math.max(0, Math.min(seconds, length(player)));
  player.dataset.at = at;
  for (const audio of tracks(player)) if (audio.readyState) audio.currentTime = Math.min(at, audio.duration || at);
  if (plays(player) || player.dataset.wanted) for (const audio of tracks(player)) if (at < (audio.duration || 0) && audio.paused) audio.play().catch(() => {});
  show(player);
}

function show(player) {
  const at = place(player), on = plays(player), button = player.querySelector("[data-play]"), range = player.querySelector("[data-seek]");
  for (const rect of player.querySelectorAll("[data-heard]")) rect.setAttribute("width", String((WIDE * at) / Math.max(length(player), 0.1)));
  player.querySelector("[data-at]").textContent = words(at);
  if (document.activeElement !== range || on) range.value = at;
  range.setAttribute("aria-valuetext", `${words(at)} / ${words(length(player))}`);
  button.setAttribute("aria-pressed", String(on));
  button.setAttribute("aria-label", button.dataset[on ? "pauseWords" : "playWords"]);
  button.querySelector("[data-when=still]").hidden = on;
  button.querySelector("[data-when=plays]").hidden = !on;
}

document.addEventListener("click", ({ target }) => {
  const player = playerOf(target);
  if (!player) return;
  if (target.closest("[data-play]")) { if (plays(player)) pause(player); else play(player); }
  const skip = target.closest("[data-skip]");
  if (skip) seek(player, place(player) + Number(skip.dataset.skip));
});
document.addEventListener("input", ({ target }) => { if (target.matches?.("[data-seek]")) seek(playerOf(target), Number(target.value)); });
document.addEventListener("change", ({ target }) => {
  if (target.matches?.("[data-speed]")) for (const audio of tracks(playerOf(target))) audio.playbackRate = Number(target.value);
});
/* Arrows go by five seconds, the page keys by half a minute. */
document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-seek]")) return;
  const by = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5, PageDown: -30, PageUp: 30 }[event.key];
  if (by === undefined && event.key !== " ") return;
  event.preventDefault();
  const player = playerOf(event.target);
  if (by === undefined) player.querySelector("[data-play]").click();
  else seek(player, place(player) + by);
});
document.addEventListener("timeupdate", ({ target }) => {
  const player = playerOf(target), first = player && leader(player);
  if (target !== first || target.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
  player.dataset.at = first.currentTime;
  for (const audio of tracks(player)) {
    if (audio !== first && !audio.paused && Math.abs(audio.currentTime - first.currentTime) > APART) audio.currentTime = first.currentTime;
  }
  show(player);
}, true);
document.addEventListener("ended", ({ target }) => { const player = playerOf(target); if (player && target === leader(player)) { player.dataset.at = length(player); pause(player); } }, true);
