// The keyboard: digits answer, letters undo, skip and open more, space plays.
import { toggle } from "./media.js";

const SIGNS = { u: "↩", s: "⏭", m: "⋯" };
const COMMANDS = { u: "/undo", s: "/skip" };

export class Keys {
  constructor({ log, composer, press, command }) {
    this.log = log;
    this.composer = composer;
    this.press = press;
    this.command = command;
    this.pointing = false;
    document.addEventListener("pointerdown", () => (this.pointing = true), true);
    document.addEventListener("keydown", (event) => this.down(event));
    document.addEventListener("keyup", (event) => this.up(event));
  }

  down(event) {
    if (event.key === "Tab") this.pointing = false;
    if (event.key === "Tab" && this.tab(event)) return event.preventDefault();
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.code === "Space" && this.space(event)) return event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (writes(event.target) && !this.composer.passes(event)) return;
    if (!event.repeat && this.letter(event)) event.preventDefault();
  }

  // From where nothing has the focus, and from the bar, the way leads to what is asked now; what was said before is
  // reached backwards from there.
  tab(event) {
    const from = document.activeElement;
    const outside = from === document.body || (from.id === "menu-button" && from.getAttribute("aria-expanded") !== "true");
    const first = this.log.open?.element.querySelector("button, a, input, video");
    if (!first || !outside || event.shiftKey || document.querySelector("dialog[open]")) return false;
    first.focus();
    return true;
  }

  letter(event) {
    const key = event.key.toLowerCase();
    if (/^[1-9]$/.test(key)) return this.digit(Number(key) - 1, event);
    if (key in SIGNS) return this.tool(key, event);
    if (key === "/" || (key === "enter" && !event.target.closest("button, a, input"))) return this.write(key);
    return false;
  }

  digit(at, event) {
    const bubble = this.log.open;
    const button = bubble?.answers[at];
    if (!button) return false;
    if (button.href) button.click();
    else this.press(bubble, button, event);
    return true;
  }

  // The small buttons of the open card; where it has none, what they stand for is said.
  tool(key, event) {
    const bubble = this.log.open;
    const button = bubble?.tools.find((element) => element.button.title.includes(SIGNS[key]));
    if (button) this.press(bubble, button, event);
    else if (COMMANDS[key]) this.command(COMMANDS[key]);
    return true;
  }

  write(key) {
    this.composer.line.focus();
    if (key === "/" && !this.composer.line.value) this.composer.set("/");
    return true;
  }

  // Space presses a button that was reached by keyboard; one that was only clicked last must not be pressed again.
  space(event) {
    const player = this.player;
    const busy = writes(event.target) && !event.ctrlKey;
    const reached = event.target.closest?.("button, a") && !this.pointing && !event.ctrlKey;
    if (!player || busy || reached || event.repeat) return false;
    toggle(player);
    this.swallow = true;
    return true;
  }

  up(event) {
    if (event.code === "Space" && this.swallow) event.preventDefault();
    this.swallow = false;
  }

  get player() {
    return this.log.open?.element.querySelector("audio, video") ?? null;
  }
}

// A form that was just closed has the focus for a moment still.
function writes(target) {
  return (target.matches?.("textarea, input:not([type=range])") && !target.closest("dialog:not([open])")) ?? false;
}
