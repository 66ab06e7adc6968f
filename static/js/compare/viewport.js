// Which part of the picture is seen: the same spot in every pane. x and y are the middle of the view as shares
// of the picture.

const LARGEST = 16;

export class Viewport {
  constructor(root, changed) {
    this.root = root;
    this.set(1, 0.5, 0.5);
    this.changed = changed;
  }

  set(scale, x, y) {
    this.scale = Math.max(1, Math.min(LARGEST, scale));
    const room = 0.5 / this.scale;
    this.x = Math.max(room, Math.min(1 - room, x));
    this.y = Math.max(room, Math.min(1 - room, y));
    const { style, classList } = this.root;
    style.setProperty('--zoom', this.scale);
    style.setProperty('--tx', (0.5 - this.x) * this.scale * 100);
    style.setProperty('--ty', (0.5 - this.y) * this.scale * 100);
    classList.toggle('zoomed', this.scale > 1.001);
    classList.toggle('crisp', this.scale >= 6);
    this.changed?.();
  }

  /** Zoom by `factor` so that what is at (px, py) of a pane, 0 to 1, stays there. */
  zoomAt(factor, px = 0.5, py = 0.5) {
    const scale = Math.max(1, Math.min(LARGEST, this.scale * factor));
    const spotX = this.x + (px - 0.5) / this.scale;
    const spotY = this.y + (py - 0.5) / this.scale;
    this.set(scale, spotX - (px - 0.5) / scale, spotY - (py - 0.5) / scale);
  }

  /** Move the view by shares of a pane. */
  pan(dx, dy) {
    this.set(this.scale, this.x - dx / this.scale, this.y - dy / this.scale);
  }

  reset() {
    this.set(1, 0.5, 0.5);
  }
}
