/* Inside a client's page our frame can be made small; on its own the button is not there. */
if (window.parent !== window) {
  for (const button of document.querySelectorAll("[data-small]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.parent.postMessage("chat:small", "*"));
  }
}
