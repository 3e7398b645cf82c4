// The canvas that shows a picture and what is drawn over it, only when something changed.
import { Camera } from "./mark-camera.js";
import { Gestures } from "./mark-gestures.js";
import { make } from "./dom.js";
import { word } from "./words.js";

const LOUPE = 116;
const NEARER = 2.5;
const INSET = 10;
const SMALL_SIDE = 2048;
const ZOOM_STEP = 1.6;

export class View {
  // `layers` has still(context, camera), drawn once for a view and kept, and lively(context, camera), drawn each time.
  constructor({ picture, load, layers, tool }) {
    this.camera = new Camera(picture.width, picture.height);
    this.layers = layers;
    this.canvas = make("canvas", { tabindex: "0", role: "application", "aria-label": picture.alt || word("mark.picture") });
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.kept = make("canvas");
    this.keptContext = this.kept.getContext("2d", { alpha: false });
    this.keptVersion = -1;
    this.bitmaps = [];
    this.frame = 0;
    this.loupe = null;
    this.held = false;
    this.gestures = new Gestures(this.canvas, this, tool);
    this.stop = new AbortController();
    // A phone may drop what a hidden canvas shows.
    document.addEventListener("visibilitychange", () => this.stale(), { signal: this.stop.signal });
    this.canvas.addEventListener("contextrestored", () => this.stale(), { signal: this.stop.signal });
    this.watching = new ResizeObserver((entries) => this.resized(entries[0]));
    this.watching.observe(this.canvas);
    this.ready = this.open(picture, load);
  }

  destroy() {
    this.gestures.destroy();
    this.watching.disconnect();
    this.stop.abort();
    cancelAnimationFrame(this.frame);
    this.gone = true;
    for (const bitmap of this.bitmaps) bitmap.close();
  }

  async open(picture, load) {
    const response = await load(picture.url);
    if (!response.ok) throw new Error(`${response.status}`);
    const whole = await createImageBitmap(await response.blob());
    this.bitmaps = [whole];
    const side = Math.max(whole.width, whole.height);
    // From a large photo a small copy is made for the far view: scaling megapixels down for every frame is slow.
    if (side > SMALL_SIDE) {
      const share = SMALL_SIDE / 2 / side;
      const size = { resizeWidth: Math.round(whole.width * share), resizeHeight: Math.round(whole.height * share) };
      this.bitmaps.unshift(await createImageBitmap(whole, { ...size, resizeQuality: "high" }));
    }
    if (this.gone) return this.destroy();
    this.stale();
  }

  resized(entry) {
    const density = devicePixelRatio || 1;
    const { inlineSize, blockSize } = entry.devicePixelContentBoxSize?.[0] ?? {};
    const width = exact(inlineSize, entry.contentRect.width * density);
    const height = exact(blockSize, entry.contentRect.height * density);
    if (!width || !height) return;
    for (const canvas of [this.canvas, this.kept]) Object.assign(canvas, { width, height });
    this.camera.resize(width, height, density);
    this.draw();
  }

  // Something that is drawn each time changed.
  changed() {
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  // Something that is kept changed as well.
  stale() {
    this.keptVersion = -1;
    this.changed();
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (this.keptVersion !== this.camera.version) {
      this.scene(this.keptContext, this.camera);
      this.keptVersion = this.camera.version;
    }
    this.context.drawImage(this.kept, 0, 0);
    this.layers.lively(this.context, this.camera);
    if (this.loupe) this.drawLoupe();
  }

  scene(context, camera) {
    context.fillStyle = this.wall;
    context.fillRect(0, 0, camera.width, camera.height);
    this.drawPicture(context, camera);
    this.layers.still(context, camera);
  }

  // Of a bitmap that was padded only the picture itself.
  drawPicture(context, camera) {
    const { width, height } = camera.picture;
    const longer = Math.max(width, height);
    const shares = this.bitmaps.map((bitmap) => Math.max(bitmap.width, bitmap.height) / longer);
    const found = shares.findIndex((share) => share >= camera.scale);
    const at = found < 0 ? this.bitmaps.length - 1 : found;
    if (at < 0) return;
    const bitmap = this.bitmaps[at];
    const share = shares[at];
    context.imageSmoothingEnabled = camera.scale < 6 * share;
    const used = [Math.min(width * share, bitmap.width), Math.min(height * share, bitmap.height)];
    context.drawImage(bitmap, 0, 0, ...used, camera.left, camera.top, width * camera.scale, height * camera.scale);
    context.imageSmoothingEnabled = true;
  }

  get wall() {
    return getComputedStyle(this.canvas).backgroundColor;
  }

  // Shows a loupe at the point a stroke is about, on the side where the finger is not.
  look(stroke, spot) {
    const before = this.loupe;
    const point = stroke?.focus?.(spot);
    this.loupe = point ? { point, right: spot.left < this.canvas.clientWidth / 2 } : null;
    if (before || this.loupe) this.changed();
  }

  drawLoupe() {
    const { camera, context } = this;
    const side = Math.round(LOUPE * camera.density);
    const left = this.loupe.right ? camera.width - side - INSET * camera.density : INSET * camera.density;
    const top = INSET * camera.density;
    const near = camera.near(this.loupe.point.x, this.loupe.point.y, side, NEARER);
    context.save();
    context.translate(left, top);
    context.beginPath();
    context.arc(side / 2, side / 2, side / 2, 0, 2 * Math.PI);
    context.save();
    context.clip();
    this.scene(context, near);
    this.layers.lively(context, near);
    context.restore();
    context.beginPath();
    context.arc(side / 2, side / 2, side / 2, 0, 2 * Math.PI);
    for (const [width, colour] of [[5, "rgb(0 0 0 / 35%)"], [3, "#fff"]]) {
      context.lineWidth = width * camera.density;
      context.strokeStyle = colour;
      context.stroke();
    }
    context.restore();
  }

  // While the picture is held, layers may draw more coarsely.
  handled(held) {
    this.held = held;
    this.changed();
  }

  tapped(spot) {
    this.camera.tapped(this.camera.x(spot.x), this.camera.y(spot.y));
    this.changed();
  }

  zoomIn() {
    this.zoomBy(ZOOM_STEP);
  }

  zoomOut() {
    this.zoomBy(1 / ZOOM_STEP);
  }

  zoomBy(factor) {
    this.camera.zoom(factor, this.camera.width / 2, this.camera.height / 2);
    this.changed();
  }

  fit() {
    this.camera.fit();
    this.changed();
  }
}

// Browsers that round a box to the screen's pixels tell how; where they do not, or forget the density, it is reckoned.
function exact(told, reckoned) {
  return Math.abs(told - reckoned) <= 1 ? told : Math.round(reckoned);
}
