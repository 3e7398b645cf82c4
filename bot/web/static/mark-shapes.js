// Boxes as numbers: handles, what a finger means, and edges that stay inside the picture. Boxes are never changed, only
// replaced: {label, x, y, width, height, given?}. `given` is the record as it came, until somebody changes the box.
export const TAP = 4;
const HANDLE = 48;
const MOUSE_HANDLE = 22;
export const SIDES = [[-1, -1], [0, -1], [1, -1], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0]];

export function boxOf(record, label) {
  const { x, y, width, height } = record;
  return { label, x, y, width, height, given: record };
}

// Whole pixels, at least one of them, inside the picture.
export function recordOf(box, name, picture) {
  if (box.given) return { ...box.given, label: name };
  const [x, width] = whole(box.x, box.width, picture.width);
  const [y, height] = whole(box.y, box.height, picture.height);
  return { label: name, x, y, width, height };
}

function whole(start, length, most) {
  const from = Math.min(Math.max(Math.round(start), 0), most - 1);
  const to = Math.min(Math.max(Math.round(start + length), from + 1), most);
  return [from, to - from];
}

// A box that was changed is no longer the one that was given.
function mended({ given, ...box }, change) {
  return { ...box, ...change };
}

// The edges of the box between two points, cut to the picture.
export function between(one, two, picture) {
  const [left, right] = ordered(one.x, two.x, picture.width);
  const [top, bottom] = ordered(one.y, two.y, picture.height);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function ordered(one, two, most) {
  const [a, b] = [one, two].map((value) => Math.min(Math.max(value, 0), most));
  return [Math.min(a, b), Math.max(a, b)];
}

export function moved(box, across, down, picture) {
  const x = Math.min(Math.max(box.x + across, 0), picture.width - box.width);
  const y = Math.min(Math.max(box.y + down, 0), picture.height - box.height);
  return mended(box, { x, y });
}

// Moves the edges on one of SIDES; an edge pulled over the opposite one changes places with it.
export function resized(box, [side, end], across, down, picture) {
  const one = { x: box.x + (side < 0 ? across : 0), y: box.y + (end < 0 ? down : 0) };
  const two = { x: box.x + box.width + (side > 0 ? across : 0), y: box.y + box.height + (end > 0 ? down : 0) };
  return mended(box, atLeastOne(between(one, two, picture), picture));
}

// As an answer must have a width and a height, a box has a pixel of each.
export function atLeastOne(box, picture) {
  const width = Math.max(box.width, 1);
  const height = Math.max(box.height, 1);
  const x = Math.min(box.x, picture.width - width);
  const y = Math.min(box.y, picture.height - height);
  return { ...box, x, y, width, height };
}

// Where the eight handles of a box lie: their middles in device pixels and half their hit areas. They take at most a
// quarter of the box at each end, so that its middle can always be moved: on a small box they stand outside, and those
// in the middle of an edge are left out where three would not fit.
export function handles(box, camera, touch) {
  const size = (touch ? HANDLE : MOUSE_HANDLE) * camera.density;
  const across = places(box.width * camera.scale, size);
  const down = places(box.height * camera.scale, size);
  const found = [];
  for (const side of SIDES) {
    const x = across[side[0]];
    const y = down[side[1]];
    if (x && y) found.push({ side, x: camera.x(box.x) + x.at, y: camera.y(box.y) + y.at, wide: x.half, high: y.half });
  }
  return found;
}

function places(length, size) {
  const out = size / 2 - Math.min(size / 2, length / 4);
  const middle = length - 2 * (size / 2 - out);
  return {
    [-1]: { at: -out, half: size / 2 },
    0: middle >= size ? { at: length / 2, half: middle / 2 } : null,
    1: { at: length + out, half: size / 2 },
  };
}

// The handle under a point of the canvas; the nearest, where several are.
export function handleAt(box, camera, x, y, touch) {
  const off = (handle) => Math.hypot(handle.x - x, handle.y - y);
  const under = handles(box, camera, touch).filter((one) => Math.abs(one.x - x) <= one.wide && Math.abs(one.y - y) <= one.high);
  return under.sort((one, two) => off(one) - off(two))[0]?.side ?? null;
}

export function inside(box, spot) {
  return spot.x >= box.x && spot.y >= box.y && spot.x <= box.x + box.width && spot.y <= box.y + box.height;
}

// The places of the boxes under a spot, the smallest first. Fingers hit small boxes from a little beside them.
export function under(boxes, spot, reach) {
  const near = (box) => {
    const wide = Math.max(0, reach - box.width / 2);
    const high = Math.max(0, reach - box.height / 2);
    return inside({ x: box.x - wide, y: box.y - high, width: box.width + 2 * wide, height: box.height + 2 * high }, spot);
  };
  const hit = boxes.map((box, at) => ({ box, at })).filter(({ box }) => near(box));
  const exact = hit.filter(({ box }) => inside(box, spot));
  const found = exact.length ? exact : hit;
  return found.sort((one, two) => one.box.width * one.box.height - two.box.width * two.box.height).map(({ at }) => at);
}
