/* The window's calls: the token in a header, never a cookie; an answer is the whole state, a refusal has words. */
export class Refused extends Error {
  constructor(status, body) { super(body.detail || ""); Object.assign(this, { status, code: body.code, errors: body.errors }); }
}

export class Api {
  constructor(root) {
    this.root = root;
    this.slot = `chat.${root.dataset.door}`;
    this.memory = null;
  }

  /* Kept per site by the browser (storage of a frame is its own for each site); without storage for as long as the page lives. */
  get token() { try { return localStorage.getItem(this.slot) ?? this.memory; } catch { return this.memory; } }
  set token(value) {
    this.memory = value;
    try { value ? localStorage.setItem(this.slot, value) : localStorage.removeItem(this.slot); } catch { /* kept in memory */ }
  }

  async call(name, body, { method = "POST", form = null, path = "" } = {}) {
    const headers = { Accept: "application/json", "Accept-Language": this.root.dataset.language };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
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
