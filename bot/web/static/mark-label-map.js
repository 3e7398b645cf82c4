// Which label each pixel has: a byte a pixel (or two), column by column as COCO counts them, so that runs are runs in
// memory.
import { countsOf, compress, eachRun, expand } from "./mark-rle.js";

const MOST_PIXELS = 16e6;

export class LabelMap {
  // Of a picture in original pixels, with values up to `most`; above sixteen megapixels `factor` pixels, each way, share
  // a place.
  constructor(width, height, most = 255) {
    this.full = { width, height };
    this.factor = 1;
    while (Math.ceil(width / this.factor) * Math.ceil(height / this.factor) > MOST_PIXELS) this.factor++;
    this.width = Math.ceil(width / this.factor);
    this.height = Math.ceil(height / this.factor);
    this.values = new (most > 255 ? Uint16Array : Uint8Array)(this.width * this.height);
    this.most = most;
  }

  // A change gives places one value and remembers which they had, as runs: start, length, former value. With `only`,
  // places of any other value stay as they are.
  change(value, only = null) {
    return { value, only, runs: [] };
  }

  span(change, start, length) {
    const { values } = this;
    const { value, only, runs } = change;
    const end = start + length;
    for (let at = start; at < end; ) {
      const former = values[at];
      const from = at;
      while (at < end && values[at] === former) at++;
      if (former === value || (only !== null && former !== only)) continue;
      runs.push(from, at - from, former);
      values.fill(value, from, at);
    }
  }

  undo({ runs }) {
    for (let at = 0; at < runs.length; at += 3) this.values.fill(runs[at + 2], runs[at], runs[at] + runs[at + 1]);
  }

  redo({ runs, value }) {
    for (let at = 0; at < runs.length; at += 3) this.values.fill(value, runs[at], runs[at] + runs[at + 1]);
  }

  // All pixels whose middle is within `radius` of the line from (ax, ay) to (bx, by), in original pixels. Answers which
  // part of the original may have changed: [left, top, right, bottom].
  capsule(change, ax, ay, bx, by, radius) {
    const [x0, y0, x1, y1, r] = [ax, ay, bx, by, radius].map((value) => value / this.factor);
    const first = Math.max(Math.ceil(Math.min(x0, x1) - r - 0.5), 0);
    const last = Math.min(Math.floor(Math.max(x0, x1) + r - 0.5), this.width - 1);
    for (let x = first; x <= last; x++) {
      const [low, high] = across(x + 0.5, x0, y0, x1, y1, r);
      this.fillColumn(change, x, low, high);
    }
    const rim = radius + this.factor;
    return [Math.min(ax, bx) - rim, Math.min(ay, by) - rim, Math.max(ax, bx) + rim, Math.max(ay, by) + rim];
  }

  // Pixels of a column whose middles lie between two heights.
  fillColumn(change, x, low, high) {
    const from = Math.max(Math.ceil(low - 0.5), 0);
    const to = Math.min(Math.floor(high - 0.5), this.height - 1);
    if (to >= from) this.span(change, x * this.height + from, to - from + 1);
  }

  // Rows from…to (exclusive) of a column of original pixels.
  column(change, x, from, to) {
    if (x % this.factor) return;
    const first = Math.ceil(from / this.factor);
    const last = Math.ceil(to / this.factor);
    if (last > first) this.span(change, (x / this.factor) * this.height + first, last - first);
  }

  // All pixels whose middle is inside a closed line of points {x, y} (where it crosses itself, by the even-odd rule).
  polygon(change, points) {
    const scaled = points.map(({ x, y }) => [x / this.factor, y / this.factor]);
    for (let x = 0; x < this.width; x++) {
      const heights = crossings(scaled, x + 0.5);
      for (let at = 0; at + 1 < heights.length; at += 2) this.fillColumn(change, x, heights[at], heights[at + 1]);
    }
  }

  // Runs [start, length, …] of every value that occurs, as places of the map.
  runs() {
    const { values } = this;
    const found = new Map();
    const words = new Uint32Array(values.buffer, 0, values.byteLength >> 2);
    for (let at = 0; at < values.length; ) {
      const value = values[at];
      const from = at;
      at = endOf(values, words, at, value);
      if (!value) continue;
      if (!found.has(value)) found.set(value, []);
      found.get(value).push(from, at - from);
    }
    return found;
  }

  draw(value, runs) {
    for (let at = 0; at < runs.length; at += 2) this.values.fill(value, runs[at], runs[at] + runs[at + 1]);
  }

  // Runs as {size, counts} of the original, as COCO has them.
  mask(runs) {
    const { width, height } = this.full;
    return { size: [height, width], counts: compress(countsOf(this.widened(runs), width * height)) };
  }

  encoded() {
    return new Map(Array.from(this.runs(), ([value, runs]) => [value, this.mask(runs)]));
  }

  // As runs of original pixels: each place stands for several columns, which are all alike.
  widened(runs) {
    if (this.factor === 1) return runs;
    const { width, height } = this.full;
    const found = [];
    for (const [column, spans] of columnsOf(runs, this.height)) {
      const end = Math.min((column + 1) * this.factor, width);
      for (let x = column * this.factor; x < end; x++) {
        const top = x * height;
        for (const [from, to] of spans) put(found, top + from * this.factor, top + Math.min(to * this.factor, height));
      }
    }
    return found;
  }

  // A mask {size, counts} of the original's size as runs of places.
  runsOf({ size: [height, width], counts }) {
    if (height !== this.full.height || width !== this.full.width) throw new RangeError("a mask of another size");
    const runs = [];
    eachRun(expand(counts), (start, length) => runs.push(start, length));
    return this.factor === 1 ? runs : this.narrowed(runs);
  }

  // What the first of the columns and rows that share a place has.
  narrowed(runs) {
    const found = [];
    for (const [x, spans] of columnsOf(runs, this.full.height)) {
      if (x % this.factor) continue;
      const column = (x / this.factor) * this.height;
      for (const [from, to] of spans) put(found, column + Math.ceil(from / this.factor), column + Math.ceil(to / this.factor));
    }
    return found;
  }

  at(x, y) {
    const [column, row] = [Math.floor(x / this.factor), Math.floor(y / this.factor)];
    return this.values[column * this.height + row];
  }
}

// Adds a run; one that goes on where the last ended makes that longer.
function put(runs, start, end) {
  if (end <= start) return;
  if (runs.length && runs[runs.length - 2] + runs[runs.length - 1] === start) runs[runs.length - 1] += end - start;
  else runs.push(start, end - start);
}

// [column, [[from, to], …]] of runs that go down columns of a height and on to the next.
function columnsOf(runs, height) {
  const found = [];
  for (let at = 0; at < runs.length; at += 2) {
    const end = runs[at] + runs[at + 1];
    for (let start = runs[at]; start < end; ) {
      const column = Math.floor(start / height);
      const stop = Math.min(end, (column + 1) * height);
      if (found.at(-1)?.[0] !== column) found.push([column, []]);
      found.at(-1)[1].push([start - column * height, stop - column * height]);
      start = stop;
    }
  }
  return found;
}

// Where a run ends, four bytes at a time where it is long.
function endOf(values, words, at, value) {
  const single = values.BYTES_PER_ELEMENT === 1;
  const [same, shift] = single ? [(value * 0x01010101) >>> 0, 2] : [(value * 0x00010001) >>> 0, 1];
  const rest = (1 << shift) - 1;
  while (at < values.length && at & rest && values[at] === value) at++;
  if (at < values.length && (at & rest) === 0) {
    let word = at >> shift;
    while (word < words.length && words[word] === same) word++;
    at = word << shift;
  }
  while (at < values.length && values[at] === value) at++;
  return at;
}

// The heights between which the upright line at x is within r of the line from (x0, y0) to (x1, y1).
function across(x, x0, y0, x1, y1, r) {
  let low = Infinity;
  let high = -Infinity;
  const take = (from, to) => {
    if (from > to) return;
    low = Math.min(low, from);
    high = Math.max(high, to);
  };
  for (const [cx, cy] of [[x0, y0], [x1, y1]]) {
    const rest = r * r - (x - cx) * (x - cx);
    if (rest >= 0) take(cy - Math.sqrt(rest), cy + Math.sqrt(rest));
  }
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length) take(...band(x - x0, y0, (x1 - x0) / length, (y1 - y0) / length, length, r));
  return [low, high];
}

// The same for the oblong between the two round ends.
function band(dx, y0, ux, uy, length, r) {
  const along = between(uy, -dx * ux, length - dx * ux);
  const beside = between(ux, dx * uy - r, dx * uy + r);
  return [y0 + Math.max(along[0], beside[0]), y0 + Math.min(along[1], beside[1])];
}

// The t with from <= slope * t <= to.
function between(slope, from, to) {
  if (slope === 0) return from <= 0 && to >= 0 ? [-Infinity, Infinity] : [Infinity, -Infinity];
  return slope > 0 ? [from / slope, to / slope] : [to / slope, from / slope];
}

function crossings(points, x) {
  const heights = [];
  points.forEach(([x1, y1], at) => {
    const [x0, y0] = points.at(at - 1);
    if (x0 > x !== x1 > x) heights.push(y0 + ((x - x0) / (x1 - x0)) * (y1 - y0));
  });
  return heights.sort((one, two) => one - two);
}
