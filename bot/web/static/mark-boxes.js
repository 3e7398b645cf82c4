// The editor of boxes: drag to draw, tap to choose, handles to mend.
import { apart } from "./mark-gestures.js";
import { Bench, button, listen, sharedKey, spacePans, titleOf } from "./mark-bench.js";
import { BoxLayers } from "./mark-box-layers.js";
import { History } from "./mark-history.js";
import { atLeastOne, between, boxOf, handleAt, inside, moved, recordOf, resized, TAP, under } from "./mark-shapes.js";
import { View } from "./mark-view.js";
import { word } from "./words.js";

const TOUCH_REACH = 20;
const MOUSE_REACH = 5;
const ASIDE = 14;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class BoxesEditor {
  static keys = [
    ["1–9", "mark.picture.keys.label"],
    ["← ↑ → ↓", "mark.picture.keys.move"], ["Shift+← ↑ → ↓", "mark.picture.keys.resize"],
    ["Tab", "mark.picture.keys.next"], ["Ctrl+D", "mark.picture.keys.duplicate"], ["Del", "mark.picture.keys.remove"],
    ["Esc", "mark.picture.keys.escape"], ["+ − 0", "mark.picture.keys.zoom"],
  ];

  // `item` as the page gets it; `load(url)` fetches; `onChange(marks)` is told after every change.
  constructor(root, item, { onChange, load }) {
    this.item = item;
    this.labels = item.labels;
    this.picture = item.picture;
    this.onChange = onChange;
    this.label = 0;
    this.boxes = [];
    this.chosen = -1;
    this.touch = matchMedia("(pointer: coarse)").matches;
    this.stop = new AbortController();
    this.history = new History(() => this.changed());
    this.layers = new BoxLayers(this);
    this.view = new View({ picture: item.picture, load, layers: this.layers, tool: this });
    this.build(root);
    this.load(item.marks ?? []);
    listen((event) => this.key(event), this.stop.signal);
    spacePans(this.view, this.stop.signal);
  }

  build(root) {
    this.buttons = {
      duplicate: button("duplicate", () => this.duplicate()),
      remove: button("remove", () => this.remove()),
    };
    const { view, labels } = this;
    this.bench = new Bench(root, { view, labels, tools: [Object.values(this.buttons)], pick: (at) => this.pick(at) });
  }

  get marks() {
    return this.boxes.map((box) => recordOf(box, box.name ?? this.labels[box.label].name, this.picture));
  }

  // Starts anew from these marks; what was done before cannot be taken back any more.
  load(marks) {
    this.boxes = marks.map((mark) => {
      const label = this.labels.findIndex((one) => one.name === mark.label);
      return label < 0 ? { ...boxOf(mark, label), name: mark.label } : boxOf(mark, label);
    });
    this.history.clear();
    this.choose(-1);
  }

  undo() {
    this.view.gestures.drop();
    this.history.undo();
  }

  redo() {
    this.view.gestures.drop();
    this.history.redo();
  }

  get canUndo() {
    return this.history.done.length > 0;
  }

  get canRedo() {
    return this.history.undone.length > 0;
  }

  destroy() {
    this.stop.abort();
    this.view.destroy();
    this.bench.element.remove();
  }

  get box() {
    return this.boxes[this.chosen];
  }

  // Takes a step from the present boxes to others. A step with the tag of the last one becomes part of it.
  step(boxes, chosen, tag = "") {
    const before = { boxes: this.boxes, chosen: this.chosen };
    const after = { boxes, chosen };
    const show = (state) => Object.assign(this, state);
    show(after);
    const { last } = this.history;
    if (!tag || last?.tag !== tag) {
      const step = { tag, after, undo: () => show(before), redo: () => show(step.after) };
      return this.history.add(step);
    }
    last.after = after;
    this.history.undone = [];
    this.changed();
  }

  replace(box, tag) {
    this.step(this.boxes.map((other, at) => (at === this.chosen ? box : other)), this.chosen, tag);
  }

  changed() {
    this.refresh();
    this.onChange(this.marks);
  }

  choose(at) {
    this.chosen = at;
    if (this.box && this.box.label >= 0) this.label = this.box.label;
    this.refresh();
  }

  refresh() {
    this.view.stale();
    this.bench.choose(this.box ? this.box.label : this.label);
    const count = this.boxes.length;
    this.bench.say(count ? `${count} ${word(count === 1 ? "mark.box" : "mark.boxes")}` : word("mark.hint.boxes"));
    this.buttons.duplicate.disabled = this.buttons.remove.disabled = !this.box;
  }

  // A label for the chosen box and for those to come.
  pick(at) {
    this.label = at;
    if (!this.box || this.box.label === at) return this.refresh();
    const { name, ...box } = this.box;
    this.replace({ ...box, label: at });
  }

  duplicate() {
    if (!this.box) return;
    const aside = (ASIDE * this.view.camera.density) / this.view.camera.scale;
    const across = this.box.x + this.box.width + aside > this.picture.width ? -aside : aside;
    const down = this.box.y + this.box.height + aside > this.picture.height ? -aside : aside;
    this.step([...this.boxes, moved(this.box, across, down, this.picture)], this.boxes.length);
  }

  remove() {
    if (this.box) this.step(this.boxes.filter((box, at) => at !== this.chosen), -1);
  }

  // What one finger does: resize by a handle, move from inside the chosen box, draw anywhere else. A finger that stays
  // where it is taps.
  begin(spot) {
    this.touch = spot.touch;
    const { camera } = this.view;
    const side = this.box && handleAt(this.box, camera, camera.x(spot.x), camera.y(spot.y), spot.touch);
    const mends = this.box && (side || inside(this.box, spot));
    const shape = mends ? this.mending(this.box, side) : this.drawing();
    let active = false;
    const show = (now) => {
      active ||= apart(spot, now) >= TAP;
      if (!active) return;
      this.layers.draft = { box: shape.box(spot, now), at: mends ? this.chosen : this.boxes.length };
      this.view.changed();
    };
    const leave = () => {
      this.layers.draft = null;
      this.view.stale();
    };
    return {
      move: show,
      end: (now) => {
        show(now);
        leave();
        if (active) shape.keep(shape.box(spot, now));
        else this.tap(spot, side);
      },
      cancel: leave,
      focus: (now) => active && shape.focus(spot, now),
    };
  }

  drawing() {
    return {
      box: (from, to) => ({ label: this.label, ...between(from, to, this.picture) }),
      focus: (from, to) => clamped(to, this.picture),
      keep: (box) => this.keep(box),
    };
  }

  keep(box) {
    const least = (TAP * this.view.camera.density) / this.view.camera.scale;
    if (box.width < least || box.height < least) return;
    this.step([...this.boxes, atLeastOne(box, this.picture)], this.boxes.length);
  }

  mending(box, side) {
    const { picture } = this;
    const change = (from, to) => {
      const [across, down] = [to.x - from.x, to.y - from.y];
      return side ? resized(box, side, across, down, picture) : moved(box, across, down, picture);
    };
    return {
      box: change,
      focus: (from, to) => (side ? corner(box, side, to.x - from.x, to.y - from.y, picture) : to),
      keep: (changed) => this.replace(changed),
    };
  }

  // The smallest box under the finger; the next larger one with every further tap, at last none.
  tap(spot, side) {
    const reach = ((spot.touch ? TOUCH_REACH : MOUSE_REACH) * this.view.camera.density) / this.view.camera.scale;
    const hit = under(this.boxes, spot, reach);
    if (side && !hit.length) return;
    const at = hit.indexOf(this.chosen);
    this.choose(hit[at + 1] ?? -1);
  }

  mayZoom(spot) {
    return !this.box && under(this.boxes, spot, 0).length === 0;
  }

  forgetTap() {}

  hover(spot) {
    const { camera, canvas } = this.view;
    const side = spot && this.box && handleAt(this.box, camera, camera.x(spot.x), camera.y(spot.y), false);
    const over = spot && this.box && inside(this.box, spot);
    canvas.style.cursor = side ? cursorOf(side) : over ? "move" : "crosshair";
  }

  key(event) {
    const act = sharedKey(event, this) ?? this.ownKey(event);
    act?.();
    return Boolean(act);
  }

  ownKey(event) {
    const { key } = event;
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "d") return () => this.duplicate();
    if (event.ctrlKey || event.metaKey) return null;
    if (key === "Tab" && document.activeElement === this.view.canvas) return this.tab(event.shiftKey ? -1 : 1);
    if (!this.box) return null;
    if (key in ARROWS) return () => this.nudge(ARROWS[key], event);
    if (key === "Delete" || key === "Backspace") return () => this.remove();
    return key === "Escape" ? () => this.choose(-1) : null;
  }

  // From box to box; after the last one the focus goes on its way.
  tab(step) {
    const next = this.chosen < 0 && step < 0 ? this.boxes.length - 1 : this.chosen + step;
    if (!this.boxes[next]) return this.choose(-1);
    return () => {
      this.choose(next);
      this.bench.say(`${next + 1}/${this.boxes.length} ${titleOf(this.labels[this.box.label] ?? this.box)}`);
    };
  }

  // By a pixel of the original; with Alt by ten.
  nudge([across, down], event) {
    const by = event.altKey ? 10 : 1;
    const change = event.shiftKey ? (...way) => resized(this.box, [1, 1], ...way) : (...way) => moved(this.box, ...way);
    this.replace(change(across * by, down * by, this.picture), `nudge ${this.chosen}`);
  }
}

function clamped(spot, picture) {
  return { x: Math.min(Math.max(spot.x, 0), picture.width), y: Math.min(Math.max(spot.y, 0), picture.height) };
}

// Where the handle that is pulled is now: the loupe shows it, not what is under the finger.
function corner(box, [side, end], across, down, picture) {
  const x = side ? box.x + (side > 0 ? box.width : 0) + across : box.x + box.width / 2;
  const y = end ? box.y + (end > 0 ? box.height : 0) + down : box.y + box.height / 2;
  return clamped({ x, y }, picture);
}

function cursorOf([side, end]) {
  if (!side) return "ns-resize";
  if (!end) return "ew-resize";
  return side === end ? "nwse-resize" : "nesw-resize";
}
