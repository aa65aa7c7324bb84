/* The client's own sounds: a file in which nothing is heard is not sent, so that what is chosen beside it stays. The server
   judges what it can read by itself; what this browser cannot decode is left to it. */
const heard = new WeakSet();

async function loudest(file) {
  const sound = await new OfflineAudioContext(1, 1, 44_100).decodeAudioData(await file.arrayBuffer());
  let most = 0;
  for (let channel = 0; channel < sound.numberOfChannels; channel += 1) {
    for (const sample of sound.getChannelData(channel)) most = Math.max(most, Math.abs(sample));
  }
  return most;
}

document.addEventListener("submit", async (event) => {
  const form = event.target, input = form.elements.file, file = input?.files[0];
  if (!form.matches("[data-sound]") || !file || heard.has(file)) return;
  event.preventDefault();
  const loud = await loudest(file).catch(() => Infinity);
  const silent = loud < Number(form.dataset.audible), problem = form.nextElementSibling;
  problem.hidden = !silent;
  problem.querySelector("span").textContent = silent ? form.dataset.silent : "";
  input.ariaInvalid = silent ? "true" : null;
  if (silent) { input.setAttribute("aria-describedby", problem.id); input.focus(); return; }
  heard.add(file);
  form.requestSubmit();
});
