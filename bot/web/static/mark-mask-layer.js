// Paints a label map over the picture: for each pixel of the screen it looks up the place in the map, so that no picture
// of the map's size is ever made.
import { make } from "./dom.js";

const FILL = 150;
const EDGE = 255;
const OUTLINE = 0xffffffff;
const SHADE = 0x80000000;
const DENSE = 2;
const MOST_DOTS = 500_000;
const HELD_DOTS = 120_000;

export class MaskLayer {
  constructor(map) {
    this.map = map;
    this.regions = null;
    this.opacity = 0.7;
    this.fill = new Uint32Array(map.most + 1);
    this.edge = new Uint32Array(map.most + 1);
    this.canvas = make("canvas");
    this.context = this.canvas.getContext("2d");
    this.version = -1;
    this.ratio = 1;
    this.coarse = false;
  }

  colour(value, hex) {
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    const tone = red | (green << 8) | (blue << 16);
    this.fill[value] = (tone | (FILL << 24)) >>> 0;
    this.edge[value] = (tone | (EDGE << 24)) >>> 0;
  }

  stale() {
    this.version = -1;
  }

  // `held`: the picture is being moved, so that speed counts more than sharp edges.
  draw(context, camera, held) {
    if (camera.loupe) return this.drawNear(context, camera);
    if (this.version !== camera.version || (this.coarse && !held)) this.render(camera, held);
    this.blend(context, this.canvas, camera);
  }

  blend(context, canvas, camera) {
    context.globalAlpha = this.opacity;
    context.imageSmoothingEnabled = this.ratio < 1 && camera.scale < DENSE;
    context.drawImage(canvas, 0, 0, canvas.width / this.ratio, canvas.height / this.ratio);
    context.imageSmoothingEnabled = true;
    context.globalAlpha = 1;
  }

  // On a dense screen one dot of the layer stands for several: twelve times the work would not be seen.
  render(camera, held) {
    const dots = camera.width * camera.height;
    const most = held ? HELD_DOTS : camera.density >= DENSE ? MOST_DOTS : 2 * MOST_DOTS;
    this.ratio = Math.min(1, Math.sqrt(most / dots));
    this.coarse = held;
    const width = Math.max(Math.round(camera.width * this.ratio), 1);
    const height = Math.max(Math.round(camera.height * this.ratio), 1);
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.paint(camera, this.context, 0, 0, width, height);
    this.version = camera.version;
  }

  // Paints anew what lies over a part [left, top, right, bottom] of the original.
  patch(camera, [left, top, right, bottom]) {
    if (this.version !== camera.version) return;
    const { width, height } = this.canvas;
    const x0 = Math.max(Math.floor(camera.x(left) * this.ratio) - 1, 0);
    const y0 = Math.max(Math.floor(camera.y(top) * this.ratio) - 1, 0);
    const x1 = Math.min(Math.ceil(camera.x(right) * this.ratio) + 2, width);
    const y1 = Math.min(Math.ceil(camera.y(bottom) * this.ratio) + 2, height);
    if (x1 > x0 && y1 > y0) this.paint(camera, this.context, x0, y0, x1 - x0, y1 - y0);
  }

  drawNear(context, camera) {
    const near = (this.near ??= make("canvas"));
    const { ratio } = this;
    this.ratio = Math.min(1, DENSE / camera.density);
    const side = Math.max(Math.round(camera.width * this.ratio), 1);
    if (near.width !== side) Object.assign(near, { width: side, height: side });
    this.paint(camera, near.getContext("2d"), 0, 0, side, side);
    this.blend(context, near, camera);
    this.ratio = ratio;
  }

  paint(camera, context, left, top, width, height) {
    const shown = context.createImageData(width, height);
    const dots = new Uint32Array(shown.data.buffer);
    const { map } = this;
    const columns = this.places(left - 1, width + 1, camera.left, camera.scale, map.full.width);
    const rows = this.places(top - 1, height + 1, camera.top, camera.scale, map.full.height);
    if (map.values.length) this.paintLabels(dots, width, columns, rows);
    if (this.regions) this.paintOutlines(dots, width, columns, rows);
    context.putImageData(shown, left, top);
  }

  // The original column (row) that the middle of each dot shows; -1 outside. The first belongs to the dot before.
  places(start, count, origin, scale, most) {
    const found = new Int32Array(count);
    for (let at = 0; at < count; at++) {
      const place = Math.floor(((start + at + 0.5) / this.ratio - origin) / scale);
      found[at] = place >= 0 && place < most ? place : -1;
    }
    return found;
  }

  // A dot whose upper or left neighbour has another label is an edge.
  paintLabels(dots, width, columns, rows) {
    const { fill, edge, map } = this;
    const { values, factor, height } = map;
    const bases = columns.map((x) => (x < 0 ? -1 : Math.floor(x / factor) * height));
    const offsets = rows.map((y) => (y < 0 ? -1 : Math.floor(y / factor)));
    const before = new Uint16Array(rows.length);
    for (let x = 0; x < bases.length; x++) {
      const base = bases[x];
      let above = 0;
      for (let y = 0; y < offsets.length; y++) {
        const value = base < 0 || offsets[y] < 0 ? 0 : values[base + offsets[y]];
        const beside = before[y];
        before[y] = value;
        if (x && y && (value | above | beside)) {
          dots[(y - 1) * width + x - 1] = value === above && value === beside ? fill[value] : edge[value || above || beside];
        }
        above = value;
      }
    }
  }

  // White lines with a dark one beside them, so that they are seen on every ground.
  paintOutlines(dots, width, columns, rows) {
    const { regions } = this;
    const { shown, height } = regions;
    const bases = columns.map((x) => (x < 0 ? -1 : regions.columns[x] * height));
    const offsets = rows.map((y) => (y < 0 ? -1 : regions.rows[y]));
    const before = new Int32Array(rows.length).fill(-1);
    const lines = new Uint8Array(rows.length);
    for (let x = 0; x < bases.length; x++) {
      const base = bases[x];
      let above = -1;
      let line = 0;
      for (let y = 0; y < offsets.length; y++) {
        const region = base < 0 || offsets[y] < 0 ? -1 : shown[base + offsets[y]];
        const beside = before[y];
        before[y] = region;
        const near = line | lines[y];
        line = lines[y] = region >= 0 && ((above >= 0 && region !== above) || (beside >= 0 && region !== beside)) ? 1 : 0;
        if (x && y && region >= 0 && (line | near)) dots[(y - 1) * width + x - 1] = line ? OUTLINE : SHADE;
        above = region;
      }
    }
  }
}
