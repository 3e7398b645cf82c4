// The editor of masks: brush, eraser, regions and polygons over a map that has one label a pixel.
import { make } from "./dom.js";
import { Bench, listen, press, sharedKey, slider, spacePans, toggle } from "./mark-bench.js";
import { History } from "./mark-history.js";
import { LabelMap } from "./mark-label-map.js";
import { MaskLayer } from "./mark-mask-layer.js";
import { Objects } from "./mark-objects.js";
import { Pile } from "./mark-pile.js";
import { regionsFrom } from "./mark-regions.js";
import { brushStroke, Outline, regionStroke } from "./mark-strokes.js";
import { View } from "./mark-view.js";
import { word } from "./words.js";

const SIZE = { min: 4, max: 120, value: 28 };
const OPACITY = { min: 15, max: 100, step: 5, value: 70 };
const UNKNOWN = "#9aa5b1";
const KEYS = { b: "brush", e: "eraser", r: "regions", p: "polygon" };

export class MasksEditor {
  static keys = [
    ["1–9", "mark.picture.keys.label"], ["B / E", "mark.picture.keys.brush"], ["[ ]", "mark.picture.keys.size"],
    ["R", "mark.picture.keys.regions"], ["P", "mark.picture.keys.polygon"], ["+ − 0", "mark.picture.keys.zoom"],
  ];

  // `item` as the page gets it; `load(url)` fetches; `onChange(marks)` is told after every change.
  constructor(root, item, { onChange, load }) {
    this.labels = item.labels;
    this.onChange = onChange;
    this.label = 0;
    this.size = SIZE.value;
    this.tool = "brush";
    this.cursor = null;
    this.regions = null;
    this.stop = new AbortController();
    this.history = new History(() => this.changed());
    this.objects = new Objects(item.labels, Boolean(item.options?.instances));
    this.map = new LabelMap(item.picture.width, item.picture.height, this.objects.most);
    this.pile = this.objects.apart ? new Pile(this.map) : null;
    this.layer = new MaskLayer(this.map);
    this.outline = new Outline(this);
    this.view = new View({ picture: item.picture, load, layers: this, tool: this });
    this.build(root, item);
    this.load(item.marks ?? []);
    this.regionsReady = item.regions && this.loadRegions(item, load);
    listen((event) => this.key(event), this.stop.signal);
    spacePans(this.view, this.stop.signal);
  }

  build(root, item) {
    const there = { brush: true, eraser: true, regions: item.regions, polygon: matchMedia("(any-pointer: fine)").matches };
    const names = Object.keys(there).filter((name) => there[name]);
    this.tools = Object.fromEntries(names.map((name) => [name, toggle(name, () => this.take(name))]));
    this.finer = item.regions ? toggle("finer", () => this.refine()) : null;
    const buttons = [...Object.values(this.tools), ...(this.finer ? [this.finer] : [])];
    this.sizeSlider = slider("size", SIZE, (value) => this.resize(value));
    this.sizeSlider.addEventListener("change", () => this.point(null));
    const opacity = slider("opacity", OPACITY, (value) => this.fade(value));
    this.row = make("div", { class: "mark-chips objects", role: "group", "aria-label": word("mark.objects") });
    const tools = [buttons, [this.sizeSlider, opacity], ...(this.objects.apart ? [[this.row]] : [])];
    this.bench = new Bench(root, { view: this.view, labels: this.labels, tools, pick: (at) => this.pick(at) });
  }

  get marks() {
    if (this.history.untouched) return this.given;
    const values = Array.from(this.masks).sort(([one], [two]) => one - two);
    return values.map(([value, mask]) => ({ label: this.objects.name(value), ...mask }));
  }

  // Encoded once after each change.
  get masks() {
    return (this.encoded ??= (this.pile ?? this.map).encoded());
  }

  // Starts anew from these marks; what was done before cannot be taken back any more.
  load(marks) {
    this.given = marks;
    this.map.values.fill(0);
    this.objects.clear();
    this.pile?.clear();
    for (const mark of marks) {
      const value = this.objects.value(mark.label, this.objects.apart);
      if (this.pile) this.pile.take(value, mark);
      else this.map.draw(value, this.map.runsOf(mark));
    }
    this.pile?.settle();
    this.history.clear();
    this.encoded = null;
    this.refresh();
  }

  async loadRegions(item, load) {
    try {
      this.regions = await regionsFrom(await load(item.regions.url), item.picture);
      this.finer.hidden = !this.regions.parents.length;
    } catch {
      this.tools.regions.disabled = this.finer.disabled = true;
      if (this.tool === "regions") this.take("brush");
    }
    this.refresh();
  }

  undo() {
    this.view.gestures.drop();
    if (this.outline.corners.length) return this.outline.back();
    this.history.undo();
  }

  redo() {
    this.view.gestures.drop();
    this.history.redo();
  }

  get canUndo() {
    return this.history.done.length > 0 || this.outline.corners.length > 0;
  }

  get canRedo() {
    return this.history.undone.length > 0;
  }

  destroy() {
    this.stop.abort();
    this.view.destroy();
    this.bench.element.remove();
  }

  changed() {
    this.encoded = null;
    this.refresh();
    this.onChange(this.marks);
  }

  refresh() {
    this.objects.names.forEach((name, at) => this.layer.colour(at + 1, this.colour(at + 1)));
    this.layer.regions = this.tool === "regions" ? this.regions : null;
    this.repaint();
    this.bench.choose(this.label);
    for (const [name, element] of Object.entries(this.tools)) press(element, name === this.tool);
    if (this.finer) this.finer.hidden = this.tool !== "regions" || !this.regions?.parents.length;
    this.sizeSlider.hidden = this.tool !== "brush" && this.tool !== "eraser";
    this.count();
  }

  count() {
    const values = Array.from(this.masks.keys()).sort((one, two) => one - two);
    const [one, several] = this.objects.apart ? ["mark.object", "mark.objects"] : ["mark.mask", "mark.masks"];
    this.bench.say(values.length ? `${values.length} ${word(values.length === 1 ? one : several)}` : word("mark.hint.masks"));
    if (!this.pile) return;
    if (!values.includes(this.objects.active)) this.raise(0);
    this.objects.show(this.row, values, (value) => this.activate(value));
  }

  colour(value) {
    return this.labels[this.objects.label(value)]?.colour ?? UNKNOWN;
  }

  raise(value) {
    if (this.objects.active !== value || this.pile.active !== value) this.pile.raise(value);
    this.objects.active = value;
  }

  activate(value) {
    this.raise(value);
    if (value) this.label = Math.max(this.objects.label(value), 0);
    this.refresh();
  }

  // A label for what is painted next; of an object that is chosen, its own.
  pick(at) {
    this.label = at;
    const { active } = this.objects;
    const { name } = this.labels[at];
    const former = active && this.objects.name(active);
    if (this.tool === "eraser") this.tool = "brush";
    if (!former || former === name) return this.refresh();
    this.objects.rename(active, name);
    const rename = (to) => () => this.objects.rename(active, to);
    this.history.add({ undo: rename(former), redo: rename(name) });
  }

  // What is painted now, as a value of the map.
  value() {
    const { objects } = this;
    const { name } = this.labels[this.label];
    if (!this.pile) return objects.value(name);
    if (!objects.active) this.raise(objects.value(name, true));
    this.layer.colour(objects.active, this.colour(objects.active));
    return objects.active;
  }

  // A change of the map to be: of objects only the active one is ever taken away.
  change(value) {
    return this.map.change(value, this.pile && !value ? this.objects.active : null);
  }

  take(name) {
    if (!this.tools[name] || this.tools[name].disabled) return;
    this.outline.drop();
    this.tool = name;
    this.refresh();
  }

  refine() {
    this.regions.finer = !this.regions.finer;
    press(this.finer, this.regions.finer);
    this.refresh();
  }

  // The brush is as wide on the screen as before, however near the picture is.
  get radius() {
    return (this.size * this.view.camera.density) / 2 / this.view.camera.scale;
  }

  resize(value) {
    this.size = Math.min(Math.max(value, SIZE.min), SIZE.max);
    this.sizeSlider.querySelector("input").value = this.size;
    const { camera } = this.view;
    const [x, y] = camera.under(camera.width / 2, camera.height / 2);
    this.cursor ??= { x, y };
    this.view.changed();
  }

  fade(value) {
    this.layer.opacity = value / 100;
    this.view.changed();
  }

  begin(spot) {
    this.former = this.kept;
    this.kept = null;
    // What is erased is what the finger is on.
    if (this.pile && this.tool === "eraser" && !this.objects.active) this.raise(this.map.at(spot.x, spot.y) ?? 0);
    const value = this.tool === "eraser" ? 0 : this.value();
    if (this.tool === "polygon") return this.outline.stroke(spot);
    if (this.tool === "regions") return this.regions && regionStroke(this, spot, value);
    return brushStroke(this, spot, value);
  }

  patch(part) {
    this.layer.patch(this.view.camera, part);
    this.view.changed();
  }

  repaint() {
    this.layer.stale();
    this.view.changed();
  }

  // A stroke that changed nothing is none.
  keep(change, spot = null) {
    this.cursor = spot && !spot.touch ? spot : null;
    this.view.changed();
    if (!change.runs.length) return;
    this.kept = this.stepOf(change);
    if (!change.value) this.pile?.settle();
    this.history.add(this.kept);
  }

  stepOf(change) {
    if (!this.pile) return { undo: () => this.map.undo(change), redo: () => this.map.redo(change) };
    const { active } = this.objects;
    const shift = (verb) => () => {
      this.raise(active);
      this.map[verb](change);
      this.pile.settle();
    };
    return { undo: shift("undo"), redo: shift("redo") };
  }

  dismiss(change) {
    this.cursor = null;
    this.map.undo(change);
    this.repaint();
  }

  mayZoom() {
    return this.tool !== "polygon";
  }

  // Two quick taps were meant for the zoom: what the first one painted goes.
  forgetTap() {
    if (this.former && this.history.last === this.former) this.history.forget();
  }

  hover(spot) {
    this.outline.pointer = spot;
    const brush = this.tool === "brush" || this.tool === "eraser";
    this.view.canvas.style.cursor = brush ? "none" : "crosshair";
    this.point(spot);
  }

  // Where the ring is that shows how wide the brush is.
  point(spot) {
    this.cursor = spot;
    this.view.changed();
  }

  still() {}

  lively(context, camera) {
    this.layer.draw(context, camera, this.view.held);
    this.outline.draw(context, camera, this.labels[this.label].colour);
    if (this.cursor && (this.tool === "brush" || this.tool === "eraser")) this.ring(context, camera);
  }

  ring(context, camera) {
    context.beginPath();
    context.arc(camera.x(this.cursor.x), camera.y(this.cursor.y), this.radius * camera.scale, 0, 2 * Math.PI);
    const colour = this.tool === "eraser" ? "#fff" : this.labels[this.label].colour;
    for (const [width, tone] of [[4, "rgb(0 0 0 / 50%)"], [2, colour]]) {
      context.lineWidth = width * camera.density;
      context.strokeStyle = tone;
      context.stroke();
    }
  }

  // Enter is for the outline then, and does not send.
  get unfinished() {
    return this.outline.corners.length > 0;
  }

  key(event) {
    const act = this.ownKey(event) ?? sharedKey(event, this);
    act?.();
    return Boolean(act);
  }

  ownKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return null;
    const key = event.key.toLowerCase();
    if (this.outline.corners.length) {
      const done = { enter: "close", escape: "drop", backspace: "back", delete: "back" }[key];
      if (done) return () => this.outline[done]();
    }
    if (key === "[" || key === "]") return () => this.resize(this.size + (key === "[" ? -4 : 4));
    return KEYS[key] && this.tools[KEYS[key]] ? () => this.take(KEYS[key]) : null;
  }
}
