// What one finger does in the editor of masks: brush and eraser, regions, corners of a polygon. Each makes a stroke for
// mark-gestures.js; `editor` has map, layer, view, and keeps what comes out.
import { apart } from "./mark-gestures.js";

const STILL = 2;
const NEAR = 10;
const DOUBLE_MS = 350;

// The path of the finger, as wide as the brush. A finger that has not moved yet may be the first of a pinch.
export function brushStroke(editor, first, value) {
  const { map } = editor;
  const change = editor.change(value);
  const radius = editor.radius;
  let last = first;
  let begun = false;
  const paint = (from, to) => {
    begun = true;
    editor.patch(map.capsule(change, from.x, from.y, to.x, to.y, radius));
  };
  const follow = (spot) => {
    editor.cursor = spot;
    if (!begun && apart(first, spot) < STILL) return;
    paint(last, spot);
    last = spot;
  };
  editor.cursor = first;
  return {
    move: follow,
    end: (spot) => {
      if (begun) follow(spot);
      else paint(first, first);
      editor.keep(change, spot);
    },
    cancel: () => editor.dismiss(change),
    focus: (spot) => begun && spot,
  };
}

// Every region the finger comes over. Where the first one has the label already, they lose it.
export function regionStroke(editor, first, value) {
  const { map, regions } = editor;
  const seen = new Set();
  let change = null;
  let last = first;
  const cover = (region, made) => editor.patch(regions.each(region, (x, from, to) => map.column(made, x, from, to)));
  const take = (spot) => {
    const region = regions.at(spot.x, spot.y);
    if (region < 0 || seen.has(region)) return;
    seen.add(region);
    if (change) return cover(region, change);
    change = editor.change(value);
    cover(region, change);
    if (change.runs.length) return;
    change = editor.change(0);
    cover(region, change);
  };
  const follow = (spot) => {
    const steps = Math.max(1, Math.ceil(apart(last, spot) / 4));
    for (let at = 0; at <= steps; at++) take(mixed(last, spot, at / steps));
    last = spot;
  };
  return {
    move: (spot) => (seen.size || apart(first, spot) >= 2 * STILL) && follow(spot),
    end: (spot) => {
      follow(seen.size ? spot : first);
      if (change) editor.keep(change, spot);
    },
    cancel: () => change && editor.dismiss(change),
  };
}

function mixed(one, two, share) {
  return { x: one.x + (two.x - one.x) * share, y: one.y + (two.y - one.y) * share };
}

// Corners one after the other; the first one, a double click or Enter closes.
export class Outline {
  constructor(editor) {
    this.editor = editor;
    this.corners = [];
    this.pointer = null;
  }

  stroke(first) {
    const show = (spot) => {
      this.pointer = spot;
      this.editor.view.changed();
    };
    show(first);
    return { move: show, end: (spot) => this.add(spot), cancel: () => show(null), focus: (spot) => spot };
  }

  add(spot) {
    const last = this.corners.at(-1);
    const twice = last && spot.at - last.at < DOUBLE_MS && this.meets(last, spot);
    if (twice || (this.corners.length > 2 && this.meets(this.corners[0], spot))) return this.close();
    this.corners.push(spot);
    this.editor.view.changed();
  }

  meets(corner, spot) {
    const { camera } = this.editor.view;
    return Math.hypot(corner.x - spot.x, corner.y - spot.y) * camera.scale < NEAR * camera.density;
  }

  close() {
    const { corners, editor } = this;
    this.drop();
    if (corners.length < 3) return;
    const change = editor.change(editor.value());
    editor.map.polygon(change, corners);
    editor.repaint();
    editor.keep(change);
  }

  back() {
    this.corners.pop();
    this.editor.view.changed();
  }

  drop() {
    this.corners = [];
    this.pointer = null;
    this.editor.view.changed();
  }

  draw(context, camera, colour) {
    const { corners, pointer } = this;
    if (!corners.length) return;
    context.beginPath();
    for (const { x, y } of pointer ? [...corners, pointer] : corners) context.lineTo(camera.x(x), camera.y(y));
    for (const [width, tone] of [[4, "rgb(0 0 0 / 50%)"], [2, colour]]) {
      context.lineWidth = width * camera.density;
      context.strokeStyle = tone;
      context.stroke();
    }
    corners.forEach(({ x, y }, at) => {
      context.beginPath();
      context.arc(camera.x(x), camera.y(y), (at ? 4 : 6) * camera.density, 0, 2 * Math.PI);
      context.fillStyle = "#fff";
      context.fill();
      context.stroke();
    });
  }
}
