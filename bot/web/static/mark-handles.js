// The two ends of what is picked or chosen, to be dragged by a finger or a mouse.
import { make } from "./dom.js";

const SIZE = 48;
const SLIP = 4;
const RIM = 44;
const SPEED = 0.35;

export class Handles {
  // `told`: move(end, x, y) while dragging, to a point of the window; done(); tap(x, y). `scroller` scrolls, `sheet` is its content.
  constructor(scroller, sheet, told) {
    this.scroller = scroller;
    this.sheet = sheet;
    this.told = told;
    this.held = null;
    this.elements = { start: this.handle("start"), end: this.handle("end") };
    sheet.append(this.elements.start, this.elements.end);
  }

  handle(end) {
    const element = make("div", { class: `handle ${end}`, hidden: true, "aria-hidden": "true" });
    element.addEventListener("pointerdown", (event) => this.take(event, end));
    element.addEventListener("pointermove", (event) => this.move(event));
    element.addEventListener("pointerup", (event) => this.drop(event));
    element.addEventListener("pointercancel", () => this.drop(null));
    return element;
  }

  // `edges`: {start, end} as places of the window, or null.
  place(edges) {
    const origin = this.sheet.getBoundingClientRect();
    for (const [end, element] of Object.entries(this.elements)) {
      const edge = edges?.[end];
      element.hidden = !edge;
      if (!edge) continue;
      element.classList.toggle("left", edge.side < 0);
      element.style.setProperty("--height", `${edge.bottom - edge.top}px`);
      element.style.transform = `translate(${edge.x - origin.left - SIZE / 2}px, ${edge.top - origin.top}px)`;
      element.edge = edge;
    }
  }

  // The finger hangs below the line: what counts is the place above it where the mark ends.
  take(event, end) {
    if (event.button > 0) return;
    event.preventDefault();
    const { edge } = this.elements[end];
    this.elements[end].setPointerCapture(event.pointerId);
    const [x, y] = [event.clientX, event.clientY];
    this.held = { end, x, y, aside: edge.x - x, above: (edge.top + edge.bottom) / 2 - y };
    this.elements[end].classList.add("held");
    this.follow(performance.now());
  }

  move(event) {
    const { held } = this;
    if (!held) return;
    held.slid ||= Math.hypot(event.clientX - held.x, event.clientY - held.y) > SLIP;
    if (!held.slid) return;
    [held.x, held.y] = [event.clientX, event.clientY];
    held.moved = true;
  }

  // Once a frame, however often the finger is reported; near an edge the text scrolls along.
  follow(since) {
    const { held } = this;
    if (!held) return;
    requestAnimationFrame((now) => {
      if (this.held !== held) return;
      const scrolled = this.scroll(held.y, now - since);
      if (held.moved || scrolled) this.told.move(held.end, held.x + held.aside, held.y + held.above);
      held.moved = false;
      this.follow(now);
    });
  }

  scroll(y, milliseconds) {
    const box = this.scroller.getBoundingClientRect();
    const over = y < box.top + RIM ? y - box.top - RIM : Math.max(0, y - box.bottom + RIM);
    const before = this.scroller.scrollTop;
    if (over) this.scroller.scrollTop += Math.max(-1, Math.min(1, over / RIM)) * SPEED * milliseconds;
    return this.scroller.scrollTop !== before;
  }

  // Without having moved it was a tap on the words below.
  drop(event) {
    const { held } = this;
    this.held = null;
    if (!held) return;
    if (held.moved) this.told.move(held.end, held.x + held.aside, held.y + held.above);
    this.elements[held.end].classList.remove("held");
    if (event && !held.slid) this.told.tap(event.clientX, event.clientY);
    else this.told.done();
  }
}
