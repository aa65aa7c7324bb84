/* The calls of the chat window and of the call page: the token in a header, never a cookie; an answer is the whole state, a refusal has words. */
export class Refused extends Error {
  constructor(status, body) { super(body.detail || ""); Object.assign(this, { status, code: body.code, errors: body.errors }); }
}

export class Api {
  constructor(root, kind = "chat") {
    this.root = root;
    this.slot = `${kind}.${root.dataset.slot ?? root.dataset.door}`;
    this.memory = null;
    this.writing = "";
    this.keeper = "";
  }

  /* Kept per site by the browser (storage of a frame is its own for each site); without storage for as long as the page lives. */
  get token() { try { return localStorage.getItem(this.slot) ?? this.memory; } catch { return this.memory; } }
  set token(value) {
    this.memory = value;
    try { value ? localStorage.setItem(this.slot, value) : localStorage.removeItem(this.slot); } catch { this.keepWithPage(value); }
  }

  /* Some browsers give a frame of another site no storage: then the page around it keeps the token for this tab, and our
     loader hands it back after a reload. Only pages the client listed can be around this frame (frame-ancestors). */
  keepWithPage(value) {
    if (this.keeper) window.parent.postMessage({ kind: "chat:keep", token: value ?? "", typed: this.writing }, this.keeper);
  }

  /* What is being written, for this tab: it outlives a reload as the token does. */
  get typed() { try { return sessionStorage.getItem(`${this.slot}.typed`) ?? ""; } catch { return this.writing; } }
  set typed(text) {
    this.writing = text;
    try { sessionStorage.setItem(`${this.slot}.typed`, text); } catch { this.keepWithPage(this.token); }
  }

  async restore() {
    if (window.parent === window) return;
    try { localStorage.getItem(this.slot); return; } catch { /* ask the page */ }
    await new Promise((resolve) => {
      addEventListener("message", (event) => {
        if (event.source !== window.parent || event.data?.kind !== "chat:kept") return;
        this.keeper = event.origin;
        if (typeof event.data.token === "string" && event.data.token) this.memory ??= event.data.token;
        if (typeof event.data.typed === "string") this.writing = event.data.typed;
        resolve();
      });
      setTimeout(resolve, 1500);
      window.parent.postMessage("chat:hello", "*");
    });
  }

  async call(name, body, { method = "POST", form = null, path = "", token = this.token } = {}) {
    const headers = { Accept: "application/json", "Accept-Language": this.root.dataset.language };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (!form && body) headers["Content-Type"] = "application/json";
    const response = await fetch(path || this.root.dataset[name], {
      method, headers, credentials: "omit", cache: "no-store", body: form ?? (body ? JSON.stringify(body) : undefined),
      signal: AbortSignal.timeout(form ? 60_000 : 15_000),
    });
    if (!response.ok) throw new Refused(response.status, await response.json().catch(() => ({})));
    return response;
  }

  async json(name, body, options) { return (await this.call(name, body, options)).json(); }
}

export const newKey = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
