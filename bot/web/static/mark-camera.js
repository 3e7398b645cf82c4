// How the picture lies on the canvas: `scale` device pixels show one pixel of the original, whose upper left corner is
// at (left, top). Coordinates of the picture are exact numbers, never rounded here.
const MARGIN = 14;
const CLOSEST = 24;
const TAP_ZOOM = 2.5;

export class Camera {
  constructor(width, height) {
    this.picture = { width, height };
    this.width = this.height = 1;
    this.density = 1;
    this.left = this.top = 0;
    this.scale = 1;
    this.fitted = true;
    this.version = 0;
  }

  // The canvas in device pixels; `density` of them make a CSS pixel.
  resize(width, height, density) {
    const [x, y] = this.under(this.width / 2, this.height / 2);
    const apparent = this.scale / this.density;
    Object.assign(this, { width, height, density });
    if (this.fitted) return this.fit();
    this.scale = apparent * density;
    this.put(x, y, width / 2, height / 2);
  }

  fit() {
    this.scale = this.whole;
    this.fitted = true;
    this.put(this.picture.width / 2, this.picture.height / 2, this.width / 2, this.height / 2);
  }

  // Zooms so that the point at (x, y) of the canvas stays there; the whole picture is as small as it gets.
  zoom(factor, x, y) {
    const [px, py] = this.under(x, y);
    this.settle(this.scale * factor, px, py, x, y);
  }

  // Shows the point (px, py) of the picture at (x, y) of the canvas.
  settle(scale, px, py, x, y) {
    this.scale = Math.min(Math.max(scale, this.whole), this.closest);
    this.fitted = this.scale === this.whole;
    if (this.fitted) this.fit();
    else this.put(px, py, x, y);
  }

  tapped(x, y) {
    if (this.fitted) this.zoom(TAP_ZOOM, x, y);
    else this.fit();
  }

  put(px, py, x, y) {
    this.left = within(x - px * this.scale, this.picture.width * this.scale, this.width, MARGIN * this.density);
    this.top = within(y - py * this.scale, this.picture.height * this.scale, this.height, MARGIN * this.density);
    this.version++;
  }

  get whole() {
    const margin = 2 * MARGIN * this.density;
    const across = Math.max(this.width - margin, 1) / this.picture.width;
    return Math.min(across, Math.max(this.height - margin, 1) / this.picture.height);
  }

  get closest() {
    return Math.max(this.whole * 4, CLOSEST * this.density);
  }

  // From the canvas to the picture, and back.
  under(x, y) {
    return [(x - this.left) / this.scale, (y - this.top) / this.scale];
  }

  x(px) {
    return this.left + px * this.scale;
  }

  y(py) {
    return this.top + py * this.scale;
  }

  // Another camera of `side` device pixels that looks at one point, nearer by `factor`.
  near(px, py, side, factor) {
    const other = new Camera(this.picture.width, this.picture.height);
    const scale = Math.min(this.scale * factor, Math.max(this.closest, this.scale));
    return Object.assign(other, {
      width: side,
      height: side,
      density: this.density,
      scale,
      left: side / 2 - px * scale,
      top: side / 2 - py * scale,
      loupe: true,
    });
  }
}

// Centred where all of it fits; else its edges may come inwards, so that a thumb reaches what is at the rim.
function within(start, size, room, margin) {
  const over = size - (room - 2 * margin);
  if (over <= 0) return (room - size) / 2;
  const play = Math.min(over, room / 2 - margin);
  return Math.min(Math.max(start, room - margin - size - play), margin + play);
}
