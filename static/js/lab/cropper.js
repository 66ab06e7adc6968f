// Chooses the part of a picture: by dragging, by keys, turned by quarters. What is chosen are five numbers; the
// picture itself stays as it is.

const LEAST = 64; // pixels of a side that must be left, of the picture as the server keeps it
const KEPT = 4096; // pixels of its long side there
const LARGEST = 720; // pixels of the drawing's long side
const whole = () => ({ left: 0, top: 0, width: 1, height: 1, turn: 0 });

/** Makes the article of a picture choose a part of `image`; `told` hears of every change. */
export class Cropper {
  constructor(piece, image, told) {
    this.image = image;
    this.told = told;
    this.canvas = piece.querySelector('canvas');
    this.cut = piece.querySelector('.cut');
    this.output = piece.querySelector('output');
    this.chosen = whole();
    this.cut.addEventListener('pointerdown', (event) => this.grab(event));
    this.cut.addEventListener('keydown', (event) => this.key(event));
    this.draw();
  }

  /** The size of the picture as it is turned now. */
  get size() {
    const { naturalWidth: width, naturalHeight: height } = this.image;
    return this.chosen.turn % 180 ? [height, width] : [width, height];
  }

  /** "left,top,width,height,turn" for the server. */
  get value() {
    const { left, top, width, height, turn } = this.chosen;
    return [...[left, top, width, height].map((share) => share.toFixed(5)), turn].join(',');
  }

  reset() {
    this.chosen = whole();
    this.draw();
  }

  /** A quarter turn; what was chosen turns along. */
  turn(way) {
    const { left, top, width, height, turn } = this.chosen;
    const turned = way > 0 ? { left: 1 - top - height, top: left } : { left: top, top: 1 - left - width };
    this.chosen = { ...turned, width: height, height: width, turn: (turn + way + 360) % 360 };
    this.draw();
  }

  draw() {
    const [width, height] = this.size;
    const scale = Math.min(1, LARGEST / Math.max(width, height));
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.canvas.parentElement.style.setProperty('--w', this.canvas.width);
    this.canvas.parentElement.style.setProperty('--h', this.canvas.height);
    const paper = this.canvas.getContext('2d');
    paper.translate(this.canvas.width / 2, this.canvas.height / 2);
    paper.rotate((this.chosen.turn * Math.PI) / 180);
    const [wide, high] = [this.image.naturalWidth * scale, this.image.naturalHeight * scale];
    paper.drawImage(this.image, -wide / 2, -high / 2, wide, high);
    this.show();
  }

  show() {
    const { left, top, width, height } = this.chosen;
    for (const [name, share] of Object.entries({ 'cut-l': left, 'cut-t': top, 'cut-r': 1 - left - width, 'cut-b': 1 - top - height })) {
      this.cut.style.setProperty(`--${name}`, `${(share * 100).toFixed(3)}%`);
    }
    const [wide, high] = this.size;
    const all = width > 0.999 && height > 0.999;
    this.output.value = `${Math.round(width * wide)} × ${Math.round(height * high)}${all ? ', all of it' : ''}`;
    this.cut.setAttribute('aria-description', `${Math.round(width * 100)} by ${Math.round(height * 100)} percent of the picture`);
    this.told(this.value);
  }

  /** New edges (shares of the picture), kept within it and large enough; `fixed` keeps the size and only moves. */
  put({ left, top, right, bottom }, fixed = false) {
    const [wide, high] = this.size;
    const enough = Math.ceil(LEAST * Math.max(1, wide / KEPT, high / KEPT));
    const least = { x: Math.min(1, enough / wide), y: Math.min(1, enough / high) };
    if (fixed) {
      const { width, height } = this.chosen;
      left = clamp(left, 0, 1 - width);
      top = clamp(top, 0, 1 - height);
      [right, bottom] = [left + width, top + height];
    } else {
      left = clamp(left, 0, right - least.x);
      top = clamp(top, 0, bottom - least.y);
      right = clamp(right, left + least.x, 1);
      bottom = clamp(bottom, top + least.y, 1);
    }
    Object.assign(this.chosen, { left: Math.max(0, left), top: Math.max(0, top) });
    this.chosen.width = Math.min(1 - this.chosen.left, right - this.chosen.left);
    this.chosen.height = Math.min(1 - this.chosen.top, bottom - this.chosen.top);
    this.show();
  }

  get edges() {
    const { left, top, width, height } = this.chosen;
    return { left, top, right: left + width, bottom: top + height };
  }

  grab(event) {
    event.preventDefault();
    this.cut.focus();
    this.cut.setPointerCapture(event.pointerId);
    const corner = event.target.dataset.corner ?? '';
    const from = this.edges;
    const box = this.canvas.getBoundingClientRect();
    const move = (now) => {
      const x = (now.clientX - event.clientX) / box.width;
      const y = (now.clientY - event.clientY) / box.height;
      const next = { ...from };
      if (!corner || corner.includes('w')) next.left += x;
      if (!corner || corner.includes('e')) next.right += x;
      if (!corner || corner.includes('n')) next.top += y;
      if (!corner || corner.includes('s')) next.bottom += y;
      this.put(next, !corner);
    };
    const end = () => {
      this.cut.removeEventListener('pointermove', move);
      this.cut.removeEventListener('pointerup', end);
      this.cut.removeEventListener('pointercancel', end);
    };
    this.cut.addEventListener('pointermove', move);
    this.cut.addEventListener('pointerup', end);
    this.cut.addEventListener('pointercancel', end);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const arrow = arrows[event.key];
    if (arrow) {
      const [x, y] = arrow.map((way) => way * 0.02);
      const next = this.edges;
      if (event.shiftKey) this.put({ ...next, right: next.right + x, bottom: next.bottom + y });
      else this.put({ left: next.left + x, right: next.right + x, top: next.top + y, bottom: next.bottom + y }, true);
    } else if (event.key === 'r' || event.key === 'R') this.turn(event.shiftKey ? -90 : 90);
    else if (event.key === '0') this.reset();
    else return;
    event.preventDefault();
  }
}

function clamp(value, least, most) {
  return Math.min(Math.max(value, least), Math.max(least, most));
}
