/* Light, dark or as the system: radios named "theme" (auto, light, dark), kept in a cookie, so that the server writes data-theme
   before the first paint; other tabs follow at once.  set(theme), get() */
const THEMES = ["auto", "light", "dark"];
const channel = "BroadcastChannel" in window ? new BroadcastChannel("theme") : null;

export function get() {
  const found = document.documentElement.dataset.theme;
  return THEMES.includes(found) ? found : "auto";
}

function apply(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const radio of document.querySelectorAll('input[type="radio"][name="theme"]')) radio.checked = radio.value === theme;
}

export function set(theme) {
  if (!THEMES.includes(theme)) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  apply(theme);
  channel?.postMessage(theme);
}

if (channel) channel.onmessage = (event) => apply(event.data);
document.addEventListener("change", (event) => {
  const el = event.target;
  if (el.matches?.('.themes input[name="theme"]')) set(el.value);
  else if (el.matches?.('select[name="theme"]')) set(el.value === "system" ? "auto" : el.value);   // the profile's own choice
});
