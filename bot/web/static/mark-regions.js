// The regions of a picture (superpixels): a map, mostly smaller than the picture, whose regions are painted whole.

// From the file: zlib of pairs of two-byte numbers (region, length), column by column.
export async function regionsFrom(response, picture) {
  if (!response.ok) throw new Error(`${response.status}`);
  const [width, height] = response.headers.get("x-regions-size").split("x").map(Number);
  const parents = (response.headers.get("x-regions-parents") ?? "").split(",").filter(Boolean).map(Number);
  const opened = response.body.pipeThrough(new DecompressionStream("deflate"));
  const pairs = new DataView(await new Response(opened).arrayBuffer());
  const ids = new Uint16Array(width * height);
  let end = 0;
  for (let at = 0; at + 4 <= pairs.byteLength; at += 4) {
    const length = pairs.getUint16(at + 2, true);
    ids.fill(pairs.getUint16(at, true), end, (end += length));
  }
  return new Regions({ width, height, ids, parents, picture });
}

export class Regions {
  constructor({ width, height, ids, parents, picture }) {
    Object.assign(this, { width, height, ids, parents });
    this.finer = false;
    this.coarse = parents.length ? ids.map((id) => parents[id - 1] ?? id) : ids;
    // Where each column and row of the map begins in the original, and which one every pixel of the original is in.
    const ratio = [Math.max(width, height), Math.max(picture.width, picture.height)];
    this.lefts = cuts(width, picture.width, ratio);
    this.starts = cuts(height, picture.height, ratio);
    this.columns = places(this.lefts, picture.width);
    this.rows = places(this.starts, picture.height);
    this.picture = picture;
  }

  get shown() {
    return this.finer ? this.ids : this.coarse;
  }

  // The region at a point of the original, -1 outside of it.
  at(x, y) {
    const column = this.columns[Math.floor(x)];
    const row = this.rows[Math.floor(y)];
    return column === undefined || row === undefined ? -1 : this.shown[column * this.height + row];
  }

  // Calls back with (x, from, to) of every column of original pixels that belongs to a region. Answers which part of the
  // original it lies in: [left, top, right, bottom].
  each(region, told) {
    const { columns, picture } = this;
    const part = [Infinity, Infinity, -Infinity, -Infinity];
    let spans = [];
    for (let x = 0, column = -1; x < picture.width; x++) {
      if (columns[x] !== column) spans = this.spansIn((column = columns[x]), region);
      for (let at = 0; at < spans.length; at += 2) told(x, spans[at], spans[at + 1]);
      if (spans.length) widen(part, x, spans[0], x + 1, spans.at(-1));
    }
    return part;
  }

  // [from, to, …] of the rows of original pixels where a column of the map is of a region.
  spansIn(column, region) {
    const { shown, height, starts } = this;
    const spans = [];
    const end = (column + 1) * height;
    for (let at = column * height; at < end; at++) {
      if (shown[at] !== region) continue;
      const from = at;
      while (at < end && shown[at] === region) at++;
      spans.push(starts[from - column * height], starts[at - column * height]);
    }
    return spans;
  }
}

// Where `few` cells begin and end on `many` pixels, of which `pixels` are as long as `cells`: a pixel belongs to the cell
// that its middle lies in, as bot/labels/rle.py cuts them for what is picked in the chat.
function cuts(few, many, [cells, pixels]) {
  const start = (cell) => Math.min(many, Math.floor((2 * cell * pixels + cells - 1) / (2 * cells)));
  return [...Array.from({ length: few }, (_, cell) => start(cell)), many];
}

function places(starts, length) {
  const found = new Uint16Array(length);
  for (let cell = 0; cell + 1 < starts.length; cell++) found.fill(cell, starts[cell], starts[cell + 1]);
  return found;
}

function widen(part, left, top, right, bottom) {
  part[0] = Math.min(part[0], left);
  part[1] = Math.min(part[1], top);
  part[2] = Math.max(part[2], right);
  part[3] = Math.max(part[3], bottom);
}
