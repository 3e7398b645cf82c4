// The line to type in: answers, commands, and corrections of what was typed before.
import { word } from "./words.js";

const KEPT = "labelbot-line";

export class Composer {
  // `say(text, to)` and `correct(message, text)` send; `open()` gives the card that is open now.
  constructor({ say, correct, open, last }) {
    this.do = { say, correct, open, last };
    this.form = document.getElementById("composer");
    this.line = document.getElementById("line");
    this.button = this.form.querySelector(".send");
    this.bar = document.getElementById("editing");
    this.to = "";
    this.editing = null;
    this.replying = false;
    this.resting = false;
    this.line.addEventListener("focus", () => (this.resting = false));
    this.line.addEventListener("pointerdown", () => (this.resting = false));
    this.form.addEventListener("submit", (event) => this.send(event));
    this.line.addEventListener("input", () => this.typed());
    this.line.addEventListener("keydown", (event) => this.key(event));
    document.getElementById("stop-editing").addEventListener("click", () => this.stop());
    this.set(sessionStorage.getItem(KEPT) ?? "");
  }

  // What is being typed answers the card that was open when it was begun, whatever comes meanwhile.
  typed() {
    this.resting = false;
    if (!this.line.value) this.meant();
    else if (!this.to) this.to = this.card?.typed ? String(this.card.id) : "";
    this.grow();
  }

  // Whatever is typed next replies to that message, until the line is empty again.
  reply(message) {
    if (this.editing) this.stop();
    this.meant(String(message.id));
    this.line.focus();
  }

  meant(to = "") {
    this.to = to;
    this.replying = to !== "";
    this.refresh();
  }

  get card() {
    return this.do.open()?.message;
  }

  get focused() {
    return document.activeElement === this.line;
  }

  // An empty line leaves the digits to the card below which nothing is to be typed. Letters it leaves only after
  // something was sent: who has gone into the line to write means to.
  passes(event) {
    if (event.target !== this.line || this.line.value || this.editing || !this.card || this.card.typed) return false;
    return /^[1-9]$/.test(event.key) || (this.resting && event.key.toLowerCase() === "u");
  }

  set(text) {
    this.line.value = text;
    this.typed();
  }

  grow() {
    sessionStorage.setItem(KEPT, this.editing ? "" : this.line.value);
    this.button.disabled = !this.line.value.trim();
    this.line.style.height = "auto";
    // Of an empty field the hint would be measured.
    if (this.line.value) this.line.style.height = `${Math.min(this.line.scrollHeight + 3, 160)}px`;
    else this.line.style.removeProperty("height");
  }

  refresh() {
    const wanted = Boolean(this.card?.typed);
    this.form.classList.toggle("wanted", wanted);
    const hint = (wanted && this.card.placeholder) || word("compose.hint");
    this.line.placeholder = this.replying ? word("replying") : hint;
  }

  key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) this.send(event);
    else if (event.key === "ArrowUp" && !this.line.value && this.do.last()) {
      event.preventDefault();
      this.edit(this.do.last().message);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (this.editing) this.stop();
      else if (this.replying) this.meant();
      else this.line.blur();
    }
  }

  edit(message) {
    this.editing = message;
    this.resting = false;
    this.bar.hidden = false;
    this.set(message.text.map((part) => part.text).join(""));
    this.line.focus();
  }

  stop() {
    this.editing = null;
    this.bar.hidden = true;
    this.set("");
    this.line.focus();
  }

  send(event) {
    event.preventDefault();
    const text = this.line.value.trim();
    if (!text) return;
    if (this.editing) this.do.correct(this.editing, text);
    else this.do.say(text, this.to);
    this.editing = null;
    this.bar.hidden = true;
    this.set("");
    this.resting = true;
  }
}
