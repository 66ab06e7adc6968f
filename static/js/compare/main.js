// <rs-compare>: several renders of one footage, in exact step. `status()` says what was measured.

import { toast } from '../toast.js';
import { address, query, remember } from './address.js';
import { Clock } from './clock.js';
import { listen as listenToGestures } from './gestures.js';
import { listen as listenToKeys } from './keys.js';
import { ORIGINAL, Panes } from './panes.js';
import { slider, tellSpot, whenMoved } from './sliders.js';
import { reveal } from './strip.js';
import { Timing } from './timing.js';
import { Transport } from './transport.js';
import { Viewport } from './viewport.js';

const SPEEDS = [0.1, 0.25, 0.5, 1, 2];
const MOST = 9;
const LENS = 2; // how much larger the loupe shows
const BLINK = 700; // ms: slower than three flashes a second
const still = matchMedia('(prefers-reduced-motion: reduce)');

class RsCompare extends HTMLElement {
  connectedCallback() {
    if (this.clock) return;
    const data = JSON.parse(document.getElementById('compare-data').textContent);
    this.picks = new Map(data.picks.map((pick) => [pick.ref, pick]));
    this.timing = new Timing(data.rate, data.frames);
    this.place = this.querySelector('[data-stage]');
    Object.assign(this, { layout: data.layout, a: data.a, b: data.b, grid: data.grid, cut: data.cut, lens: data.lens });
    this.density = data.density;
    this.panes = new Panes(this.place, this.picks, this.timing, data.proxyWidth);
    this.clock = new Clock(this.timing);
    this.clock.marks = { in: data.in, out: data.out };
    this.#furnish();
    this.viewport = new Viewport(this, () => this.#afterView());
    this.transport = new Transport(this, this.clock, this.timing, { address: data.strip, tiles: data.tiles });
    this.viewport.set(...data.zoom);
    this.setCut(this.cut / 100);
    this.setLens(...this.lens);
    this.classList.add('ready');
    this.#listen();
    this.#open(data.t ?? data.in ?? Math.floor(data.frames / 3));
  }

  /** What is on the screen, measured: the leader's frame, the drift in frames, every pane's frame. */
  status() {
    const { frames, drift, worst, phase } = this.clock.measured;
    const { layout, a, b, grid, cut, lens } = this;
    return { frame: this.clock.frame, drift, worst, phase, pace: this.clock.pace, playing: this.clock.playing, frames, layout, a, b, grid: [...grid], cut, lens: [...lens], zoom: this.viewport.scale, marks: { ...this.clock.marks }, loop: this.clock.loop };
  }

  get shown() {
    if (this.layout === 'grid') return this.grid;
    return this.a === this.b ? [this.a] : [this.a, this.b];
  }

  setLayout(layout) {
    if (layout === 'grid' && !this.grid.length) this.grid = [this.a, this.b];
    this.layout = layout;
    return this.#arrange();
  }

  /** Put the pick of a number (from 0) at a side; in the grid, in or out. */
  assign(number, side) {
    const pick = [...this.picks.values()][number];
    if (pick) this.set(pick.ref, this.layout === 'grid' ? 'grid' : side);
  }

  set(ref, side) {
    if (side === 'grid') {
      if (this.grid.includes(ref)) {
        if (this.grid.length > 1) this.grid = this.grid.filter((one) => one !== ref);
      } else if (this.grid.length < MOST) this.grid = [...this.grid, ref];
      else return toast('The grid holds nine. Take one out first.');
    } else {
      const other = side === 'a' ? 'b' : 'a';
      if (this[other] === ref) this[other] = this[side];
      this[side] = ref;
    }
    return this.#arrange();
  }

  swap() {
    if (this.layout === 'blink') return this.#flip();
    [this.a, this.b] = [this.b, this.a];
    return this.#arrange();
  }

  /** The next pick at B. */
  next(by) {
    const refs = [...this.picks.keys()].filter((ref) => ref !== this.a);
    if (refs.length) this.set(refs[(refs.indexOf(this.b) + by + refs.length) % refs.length], 'b');
  }

  setCut(share) {
    this.cut = Math.max(0, Math.min(100, share * 100));
    this.style.setProperty('--cut', `${this.cut}%`);
    this.handle.setAttribute('aria-valuenow', Math.round(this.cut));
    if (this.clock.tracks.length) remember(this);
  }

  setLens(x, y) {
    this.lens = [Math.max(0, Math.min(1, x)), Math.max(0, Math.min(1, y))];
    this.style.setProperty('--lx', this.lens[0]);
    this.style.setProperty('--ly', this.lens[1]);
    tellSpot(this.glass, ...this.lens);
    this.glass.classList.toggle('low', this.lens[1] > 0.6);
    this.#magnify();
    if (this.clock.tracks.length) remember(this);
  }

  /** Set a mark at the frame that is shown; a mark that stands there goes. */
  mark(which) {
    const { marks, frame } = this.clock;
    const other = which === 'in' ? 'out' : 'in';
    marks[which] = marks[which] === frame ? null : frame;
    if (marks.in !== null && marks.out !== null && marks.in >= marks.out) marks[other] = null;
    this.transport.paint();
    remember(this);
  }

  faster(by) {
    const at = SPEEDS.indexOf(this.clock.speed);
    this.clock.setSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + by))]);
  }

  touched() {
    this.sweeping = false;
  }

  tap({ x, y }) {
    if (this.layout === 'blink') this.#flip();
    else if (this.layout === 'wipe' && this.viewport.scale === 1) this.setCut(x);
    else if (this.layout === 'grid') {
      if (this.viewport.scale > 1) this.viewport.reset();
      else this.viewport.zoomAt(3, x, y);
    }
  }

  act(name, value) {
    const { clock, viewport } = this;
    const acts = {
      play: () => clock.toggle(),
      back: () => clock.step(-1),
      on: () => clock.step(1),
      in: () => this.mark('in'),
      out: () => this.mark('out'),
      loop: () => { clock.loop = !clock.loop; this.#press('loop', clock.loop); },
      sound: () => { if (this.querySelector('[data-act="sound"]')) clock.setSound(!clock.sound); this.#press('sound', Boolean(clock.sound)); },
      speed: () => clock.setSpeed(Number(value)),
      'zoom-in': () => viewport.zoomAt(1.5),
      'zoom-out': () => viewport.zoomAt(1 / 1.5),
      fullscreen: () => (document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen?.()),
      'copy-address': () => this.#copy(),
    };
    acts[name]?.();
  }

  async #open(frame) {
    this.clock.target = this.timing.clamp(frame);
    await this.#arrange({ quiet: true });
    if (this.layout === 'wipe' && !still.matches) this.#sweep();
  }

  async #arrange({ quiet = false } = {}) {
    const { layout, shown } = this;
    this.dataset.layout = layout;
    this.toggleAttribute('data-many', shown.length > 4);
    this.toggleAttribute('data-alone', shown.length < 2);
    if (layout === 'grid') this.#shape(shown.length);
    const turn = (this.arranging = (this.arranging ?? 0) + 1);
    const late = (is) => { if (turn === this.arranging) this.#sayLoading(is); };
    const timer = setTimeout(late, 250, true);
    const tracks = this.panes.show(shown, this.#across, layout === 'grid' ? [] : ['a', 'b']);
    this.#magnify();
    this.#press();
    if (layout !== 'grid') reveal(this.querySelector('[data-picks]'), this.b, !quiet && !still.matches);
    this.#blink(quiet);
    await this.clock.show(tracks);
    this.transport.paint();
    if (!quiet) remember(this);
    await Promise.all(tracks.map((track) => track.untilPictured().then(() => this.panes.settle())));
    clearTimeout(timer);
    late(false);
  }

  /** It is said as long as pictures are waited for: by the latest arrangement (`late`), or to play on. */
  #sayLoading(late = this.late) {
    this.late = late;
    this.loading.hidden = !(late || this.clock.waiting);
  }

  /** How many pixels a whole picture needs across to look sharp. */
  get #across() {
    const columns = this.layout === 'grid' ? Number(this.style.getPropertyValue('--cols')) || 1 : 1;
    const larger = this.viewport.scale * (this.layout === 'loupe' ? LENS : 1);
    return (this.place.clientWidth / columns) * Math.min(devicePixelRatio, this.density) * larger;
  }

  /** What has become larger than its film is sharp gets the whole film, once that rests. */
  #sharpen() {
    clearTimeout(this.sharpening);
    this.sharpening = setTimeout(() => {
      if (this.panes.areCoarse(this.shown, this.#across)) this.#arrange({ quiet: true });
    }, 250);
  }

  /** Columns and rows that make the cells of the grid as large as can be. */
  #shape(count) {
    const main = this.place.parentElement;
    const across = main.clientWidth || main.parentElement.clientWidth; // on narrow screens it has no box of its own
    const aspect = this.timing && this.panes ? Number(getComputedStyle(this).getPropertyValue('--w')) / Number(getComputedStyle(this).getPropertyValue('--h')) : 16 / 9;
    const high = Math.max(innerHeight * 0.62, innerHeight - 320);
    let best = { size: 0 };
    for (let cols = 1; cols <= count; cols += 1) {
      const rows = Math.ceil(count / cols);
      const size = Math.min(across / cols, (high / rows) * aspect) * (1 - 0.04 * (cols * rows - count));
      if (size > best.size + 0.5) best = { size, cols, rows };
    }
    this.style.setProperty('--cols', best.cols);
    this.style.setProperty('--rows', best.rows);
  }

  #magnify() {
    const b = this.layout === 'loupe' ? this.place.querySelector('.pane[data-side="b"]:not(.hidden)') : null;
    for (const pane of this.place.querySelectorAll('.pane')) {
      if (pane !== b) for (const name of ['--zoom', '--tx', '--ty']) pane.style.removeProperty(name);
    }
    if (!b) return;
    const { scale, x, y } = this.viewport;
    const [lx, ly] = this.lens;
    const zoom = scale * LENS;
    const shift = (lens, middle) => (lens - 0.5 - ((middle + (lens - 0.5) / scale) - 0.5) * zoom) * 100;
    b.style.setProperty('--zoom', zoom);
    b.style.setProperty('--tx', shift(lx, x));
    b.style.setProperty('--ty', shift(ly, y));
    this.lensName.textContent = this.picks.get(this.b)?.name ?? '';
    this.lensName.classList.toggle('work', this.b !== ORIGINAL);
  }

  /** `quiet`: what is shown stays the same, so it goes on, or stays as somebody stopped it. */
  #blink(quiet) {
    if (quiet && this.place.querySelector('.pane.up:not(.hidden)')) return;
    clearInterval(this.blinking);
    const panes = [...this.place.querySelectorAll('.pane:not(.hidden)')].sort((one, two) => one.style.order - two.style.order);
    for (const pane of this.place.querySelectorAll('.pane')) pane.classList.remove('up');
    if (this.layout !== 'blink') return;
    (panes[1] ?? panes[0])?.classList.add('up');
    if (!still.matches) this.blinking = setInterval(() => this.#flip(false), BLINK);
  }

  /** Show the other of the two; by hand, it stays until the next flip. */
  #flip(byHand = true) {
    if (byHand) clearInterval(this.blinking);
    const panes = [...this.place.querySelectorAll('.pane:not(.hidden)')];
    if (panes.length > 1) for (const pane of panes) pane.classList.toggle('up');
  }

  /** The wipe sweeps once, to show that it is one. */
  #sweep() {
    const rest = this.cut;
    const began = performance.now();
    this.sweeping = true;
    const step = (now) => {
      if (!this.sweeping || this.layout !== 'wipe') return void this.setCut(this.cut / 100);
      const t = Math.min(1, (now - began) / 1500);
      this.style.setProperty('--cut', `${rest + Math.sin(t * Math.PI * 2) * 34 * (1 - t)}%`);
      if (t < 1) requestAnimationFrame(step);
      else this.sweeping = false;
    };
    requestAnimationFrame(step);
  }

  #afterView() {
    const place = this.querySelector('[data-out="zoom"]');
    if (place) place.value = `${Math.round(this.viewport.scale * 100)} %`;
    tellSpot(this.view, this.viewport.x, this.viewport.y);
    if (this.layout === 'loupe') this.#magnify();
    this.#sharpen();
    if (this.clock.tracks.length) remember(this);
  }

  #press(act, on) {
    if (act) return void this.querySelector(`[data-act="${act}"]`)?.setAttribute('aria-pressed', String(on));
    for (const button of this.querySelectorAll('[data-layout]')) button.setAttribute('aria-pressed', String(button.dataset.layout === this.layout));
    for (const row of this.querySelectorAll('[data-pick]')) {
      const { pick } = row.dataset;
      const places = { a: this.a === pick, b: this.b === pick, grid: this.grid.includes(pick) };
      for (const button of row.querySelectorAll('[data-set]')) button.setAttribute('aria-pressed', String(places[button.dataset.set]));
      row.classList.toggle('on', this.shown.includes(pick));
    }
  }

  async #copy() {
    const alone = 'mineAlone' in this.dataset ? ' The footage is private, so it opens to you alone: save this and share it.' : '';
    try {
      await navigator.clipboard.writeText(address(this));
      toast(`The address brings back what you see now.${alone}`, 'good', alone ? 8 : 4);
    } catch {
      toast(`Copy it from the address line: it says what you see now.${alone}`);
    }
  }

  #furnish() {
    this.handle = slider('handle', 'Wipe');
    this.glass = slider('lens', 'Loupe');
    this.lensName = this.glass.appendChild(document.createElement('span'));
    this.view = slider('view', 'Zoomed picture');
    this.loading = Object.assign(document.createElement('p'), { className: 'loading', textContent: 'loading…', hidden: true });
    this.loading.setAttribute('role', 'status');
    this.place.tabIndex = -1;
    this.place.append(this.handle, this.glass, this.view, this.loading);
  }

  #listen() {
    listenToGestures(this.place, this);
    listenToKeys(this);
    this.addEventListener('click', (event) => this.#click(event));
    this.#listenToSpeed(this.querySelector('[data-act="speed"]'));
    this.addEventListener('compare:changed', () => remember(this));
    this.clock.addEventListener('state', () => {
      const speed = this.querySelector('[data-act="speed"]');
      if (speed) speed.value = String(this.clock.speed);
      this.#sayLoading();
      if (!this.clock.playing) remember(this);
    });
    this.clock.addEventListener('frame', () => { if (!this.clock.playing && this.clock.tracks.length) remember(this); });
    whenMoved(this.handle, (across) => {
      if (!across) return false;
      this.touched();
      this.setCut(this.cut / 100 + across);
      return true;
    });
    whenMoved(this.glass, (across, down) => {
      this.setLens(this.lens[0] + across, this.lens[1] + down);
      return true;
    });
    whenMoved(this.view, (across, down) => {
      this.viewport.pan(-across, -down);
      return true;
    });
    addEventListener('resize', () => { if (this.layout === 'grid') this.#shape(this.grid.length); });
    new ResizeObserver(() => this.#sharpen()).observe(this.place);
    this.querySelector('[data-save]')?.addEventListener('formdata', (event) => {
      for (const [key, value] of Object.entries(query(this))) event.formData.set(key, value);
    });
  }

  /** Chosen with the mouse, it gives the keys back to the player: arrows would go on changing the speed. */
  #listenToSpeed(select) {
    let pressed = false;
    select.addEventListener('pointerdown', () => { pressed = true; });
    select.addEventListener('keydown', () => { pressed = false; });
    select.addEventListener('change', () => {
      this.act('speed', select.value);
      if (pressed) this.place.focus({ preventScroll: true });
      pressed = false;
    });
  }

  #click(event) {
    const act = event.target.closest('[data-act]');
    if (act && act.tagName === 'BUTTON') return this.act(act.dataset.act);
    const layout = event.target.closest('button[data-layout]');
    if (layout) return this.setLayout(layout.dataset.layout);
    const set = event.target.closest('[data-set]');
    const row = event.target.closest('[data-pick]');
    if (set) return this.set(row.dataset.pick, set.dataset.set);
    if (row && !event.ctrlKey && !event.metaKey && event.target.closest('.pick-name, .im')) {
      event.preventDefault();
      return this.set(row.dataset.pick, this.layout === 'grid' ? 'grid' : 'b');
    }
  }
}

customElements.define('rs-compare', RsCompare);
