// The contact sheet draws frames out of the renders themselves: one hidden <video> for each filter is put to frame
// after frame, as its cells come into sight. Stills that are being painted are looked for again.

const WIDTH = 480; // pixels of a drawn cell

class RsContact extends HTMLElement {
  connectedCallback() {
    this.readers = new Map(); // src -> Reader
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        seen.unobserve(entry.target);
        this.#reader(entry.target.dataset.src).draw(entry.target);
      }
    }, { root: this, rootMargin: '200px' });
    for (const cell of this.querySelectorAll('[data-src]')) seen.observe(cell);
    if ('waits' in this.dataset) setTimeout(() => location.reload(), 4000);
  }

  #reader(src) {
    if (!this.readers.has(src)) this.readers.set(src, new Reader(src));
    return this.readers.get(src);
  }
}

class Reader {
  constructor(src) {
    this.video = Object.assign(document.createElement('video'), { muted: true, preload: 'auto', src });
    this.last = new Promise((resolve) => {
      this.video.addEventListener('loadeddata', resolve, { once: true });
      this.video.addEventListener('error', resolve, { once: true });
    });
  }

  /** One cell after the other: a video can only be in one place at a time. */
  draw(cell) {
    this.last = this.last.then(() => this.#one(cell));
  }

  async #one(cell) {
    const { video } = this;
    if (video.error) return void cell.classList.add('none');
    const sought = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
    video.currentTime = Number(cell.dataset.seconds);
    await Promise.race([sought, new Promise((resolve) => setTimeout(resolve, 5000))]);
    const canvas = document.createElement('canvas');
    canvas.width = WIDTH;
    canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
    canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
    cell.prepend(canvas);
  }
}

customElements.define('rs-contact', RsContact);
