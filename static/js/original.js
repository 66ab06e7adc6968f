// The footage in place of what was painted of it, at the same frame, for as long as O or a long press on the stage is held.
// Its film is loaded at the first time. What plays stops meanwhile and goes on afterwards.

import { Track } from './compare/track.js';

const LONG = 250; // milliseconds that a press takes to be a long one
const STILL = 8; // pixels that it may move meanwhile

export class Original {
  /** `address` of the footage; the clip on the stage begins at its frame `start`. */
  constructor(stage, clock, address, start) {
    Object.assign(this, { stage, clock, address, start, held: false, track: null, resume: false });
    this.tag = stage.querySelector('.tag');
    this.name = [...this.tag.childNodes];
    this.#press();
    this.#key();
    clock.addEventListener('frame', () => { if (this.held) this.#show(); });
  }

  hold() {
    if (this.held) return;
    this.held = true;
    this.resume = this.clock.playing;
    this.track ??= this.#load();
    if (this.resume) this.clock.pause();
    else this.#show();
  }

  release() {
    if (!this.held) return;
    this.held = false;
    this.stage.classList.remove('shows-original');
    this.tag.replaceChildren(...this.name);
    if (this.resume) this.clock.play();
  }

  async #show() {
    const { frame } = this.clock;
    await this.track.seek(frame + this.start);
    if (!this.held || this.track.broken || frame !== this.clock.frame) return;
    this.stage.classList.add('shows-original');
    this.tag.textContent = 'Original';
  }

  #load() {
    const video = document.createElement('video');
    video.className = 'original';
    video.muted = true;
    video.src = this.address;
    this.tag.before(video);
    const { timing } = this.clock;
    return new Track({ name: 'Original', start: 0, stop: this.start + timing.frames }, timing, video);
  }

  #press() {
    const { stage } = this;
    let timer = 0;
    let from = null;
    let long = false; // the click that ends a long press is none
    const end = () => { clearTimeout(timer); from = null; this.release(); };
    stage.addEventListener('pointerdown', (event) => {
      end();
      long = false;
      if (event.button || !event.isPrimary) return;
      from = event;
      timer = setTimeout(() => { long = true; this.hold(); }, LONG);
    });
    stage.addEventListener('pointermove', (event) => {
      if (from && !this.held && Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > STILL) end();
    });
    for (const kind of ['pointerup', 'pointercancel', 'pointerleave']) stage.addEventListener(kind, end);
    stage.addEventListener('contextmenu', (event) => { if (from) event.preventDefault(); }); // a long press opens it on phones
    stage.addEventListener('click', (event) => { if (long) event.stopPropagation(); long = false; }, true);
  }

  #key() {
    const meant = (event) => event.key.toLowerCase() === 'o' && !event.ctrlKey && !event.metaKey && !event.altKey;
    document.addEventListener('keydown', (event) => {
      if (!meant(event) || event.repeat || event.target.matches?.('input, textarea, select')) return;
      if (!document.querySelector('dialog[open]')) this.hold();
    });
    document.addEventListener('keyup', (event) => { if (event.key.toLowerCase() === 'o') this.release(); });
    addEventListener('blur', () => this.release());
  }
}
