// Fingers, pens and mice on the canvas: one finger draws, two pinch and pan, two quick taps zoom, a wheel zooms.
const TAP_MS = 260;
const TAP_REACH = 10;
const AGAIN_MS = 320;
const AGAIN_REACH = 26;
const EARLY_MS = 250;

export class Gestures {
  // `tool` has begin(spot) -> {move(spot), end(spot), cancel(), focus?(spot)} or null, hover(spot or null), mayZoom(spot),
  // which is asked when the same place is tapped twice, and forgetTap(), which takes back what the first tap did.
  constructor(canvas, view, tool) {
    this.canvas = canvas;
    this.view = view;
    this.tool = tool;
    this.fingers = new Map();
    this.stroke = null;
    this.hand = null;
    this.tapped = null;
    this.space = false;
    this.stop = new AbortController();
    this.listen();
  }

  listen() {
    const on = (type, told) => this.canvas.addEventListener(type, told, { signal: this.stop.signal, passive: false });
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", (event) => this.lost(event));
    on("pointerleave", () => this.tool.hover(null));
    on("wheel", (event) => this.wheel(event));
    for (const type of ["contextmenu", "touchstart", "gesturestart", "dragstart"]) on(type, (event) => event.preventDefault());
  }

  destroy() {
    this.stop.abort();
  }

  // A place on the canvas: x, y of the picture; left, top in CSS pixels of the canvas.
  spot(event) {
    const frame = this.canvas.getBoundingClientRect();
    const left = event.clientX - frame.left;
    const top = event.clientY - frame.top;
    const [x, y] = this.view.camera.under((left * this.canvas.width) / frame.width, (top * this.canvas.height) / frame.height);
    return { x, y, left, top, touch: event.pointerType !== "mouse", shift: event.shiftKey, at: event.timeStamp };
  }

  down(event) {
    // The first finger on the screen: should others still be noted, their end was never told.
    if (event.isPrimary) this.reset();
    if (event.button > 1 || this.fingers.size > 1) return;
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    const spot = this.spot(event);
    this.fingers.set(event.pointerId, { spot, first: spot });
    if (this.fingers.size > 1 || event.button === 1 || this.space) return this.grasp(spot.at);
    if (this.hand) return;
    this.stroke = this.tool.begin(spot);
    this.view.look(spot.touch ? this.stroke : null, spot);
  }

  move(event) {
    const finger = this.fingers.get(event.pointerId);
    if (!finger) return event.pointerType === "mouse" && this.tool.hover(this.spot(event));
    finger.spot = this.spot(event);
    if (this.hand) return this.carry();
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const one of passed.length ? passed : [event]) this.stroke?.move(this.spot(one));
    this.view.look(finger.spot.touch ? this.stroke : null, finger.spot);
  }

  up(event) {
    const finger = this.fingers.get(event.pointerId);
    if (!finger) return;
    this.fingers.delete(event.pointerId);
    this.view.look(null);
    if (this.hand) return this.fingers.size ? this.grasp() : this.release();
    const { stroke } = this;
    this.stroke = null;
    const spot = this.spot(event);
    if (!this.again(finger.first, spot)) return stroke?.end(spot);
    stroke?.cancel();
    this.tool.forgetTap();
    this.view.tapped(spot);
  }

  lost(event) {
    if (!this.fingers.delete(event.pointerId)) return;
    this.view.look(null);
    if (this.hand) return this.fingers.size ? this.grasp() : this.release();
    this.drop();
  }

  reset() {
    this.fingers.clear();
    this.hand = null;
    this.drop();
  }

  // What is being drawn is given up.
  drop() {
    this.stroke?.cancel();
    this.stroke = null;
  }

  // Whether this was the second of two quick taps that the tool lets zoom.
  again(first, spot) {
    const tap = spot.touch && spot.at - first.at < TAP_MS && apart(first, spot) < TAP_REACH;
    const former = this.tapped;
    this.tapped = tap ? spot : null;
    if (!tap || !former || spot.at - former.at > AGAIN_MS || apart(former, spot) > AGAIN_REACH) return false;
    this.tapped = null;
    return this.tool.mayZoom(spot);
  }

  // The picture is held from here on. What a finger had just begun to draw was meant as a pinch; what it had drawn for
  // a while stays.
  grasp(now) {
    if (this.stroke) {
      const [{ first, spot }] = this.fingers.values();
      if (now - first.at < EARLY_MS || apart(first, spot) < TAP_REACH) this.stroke.cancel();
      else this.stroke.end(spot);
    }
    this.stroke = null;
    this.tapped = null;
    this.view.look(null);
    this.view.handled(true);
    const { middle, distance } = this.span();
    const { camera } = this.view;
    this.hand = { distance, scale: camera.scale, point: camera.under(...middle) };
  }

  carry() {
    const { middle, distance } = this.span();
    const factor = this.hand.distance ? distance / this.hand.distance : 1;
    this.view.camera.settle(this.hand.scale * factor, ...this.hand.point, ...middle);
    this.view.changed();
  }

  release() {
    this.hand = null;
    this.view.handled(false);
  }

  // The middle of the fingers in device pixels, and how far they are apart.
  span() {
    const spots = Array.from(this.fingers.values(), (finger) => finger.spot);
    const [one, two = one] = spots;
    const ratio = this.canvas.width / this.canvas.getBoundingClientRect().width;
    const middle = [((one.left + two.left) / 2) * ratio, ((one.top + two.top) / 2) * ratio];
    return { middle, distance: spots.length > 1 ? Math.max(apart(one, two), 1) : 0 };
  }

  wheel(event) {
    event.preventDefault();
    if (this.fingers.size) return;
    const { camera } = this.view;
    const spot = this.spot(event);
    const turned = event.deltaY * (event.deltaMode ? 16 : 1);
    camera.zoom(Math.exp(-turned * (event.ctrlKey ? 0.01 : 0.0016)), camera.x(spot.x), camera.y(spot.y));
    this.view.changed();
    this.tool.hover(this.spot(event));
  }
}

export function apart(one, two) {
  return Math.hypot(one.left - two.left, one.top - two.top);
}
