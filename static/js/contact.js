// The contact sheet draws frames out of the renders themselves: a hidden <video> for each filter is put to frame after
// frame, as its cells come into sight, a few filters at a time. Stills that are being painted are looked for again, and
// only their cells are replaced: whoever chooses filters, scrolls or reads meanwhile is not disturbed.

import { ask } from './http.js';

const AT_ONCE = 6; // films that are open at a time: phones refuse more than some forty on a page
const WIDTH = 480; // pixels of a drawn cell
const SOON = 4000; // milliseconds until waiting stills are looked for
const SELDOM = 60000; // the same where nothing comes
const SAME = 400; // milliseconds in which a player shows the next picture, unless it is the one that it shows already

class RsContact extends HTMLElement {
  connectedCallback() {
    this.wanted = new Map(); // src -> cells to be drawn from it
    this.open = new Set(); // srcs that are being read
    this.undrawn = new Set(); // cells that did not come into sight yet
    this.seen = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.#draw(entry.target);
    }, { root: this, rootMargin: '200px' });
    for (const cell of this.querySelectorAll('[data-src]')) this.#wait(cell);
    addEventListener('beforeprint', () => { for (const cell of [...this.undrawn]) this.#draw(cell); });
    if ('waits' in this.dataset) this.#lookIn(SOON);
  }

  #wait(cell) {
    this.undrawn.add(cell);
    this.seen.observe(cell);
  }

  #draw(cell) {
    if (!this.undrawn.delete(cell)) return;
    this.seen.unobserve(cell);
    const { src } = cell.dataset;
    if (!this.wanted.has(src)) this.wanted.set(src, []);
    this.wanted.get(src).push(cell);
    this.#read();
  }

  /** Draw what is wanted of the next film, if there is room for one more; then it is let go. */
  async #read() {
    const src = [...this.wanted.keys()].find((one) => !this.open.has(one));
    if (!src || this.open.size >= AT_ONCE) return;
    this.open.add(src);
    const reader = new Reader(src);
    const cells = this.wanted.get(src); // more may come into sight meanwhile
    while (cells.length) await reader.draw(cells.shift());
    reader.close();
    this.wanted.delete(src);
    this.open.delete(src);
    this.#read();
  }

  #lookIn(wait) {
    setTimeout(() => (document.hidden || !navigator.onLine ? this.#lookIn(wait) : this.#look(wait)), wait);
  }

  /** What has been painted by now is put in its place; the rest is looked for later, ever more seldom. */
  async #look(wait) {
    let came = 0;
    try {
      const answer = await ask(location.href, { cache: 'no-store' });
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
      came = this.#take(fresh);
      if (!fresh.querySelector('rs-contact[data-waits]')) return;
    } catch (error) {
      if (error.status === 404) return; // the footage is gone, or not to be seen any more
    }
    this.#lookIn(came ? SOON : Math.min(SELDOM, wait * 1.5));
  }

  /** Replace the cells that wait no longer; how many there were. */
  #take(fresh) {
    const waiting = [...this.querySelectorAll('.cell.waits')];
    const painted = waiting.map((cell) => [cell, fresh.getElementById(cell.parentElement.id)?.querySelector('.cell:not(.waits)')])
      .filter(([, cell]) => cell);
    for (const [old, cell] of painted) {
      old.replaceWith(cell);
      if (cell.dataset.src) this.#wait(cell);
    }
    return painted.length;
  }
}

class Reader {
  constructor(src) {
    const video = Object.assign(document.createElement('video'), { muted: true, playsInline: true, preload: 'auto', src });
    this.video = video;
    this.begun = new Promise((resolve) => {
      video.addEventListener('loadeddata', resolve, { once: true });
      video.addEventListener('error', resolve, { once: true });
    }).then(() => video.pause());
    video.play().catch(() => {}); // phones load what is to play only
  }

  /** Give back what the player takes; memory and connections are few on phones. */
  close() {
    this.video.removeAttribute('src');
    this.video.load();
  }

  /** One cell after the other: a video can only be in one place at a time. */
  async draw(cell) {
    const { video } = this;
    await this.begun;
    if (!await this.#shows(Number(cell.dataset.seconds))) return void cell.classList.add('none');
    const canvas = document.createElement('canvas');
    canvas.width = WIDTH;
    canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
    canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
    cell.prepend(canvas);
  }

  /** Whether the picture at `seconds` came, however long that took: on a slow line another one must not stand for it. */
  async #shows(seconds) {
    const { video } = this;
    if (video.error) return false;
    const drawn = this.#drawn();
    const there = await new Promise((resolve) => {
      video.addEventListener('seeked', () => resolve(true), { once: true });
      video.addEventListener('error', () => resolve(false), { once: true });
      video.currentTime = seconds;
    });
    if (there) await Promise.race([drawn, new Promise((resolve) => { setTimeout(resolve, SAME); })]);
    return there;
  }

  /** When the player's next picture is there to be copied: where much is going on that is later than it says `seeked`. */
  #drawn() {
    const { video } = this;
    return new Promise((resolve) => {
      if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
      else resolve();
    });
  }
}

customElements.define('rs-contact', RsContact);
