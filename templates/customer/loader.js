{% autoescape off %}/* The button of this site for chat or calls. It adds one button and, once pressed, one frame; it reads nothing of the page but its address. */
(function (config) {
  "use strict";
  if (window["__chat_" + config.id]) return;
  window["__chat_" + config.id] = true;
  var here = "chat-open-" + config.id;
  var slot = "chat-kept-" + config.id;
  var typed = "chat-typed-" + config.id;
  var wished = (document.documentElement.lang || navigator.language || "en").slice(0, 2);
  var language = config.languages.indexOf(wished) >= 0 ? wished : config.languages[0];
  var words = config.words[language];
  var origin = new URL(config.frame).origin;
  /* The second button of a page, chat beside calls, stands above the first. */
  var above = window["__chat_buttons"] || 0;
  window["__chat_buttons"] = above + 1;
  var host = document.createElement("div");
  var root = host.attachShadow({ mode: "open" });
  var sheet = new CSSStyleSheet();
  sheet.replaceSync(
    ":host{all:initial}" +
    "button{position:fixed;right:16px;bottom:" + (16 + 68 * above) + "px;z-index:2147483000;display:inline-flex;align-items:center;gap:8px;min-height:56px;" +
    "padding:0 20px;border:0;border-radius:28px;background:" + config.colour + ";color:" + config.on + ";" +
    "font:600 16px/1.25 system-ui,sans-serif;cursor:pointer;box-shadow:0 1px 2px #14171b33,0 8px 24px #14171b33}" +
    "button:focus-visible{outline:2px solid " + config.colour + ";outline-offset:3px}" +
    "svg{width:20px;height:20px;fill:none;stroke:currentColor;stroke-width:1.6}" +
    "iframe{position:fixed;right:16px;bottom:16px;z-index:2147483001;width:400px;height:min(680px,calc(100vh - 32px));border:0;" +
    "border-radius:4px;background:transparent;box-shadow:0 1px 2px #14171b33,0 8px 32px #14171b40;color-scheme:light dark}" +
    "[hidden]{display:none!important}" +
    "@media (max-width:600px){iframe{inset:0;width:100%;height:100%;border-radius:0}}"
  );
  root.adoptedStyleSheets = [sheet];
  var button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-haspopup", "dialog");
  button.setAttribute("aria-label", words.open);
  var svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  var line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", config.calls ? "M4 3h3l1.5 4-2 1.5a9 9 0 0 0 5 5l1.5-2 4 1.5v3c0 .6-.4 1-1 1A13 13 0 0 1 3 4c0-.6.4-1 1-1z" : "M3 4h14v10H9l-4 3v-3H3z");
  svg.appendChild(line);
  button.appendChild(svg);
  button.appendChild(document.createTextNode(words.label));
  root.appendChild(button);
  var frame = null;
  function remember(open) {
    try { open ? sessionStorage.setItem(here, "1") : sessionStorage.removeItem(here); } catch (e) { /* no storage, no matter */ }
  }
  /* Where the browser gives our frame no storage, this tab keeps its conversation over a reload. */
  function keep(name, value, most) {
    value = String(value || "").slice(0, most);
    try { value ? sessionStorage.setItem(name, value) : sessionStorage.removeItem(name); } catch (e) { /* as above */ }
  }
  function kept(name) {
    try { return sessionStorage.getItem(name) || ""; } catch (e) { return ""; }
  }
  function open(focus) {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = words.open;
      if (config.calls) frame.allow = "microphone; autoplay; screen-wake-lock";
      frame.src = config.frame + "?lang=" + language + "#" + encodeURIComponent(location.href.split("#")[0].slice(0, 400));
      root.appendChild(frame);
    }
    frame.hidden = false;
    button.hidden = true;
    remember(true);
    if (focus) frame.focus();
  }
  function small() {
    if (frame) frame.hidden = true;
    button.hidden = false;
    remember(false);
    button.focus();
  }
  button.addEventListener("click", function () { open(true); });
  addEventListener("message", function (event) {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return;
    if (event.data === "chat:small") small();
    if (event.data === "chat:open") open(false);
    if (event.data === "chat:hello") event.source.postMessage({ kind: "chat:kept", token: kept(slot), typed: kept(typed) }, origin);
    if (event.data && event.data.kind === "chat:keep") {
      keep(slot, event.data.token, 500);
      keep(typed, event.data.typed, 8000);
    }
  });
  function begin() {
    document.body.appendChild(host);
    try { if (sessionStorage.getItem(here)) open(false); } catch (e) { /* as above */ }
  }
  if (document.body) begin(); else addEventListener("DOMContentLoaded", begin);
})({{ config }});
{% endautoescape %}
