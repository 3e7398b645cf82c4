// The editor of spans: tap the first word, tap the last, tap a label. Offsets inside are those of JavaScript's strings;
// what goes in and out counts code points of the original text.
import { make } from "./dom.js";
import { Handles } from "./mark-handles.js";
import { Lines } from "./mark-lines.js";
import { spanKey } from "./mark-span-keys.js";
import { Spans } from "./mark-span-list.js";
import { Text } from "./mark-text.js";
import { Tray } from "./mark-tray.js";
import { word } from "./words.js";

const UNKNOWN = "#8a94a0";
const SLIP = 4;

export class SpansEditor {
  static keys = [
    ["1–9", "mark.spans.keys.label"], ["← →", "mark.spans.keys.move"], ["Shift+← →", "mark.spans.keys.extend"],
    ["L", "mark.spans.keys.letters"], ["N / P", "mark.spans.keys.next"], ["R", "mark.spans.keys.repeat"],
    ["Del", "mark.spans.keys.remove"], ["Esc", "mark.spans.keys.escape"],
  ];

  // `item` as the page gets it; `onChange(marks)` is told after every change, `say` shows a sentence for a moment.
  constructor(root, item, { onChange, say }) {
    this.text = new Text(item.text ?? "", item.language);
    this.labels = item.labels;
    this.onChange = onChange;
    this.say = say ?? (() => {});
    this.spans = new Spans(this.text, { overlap: Boolean(item.options?.overlap) });
    this.styles = stylesOf(item);
    this.picked = null;
    this.chosen = null;
    this.armed = null;
    this.kind = "word";
    this.tapped = null;
    this.stop = new AbortController();
    this.build(root);
    this.spans.start(item.marks ?? []);
    this.draw();
  }

  build(root) {
    this.lines = new Lines(this.text, this.styles);
    const sheet = make("div", { class: "spans-sheet" }, this.lines.element);
    this.scroller = make("div", { class: "spans-scroll", tabindex: "0", role: "group", "aria-label": word("mark.spans.text") }, sheet);
    this.handles = new Handles(this.scroller, sheet, {
      move: (...place) => this.drag(...place),
      done: () => this.dragged(),
      tap: (x, y) => this.through(x, y),
    });
    this.tray = new Tray(this.labels, {
      label: (name) => this.label(name),
      remove: () => this.remove(),
      repeat: () => this.repeat(),
      letters: () => this.toggleLetters(),
      close: () => this.clear(),
    });
    root.append(this.scroller, this.tray.element);
    this.listen();
  }

  listen() {
    const { signal } = this.stop;
    this.lines.element.addEventListener("pointerdown", (event) => this.down(event));
    document.addEventListener("pointerdown", () => (this.tapped = null), { signal, capture: true });
    document.addEventListener("pointerup", (event) => this.up(event), { signal });
    this.scroller.addEventListener("click", (event) => this.click(event));
    document.addEventListener("keydown", (event) => spanKey(this, event), { signal });
    this.watching = new ResizeObserver(() => this.drawHandles());
    this.watching.observe(this.lines.element);
  }

  destroy() {
    this.stop.abort();
    this.watching.disconnect();
  }

  get marks() {
    return this.spans.records;
  }

  load(marks) {
    this.spans.replace(marks.filter(({ label }) => this.styles.has(label)));
    this.choose(null);
  }

  get canUndo() {
    return this.spans.canUndo;
  }

  get canRedo() {
    return this.spans.canRedo;
  }

  undo() {
    if (this.spans.undo()) this.changed(null);
  }

  redo() {
    if (this.spans.redo()) this.changed(null);
  }

  // Taps and selections. A finger must not begin to select text by itself; a mouse may, letter by letter.

  down(event) {
    this.lines.element.classList.toggle("touched", event.pointerType !== "mouse");
    this.from = { x: event.clientX, y: event.clientY };
    this.selected = false;
  }

  up(event) {
    const { from } = this;
    this.from = null;
    if (!from || event.pointerType !== "mouse" || Math.hypot(event.clientX - from.x, event.clientY - from.y) < SLIP) return;
    const selection = this.lines.selection();
    if (!selection) return;
    this.selected = true;
    getSelection().removeAllRanges();
    this.pick(selection);
  }

  click(event) {
    if (event.target.closest(".handle") || this.selected || this.isEcho(event)) return (this.selected = false);
    getSelection().removeAllRanges();
    const tag = event.target.closest(".tag");
    if (tag) this.tap(this.text.unitAt(Number(tag.dataset.at) - 1, this.kind));
    else this.touch(event.clientX, event.clientY);
  }

  // A tap on a handle is meant for the word below. The handle has moved away when the browser reports the click of it.
  through(x, y) {
    this.tapped = { x, y };
    this.touch(x, y);
  }

  isEcho({ clientX, clientY }) {
    const { tapped } = this;
    return tapped !== null && Math.hypot(clientX - tapped.x, clientY - tapped.y) < SLIP;
  }

  touch(x, y) {
    const unit = this.lines.at(x, y, this.kind);
    if (unit) this.tap(unit);
    else this.clear();
  }

  tap(unit) {
    if (this.picked) return this.extend(unit);
    const under = this.spans.over(unit);
    const next = under[under.indexOf(this.chosen) + 1] ?? null;
    const starting = this.armed !== null && this.spans.overlap;
    if (under.length && !starting && (next || !this.spans.overlap)) this.choose(next);
    else this.pick({ start: unit.start, end: unit.end }, true);
  }

  // With a label at hand a second tap ends the mark; without one it moves the nearer end.
  extend(unit) {
    const { start, end } = this.picked;
    if (this.armed === null && start === unit.start && end === unit.end) return this.clear();
    const inside = unit.start >= start && unit.end <= end && this.armed === null;
    const nearStart = unit.start - start < end - unit.end;
    const wanted = inside
      ? { start: nearStart ? unit.start : start, end: nearStart ? end : unit.end }
      : { start: Math.min(start, unit.start), end: Math.max(end, unit.end) };
    this.pick(wanted);
  }

  // `first`: only the first word so far, which a label at hand does not take yet.
  pick(range, first = false) {
    if (!this.spans.fits(range)) return this.say(word("mark.spans.overlap"));
    this.picked = range;
    this.chosen = null;
    if (this.armed !== null && !first) this.make(this.armed);
    else this.draw();
  }

  clear() {
    this.picked = null;
    this.choose(null);
  }

  choose(span, fresh = false) {
    this.chosen = span;
    this.picked = null;
    this.fresh = fresh;
    this.draw();
  }

  // Labels and what is done to marks.

  label(name) {
    if (this.picked) return this.make(name);
    if (this.chosen && !(this.fresh && this.armed !== null)) return this.relabel(name);
    this.armed = this.armed === name ? null : name;
    this.choose(null);
  }

  make(name) {
    const span = this.spans.add({ ...this.picked, label: name });
    if (span) this.changed(span, true);
    else this.choose(null);
  }

  relabel(name) {
    if (this.chosen.label === name) return this.choose(null);
    this.changed(this.spans.change(this.chosen, { ...this.chosen, label: name }), false);
  }

  remove() {
    if (this.chosen) this.spans.remove(this.chosen);
    if (this.chosen) this.changed(null);
    else this.clear();
  }

  repeat() {
    if (!this.chosen) return;
    const count = this.spans.repeat(this.chosen);
    if (!count) return;
    this.changed(this.chosen);
    this.say(word("mark.spans.repeated").replace("#", count));
  }

  toggleLetters() {
    this.kind = this.kind === "word" ? "grapheme" : "word";
    this.draw();
  }

  changed(span, fresh = false) {
    this.choose(span, fresh);
    this.onChange(this.marks);
  }

  // Ends that are dragged: shown at once, done when they are let go.

  get active() {
    return this.picked ?? this.chosen;
  }

  drag(end, x, y) {
    const unit = this.lines.at(x, y, this.kind);
    const { active } = this;
    if (!unit || !active) return;
    const { start, end: stop } = active;
    // An end that is dragged past the other leaves the one word that is there.
    const first = unit.start < stop ? unit.start : this.text.unitAt(stop - 1, this.kind).start;
    const last = unit.end > start ? unit.end : this.text.unitAt(start, this.kind).end;
    this.move(end === "start" ? { start: first, end: stop } : { start, end: last });
  }

  move(wanted) {
    const { active } = this;
    if (wanted.start === active.start && wanted.end === active.end) return;
    if (!this.spans.fits(wanted, this.chosen)) return;
    if (this.picked) this.picked = wanted;
    else this.chosen = this.spans.preview(this.chosen, { ...this.chosen, ...wanted });
    this.draw();
  }

  dragged() {
    if (this.spans.settle()) this.changed(this.chosen);
    else if (this.picked && this.armed !== null) this.make(this.armed);
  }

  // Drawing.

  draw() {
    this.lines.draw(this.spans.all, this.picked, this.chosen);
    this.drawHandles();
    const { active, chosen } = this;
    this.tray.show({
      said: active ? this.text.text.slice(active.start, active.end).replace(/\s+/g, " ") : this.hint,
      quoted: active !== null,
      canLetter: active !== null,
      isLetter: this.kind === "grapheme",
      canRemove: chosen !== null,
      canClose: active !== null,
      repeats: chosen ? this.spans.repeats(chosen).length : 0,
      current: chosen && !(this.fresh && this.armed !== null) ? chosen.label : this.armed,
    });
  }

  get hint() {
    if (this.armed === null) return word("mark.spans.hint");
    return word("mark.spans.hint.armed").replace("#", this.styles.get(this.armed).title);
  }

  drawHandles() {
    const { active } = this;
    this.handles.place(active && { start: this.lines.edge(active.start, true), end: this.lines.edge(active.end, false) });
  }

  // So that what is moved by keys stays in sight.
  reveal() {
    const { active } = this;
    const edge = active && this.lines.edge(active.end, false);
    if (!edge) return;
    const box = this.scroller.getBoundingClientRect();
    if (edge.top < box.top + 24) this.scroller.scrollTop += edge.top - box.top - 80;
    else if (edge.bottom > box.bottom - 56) this.scroller.scrollTop += edge.bottom - box.bottom + 96;
  }
}

// A label that the project no longer has is still shown under its name.
function stylesOf(item) {
  const strange = (item.marks ?? []).map(({ label }) => [label, { title: label, colour: UNKNOWN }]);
  return new Map([...strange, ...item.labels.map(({ name, title, colour }) => [name, { title: title || name, colour }])]);
}
