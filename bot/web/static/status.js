// Whether we are connected, in the bar and as a banner.
import { word } from "./words.js";

const PATIENCE = 1500;

export class Status {
  constructor() {
    this.line = document.getElementById("state");
    this.banner = document.getElementById("banner");
    this.troubled = new Set();
    this.timer = null;
    this.ended = false;
  }

  fine(part) {
    this.troubled.delete(part);
    if (!this.troubled.size) this.show();
  }

  // A short interruption (the server restarts) is not worth a banner.
  trouble(part) {
    this.troubled.add(part);
    this.line.textContent = word("connecting");
    this.timer ??= setTimeout(() => this.show(), navigator.onLine ? PATIENCE : 0);
  }

  over() {
    this.ended = true;
    this.show();
  }

  show() {
    clearTimeout(this.timer);
    this.timer = null;
    const fine = this.troubled.size === 0 && !this.ended;
    this.line.textContent = word(fine ? "online" : "connecting");
    this.line.classList.toggle("fine", fine);
    this.banner.hidden = fine;
    this.banner.textContent = fine ? "" : word(this.ended ? "over" : "offline");
  }
}
