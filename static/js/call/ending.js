/* Hung up is hung up. What the server has not heard it is told again: with the network, every few seconds, and by the next page
   of this call, which must not open line and microphone once more.
   new Ending(api, {ontold(state), onrefused()})   press()   tell(): both say whether the server knows; then ontold or onrefused
   has come, if it was about the call of this page   pending: hung up, and nobody knows it */
import { Refused } from "../chat-api.js";

const AGAIN = 5_000;

export class Ending {
  constructor(api, { ontold, onrefused }) {
    Object.assign(this, { api, ontold, onrefused, kept: "", forgets: false, timer: 0 });
    addEventListener("online", () => this.tell());
  }

  /* The token of the call. Kept as that is, for whatever tab opens this page next. */
  get token() { try { return localStorage.getItem(`${this.api.slot}.hung`) ?? this.kept; } catch { return this.kept; } }
  set token(value) {
    this.kept = value;
    const slot = `${this.api.slot}.hung`;
    try { value ? localStorage.setItem(slot, value) : localStorage.removeItem(slot); } catch { this.forgets = true; }
  }

  get pending() { return Boolean(this.token) && this.token === this.api.token; }

  press() {
    this.token = this.api.token;
    return this.tell();
  }

  async tell() {
    clearTimeout(this.timer);
    const { token } = this;
    if (!token) return true;
    const over = () => { if (this.token === token) this.token = ""; };
    try {
      const next = await this.api.json("end", {}, { token });
      over();
      if (token === this.api.token) this.ontold(next);
    } catch (error) {
      if (!(error instanceof Refused) || error.status >= 500 || error.status === 429) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.tell(), AGAIN);
        // a browser that keeps nothing forgets the call itself, rather than that it is over
        if (this.forgets && token === this.api.token) this.api.token = null;
        return false;
      }
      over();
      if (token === this.api.token) await this.onrefused();
    }
    return true;
  }
}
