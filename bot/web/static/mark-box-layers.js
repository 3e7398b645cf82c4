// Paints boxes: the ones at rest are kept with the picture, the one that is chosen or drawn is painted each time.
import { inkOn, titleOf } from "./mark-bench.js";
import { handles } from "./mark-shapes.js";

const ROOMY = 30;
const CLEAR = 10;
const UNKNOWN = "#9aa5b1";

export class BoxLayers {
  constructor(editor) {
    this.editor = editor;
    this.draft = null;
  }

  still(context, camera) {
    const { boxes, chosen } = this.editor;
    boxes.forEach((box, at) => at !== chosen && this.frame(context, camera, box, 2));
    if (camera.loupe) return;
    boxes.forEach((box, at) => at !== chosen && this.tag(context, camera, box, at));
  }

  lively(context, camera) {
    const { box, chosen } = this.editor;
    const shown = this.draft?.box ?? box;
    const at = this.draft?.at ?? chosen;
    if (box && at !== chosen) this.frame(context, camera, box, 2);
    if (!shown) return;
    this.frame(context, camera, shown, 3, true);
    if (camera.loupe) return;
    this.tag(context, camera, shown, at, this.draft ? 0 : CLEAR);
    if (!this.draft) this.knobs(context, camera, shown);
  }

  frame(context, camera, box, width, filled) {
    const colour = this.colour(box);
    const place = [camera.x(box.x), camera.y(box.y), box.width * camera.scale, box.height * camera.scale];
    context.lineJoin = "miter";
    context.lineWidth = (width + 2) * camera.density;
    context.strokeStyle = "rgb(0 0 0 / 45%)";
    context.strokeRect(...place);
    if (filled) {
      context.globalAlpha = 0.16;
      context.fillStyle = colour;
      context.fillRect(...place);
      context.globalAlpha = 1;
    }
    context.lineWidth = width * camera.density;
    context.strokeStyle = colour;
    context.strokeRect(...place);
  }

  // The number and, where there is room for it, the title, over the upper left corner and clear of its handles.
  tag(context, camera, box, at, rise = 0) {
    const { density } = camera;
    const full = this.editor.boxes.length <= ROOMY;
    const text = full ? `${at + 1} ${this.title(box)}` : String(at + 1);
    context.font = `650 ${(full ? 12 : 10) * density}px system-ui, sans-serif`;
    const most = Math.max(box.width * camera.scale, 60 * density);
    const shown = fitting(context, text, most - 10 * density, String(at + 1));
    const width = context.measureText(shown).width + 10 * density;
    const high = (full ? 18 : 14) * density;
    const left = Math.min(Math.max(camera.x(box.x) - density, 0), Math.max(camera.width - width, 0));
    const over = camera.y(box.y) - high - rise * density;
    const top = over >= 0 ? over : Math.min(Math.max(camera.y(box.y), 0), camera.height - high);
    context.fillStyle = this.colour(box);
    context.beginPath();
    context.roundRect(left, top, width, high, 4 * density);
    context.fill();
    context.fillStyle = inkOn(this.colour(box));
    context.textBaseline = "middle";
    context.fillText(shown, left + 5 * density, top + high / 2 + density / 2);
  }

  knobs(context, camera, box) {
    const { density } = camera;
    const shown = handles(box, camera, this.editor.touch);
    this.stems(context, camera, box, shown);
    for (const handle of shown) {
      const [across, down] = handle.side;
      const edge = !across || !down;
      const radius = (edge ? 5 : this.editor.touch ? 8 : 6) * density;
      context.beginPath();
      context.arc(handle.x, handle.y, radius, 0, 2 * Math.PI);
      context.fillStyle = "#fff";
      context.fill();
      context.lineWidth = 2.5 * density;
      context.strokeStyle = this.colour(box);
      context.stroke();
    }
  }

  // From the corners of a small box to its handles, which stand outside.
  stems(context, camera, box, shown) {
    context.beginPath();
    for (const { side, x, y } of shown.filter((handle) => handle.side[0] && handle.side[1])) {
      context.moveTo(x, y);
      context.lineTo(camera.x(box.x + (side[0] > 0 ? box.width : 0)), camera.y(box.y + (side[1] > 0 ? box.height : 0)));
    }
    context.lineWidth = 1.5 * camera.density;
    context.strokeStyle = "#fff";
    context.stroke();
  }

  title(box) {
    return box.name ?? titleOf(this.editor.labels[box.label]);
  }

  colour(box) {
    return this.editor.labels[box.label]?.colour ?? UNKNOWN;
  }
}

function fitting(context, text, most, least) {
  if (context.measureText(text).width <= most) return text;
  const signs = Array.from(text);
  for (let length = signs.length - 1; length > least.length + 2; length--) {
    const shorter = `${signs.slice(0, length).join("")}…`;
    if (context.measureText(shorter).width <= most) return shorter;
  }
  return least;
}
