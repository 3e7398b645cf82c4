// The messages in their order, the newest at the bottom and in sight unless the reader scrolled away.
import { Bubble } from "./bubble.js";
import { make } from "./dom.js";
import { word } from "./words.js";

const NEAR = 90;
const ABOVE = 8;
const LATE = 400;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Log {
  constructor(actions, onChange = () => {}) {
    this.element = document.getElementById("log");
    this.scroller = document.getElementById("scroll");
    this.newest = document.getElementById("newest");
    this.bubbles = new Map();
    this.stuck = true;
    this.arrived = true;
    this.onChange = onChange;
    this.actions = { ...actions, unfold: (folded, shut) => this.unfolded(folded, shut) };
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.newest.addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => this.settle()).observe(this.element);
    new ResizeObserver(() => this.settle()).observe(this.scroller);
  }

  all(messages) {
    const first = this.bubbles.size === 0;
    const known = new Set(messages.map((message) => message.id));
    for (const [id, bubble] of this.bubbles) if (!known.has(id)) this.drop(id, bubble);
    this.put(messages, !first);
  }

  some(messages) {
    this.put(messages, true);
  }

  put(messages, lively) {
    if (!messages.length) return;
    const [before, asked] = [this.open, this.open?.matter];
    const held = this.element.contains(document.activeElement);
    for (const message of messages) this.place(message, lively);
    const open = this.open;
    for (const bubble of this.bubbles.values()) bubble.number(bubble === open);
    this.arrange(open);
    const another = open !== before || open?.matter !== asked;
    this.arrived ||= another;
    // What is asked next is not answered by the key that answered this.
    if (held && (another || !this.element.contains(document.activeElement))) this.attend();
    this.settle();
    this.onChange();
  }

  place(message, lively) {
    const known = this.bubbles.get(message.id);
    if (known) {
      if (known.message.change < message.change && known.update(message) && lively) this.glow(known.text);
      return;
    }
    const bubble = new Bubble(message, this.actions);
    const next = [...this.bubbles.values()].find((other) => other.message.id > message.id);
    this.element.insertBefore(bubble.element, next?.element ?? null);
    const sorted = [...this.bubbles, [message.id, bubble]].sort((one, other) => one[0] - other[0]);
    this.bubbles = new Map(sorted);
    if (lively) this.glow(bubble.element);
    if (lively && message.author === "me") this.stuck = true;
  }

  drop(id, bubble) {
    bubble.element.remove();
    this.bubbles.delete(id);
  }

  // The card to answer: the newest one that still has buttons or takes words.
  get open() {
    const alive = [...this.bubbles.values()].reverse().filter(({ message }) => message.author === "bot" && !message.past);
    const useful = alive.filter(({ message }) => message.typed || message.buttons?.length);
    return useful.find(({ message }) => message.kind === "card") ?? useful[0] ?? null;
  }

  get mine() {
    return [...this.bubbles.values()].reverse().find((one) => one.message.author === "me" && !one.isCommand) ?? null;
  }

  get last() {
    return [...this.bubbles.values()].at(-1) ?? null;
  }

  // The keyboard goes on at what is asked now, on none of its answers.
  attend() {
    (this.open ?? this.last)?.element.focus({ preventScroll: true });
  }

  // Choices that stand again below take a line, and one above the open card little room.
  arrange(open) {
    const choices = [...this.bubbles.values()].filter(({ message }) => isChoice(message));
    choices.forEach((bubble, at) => {
      const former = choices.slice(at + 1).some((later) => later.choosesAs(bubble));
      bubble.stand({ former, aside: open?.message.kind === "card" && open.message.id > bubble.message.id });
    });
  }

  // What was typed and is still on its way, shown only once that takes a while.
  waiting(text) {
    const balloon = make("div", { class: "balloon" }, make("div", { class: "text" }, make("p", { dir: "auto" }, text)));
    balloon.append(make("p", { class: "meta" }, word("waiting")));
    const element = make("article", { class: "message me waiting" }, balloon);
    const timer = setTimeout(() => {
      this.element.append(element);
      this.toEnd();
    }, LATE);
    return () => {
      clearTimeout(timer);
      element.remove();
    };
  }

  glow(element) {
    if (!calm.matches) element.animate({ opacity: [0.3, 1] }, { duration: 160, easing: "ease-out" });
  }

  scrolled() {
    this.stuck = this.scroller.scrollTop > this.goal - NEAR;
    this.newest.hidden = this.stuck;
  }

  unfolded(folded, shut) {
    this.stuck = false;
    if (!shut) folded.scrollIntoView({ block: "nearest" });
    this.scrolled();
  }

  // Where the newest message is in sight: to its end, or from its beginning where it is taller than the screen.
  get goal() {
    const end = this.scroller.scrollHeight - this.scroller.clientHeight;
    const last = this.element.lastElementChild;
    return last ? Math.min(end, last.offsetTop - this.element.offsetTop - ABOVE) : end;
  }

  settle() {
    this.open?.fit(this.scroller.clientHeight);
    if (!this.stuck) return this.scrolled();
    // Who reads on in a tall card is left there until something else is asked.
    const { scrollTop } = this.scroller;
    const goal = this.goal;
    if (this.arrived || scrollTop < goal) this.scroller.scrollTop = goal;
    this.arrived = false;
  }

  toEnd() {
    this.stuck = true;
    this.settle();
    this.newest.hidden = true;
  }
}

function isChoice({ author, kind, past, buttons }) {
  return author === "bot" && kind !== "card" && !past && buttons?.length > 0;
}
