// The transport: play, step, time, scrubbing over the filmstrip, the marks of the range.

export class Transport {
  /** `film`: the video, where there is but one; iPhones have a full screen for videos alone. */
  constructor(root, clock, timing, strip, film = null) {
    this.root = root;
    this.clock = clock;
    this.timing = timing;
    this.track = root.querySelector('[data-track]');
    this.out = Object.fromEntries([...root.querySelectorAll('[data-out]')].map((place) => [place.dataset.out, place]));
    const fills = document.fullscreenEnabled || Boolean(film?.webkitEnterFullscreen);
    for (const button of root.querySelectorAll('[data-act="fullscreen"]')) button.hidden = !fills;
    if (strip?.address) fillStrip(root.querySelector('[data-strip]'), strip);
    this.#listen();
    clock.addEventListener('frame', () => this.paint());
    clock.addEventListener('state', () => this.paint());
    this.paint();
  }

  paint() {
    const { clock, timing, out, track } = this;
    const frame = clock.frame;
    out.time.value = timing.code(frame);
    out.frame.value = `frame ${frame} / ${timing.frames - 1}`;
    track.style.setProperty('--at', `${share(frame, timing)}%`);
    track.setAttribute('aria-valuenow', frame);
    track.setAttribute('aria-valuetext', `frame ${frame}, ${timing.code(frame)}`);
    const [first, last] = clock.range;
    track.style.setProperty('--in', `${(first / timing.frames) * 100}%`);
    track.style.setProperty('--out', `${((last + 1) / timing.frames) * 100}%`);
    for (const mark of track.querySelectorAll('[data-mark]')) mark.hidden = clock.marks[mark.dataset.mark] === null;
    this.root.classList.toggle('playing', clock.playing);
    this.root.classList.toggle('waiting', clock.waiting);
    const play = this.root.querySelector('[data-act="play"]');
    play.setAttribute('aria-label', clock.waiting ? 'Pause, loading' : clock.playing ? 'Pause' : 'Play');
    this.#step();
  }

  #step() {
    const place = this.out.step;
    if (!place) return;
    const { clock } = this;
    place.hidden = clock.tracks.length < 2;
    const { drift } = clock.measured;
    const slow = clock.playing && clock.pace < 0.95 ? ` · ${Math.round(clock.pace * 100)} % speed` : '';
    place.value = (drift ? `off by ${drift} frame${drift > 1 ? 's' : ''}` : 'in step ± 0 frames') + slow;
    place.title = slow ? 'This machine cannot decode all clips in time: they play slower rather than out of step.' : '';
    place.parentElement.classList.toggle('off', drift > 0);
  }

  #listen() {
    const { track, clock } = this;
    let grip = null;
    let resume = false;
    track.addEventListener('pointerdown', (event) => {
      if (event.button) return;
      grip = event.target.dataset.mark ?? 'needle';
      resume = clock.playing;
      if (resume) clock.pause();
      track.setPointerCapture(event.pointerId);
      this.#drag(event, grip);
    });
    track.addEventListener('pointermove', (event) => { if (grip) this.#drag(event, grip); });
    for (const kind of ['pointerup', 'pointercancel']) track.addEventListener(kind, () => {
      if (grip && resume) clock.play();
      grip = null;
    });
    track.addEventListener('keydown', (event) => {
      const { frames } = this.timing;
      const leap = { PageUp: 10, PageDown: -10, Home: -frames, End: frames }[event.key];
      if (leap) { event.preventDefault(); clock.step(leap); }
    });
  }

  #drag(event, grip) {
    const box = this.track.getBoundingClientRect();
    const { clock, timing } = this;
    let frame = timing.clamp(Math.floor(((event.clientX - box.left) / box.width) * timing.frames));
    const { marks } = clock;
    if (grip === 'in') marks.in = frame = Math.min(frame, (marks.out ?? timing.frames) - 1);
    if (grip === 'out') marks.out = frame = Math.max(frame, (marks.in ?? -1) + 1);
    clock.seek(frame);
    this.track.dispatchEvent(new CustomEvent('compare:changed', { bubbles: true }));
  }
}

/** The middle of a frame as per cent of the track. */
function share(frame, timing) {
  return ((frame + 0.5) / timing.frames) * 100;
}

/** As many tiles of the filmstrip as fit in their own shape, evenly chosen. The picture itself says what that is: of
 *  footage that was taken in long ago it is another than the clip's. */
async function fillStrip(place, { address, tiles }) {
  if (!place || !tiles) return;
  const whole = new Image();
  whole.src = address;
  if (!await whole.decode().then(() => true, () => false)) return;
  const shape = whole.naturalWidth / tiles / whole.naturalHeight;
  const paint = () => {
    const fit = Math.max(1, Math.min(tiles, Math.round(place.clientWidth / (place.clientHeight * shape))));
    if (place.childElementCount === fit) return;
    place.replaceChildren(...Array.from({ length: fit }, (_, at) => {
      const tile = document.createElement('i');
      const index = Math.min(tiles - 1, Math.floor(((at + 0.5) * tiles) / fit));
      tile.style.backgroundImage = `url("${address}")`;
      tile.style.backgroundSize = `${tiles * 100}% 100%`;
      tile.style.backgroundPosition = tiles > 1 ? `${(index / (tiles - 1)) * 100}% 0` : '0 0';
      return tile;
    }));
  };
  new ResizeObserver(paint).observe(place);
}
