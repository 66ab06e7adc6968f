// One <video> of footage or of a render, spoken to in frames of the footage. What is on the screen is not
// assumed but measured: requestVideoFrameCallback names the frame that was handed to the screen.

import { toast } from '../toast.js';

const PATIENCE = 4000; // ms until a seek is no longer waited for
const LOST = 600; // ms after which a paused video that does not report the wanted picture is asked for it again
const TRIES = 5; // seeks for the same picture
const ANEW = 3000; // ms after which a film that could not be loaded is asked for once more

export class Track {
  /**
   * `pick`: {ref, name, src, poster, start, stop, audio}; the clip holds frames [start, stop) of the footage.
   * `preload`: with 'auto' its pictures are loaded at once, with 'metadata' or 'none' when the first is asked for.
   */
  constructor(pick, timing, video, preload = 'auto') {
    this.pick = pick;
    this.timing = timing;
    this.video = video;
    this.frame = null; // the footage's frame on the screen, as last measured
    this.broken = false;
    this.failures = 0; // since it was last loaded
    this.tries = 0;
    this.waiters = new Set();
    this.onstart = () => {}; // it was set going, by whomever
    video.controls = false;
    video.loop = false;
    video.preload = preload;
    video.playsInline = true;
    video.disablePictureInPicture = true;
    if (video.error || isLost(video)) this.#break();
    // Of several sources the last one counts: a browser passes over those before it.
    video.addEventListener('error', ({ target }) => { if (target === video || target === video.lastElementChild) this.#break(); }, true);
    video.addEventListener('loadeddata', () => { this.failures = 0; });
    video.addEventListener('play', () => this.onstart());
    for (const kind of ['loadeddata', 'seeked']) video.addEventListener(kind, () => this.#afterSeek());
    this.#listen();
  }

  /** Seconds since the beginning of the footage, by the element's own clock. */
  get time() {
    return this.video.currentTime + this.pick.start / this.timing.rate;
  }

  get ready() {
    const { HAVE_CURRENT_DATA, HAVE_FUTURE_DATA } = HTMLMediaElement;
    const last = this.#frameByClock() >= this.pick.stop - 1; // there is nothing after it
    return this.broken || (!this.video.seeking && this.video.readyState >= (last ? HAVE_CURRENT_DATA : HAVE_FUTURE_DATA));
  }

  /** Whether it stands although it could go on. */
  get halted() {
    return !this.broken && this.video.paused && !this.video.ended;
  }

  /** Whether there is a picture of it on the screen, or never will be. */
  get pictured() {
    return this.broken || (this.frame !== null && this.#resting);
  }

  /**
   * Show a frame; resolves once it is on the screen (or never will be).
   * `afresh`: seek even where it seems to be there, since a paused video may still show the picture that was on its way.
   */
  seek(frame, afresh = false) {
    const wanted = Math.max(this.pick.start, Math.min(this.pick.stop - 1, frame));
    this.wanted = wanted;
    this.load();
    const { video } = this;
    if (this.broken && !this.#loadAnew()) return Promise.resolve();
    const there = this.frame === wanted && !video.seeking && this.#frameByClock() === wanted;
    if (there && !afresh) return Promise.resolve();
    if (afresh) this.frame = null;
    this.tries = TRIES;
    this.#go();
    return this.#until(() => this.frame === wanted && !video.seeking, PATIENCE);
  }

  /** Have its pictures loaded, if that waited. */
  load() {
    if (this.video.preload !== 'auto') this.video.preload = 'auto';
  }

  /** Put the element's clock to `seconds` of the footage while it goes on playing. */
  jump(seconds) {
    this.video.currentTime = Math.max(0, seconds - this.pick.start / this.timing.rate);
  }

  /** Resolves once enough is loaded to play. */
  untilReady() {
    const tell = () => this.#tell();
    for (const kind of ['canplay', 'canplaythrough', 'seeked']) this.video.addEventListener(kind, tell, { once: true });
    return this.#until(() => this.ready, PATIENCE);
  }

  /** Resolves once there is something to be seen, however long that takes. */
  untilPictured() {
    return this.#until(() => this.pictured);
  }

  /** Nothing of it can be shown; the others go on without it. */
  #break() {
    this.broken = true;
    this.frame = null;
    this.failures += 1;
    this.brokenAt = performance.now();
    toast(`${this.pick.name ? `“${this.pick.name}”` : 'This film'} cannot be loaded. Reload the page to try again.`, 'bad');
    this.#tell();
  }

  /** The connection may be back. Ever more seldom: in a loop the server would be asked in vain all the time. */
  #loadAnew() {
    if (performance.now() - this.brokenAt < ANEW * 2 ** (this.failures - 1)) return false;
    this.broken = false;
    this.frame = null;
    this.video.load();
    return true;
  }

  #go() {
    this.tries -= 1;
    this.video.currentTime = this.timing.middle(this.wanted - this.pick.start);
  }

  #frameByClock() {
    return this.pick.start + Math.floor(this.video.currentTime * this.timing.rate + 1e-6);
  }

  #listen() {
    const heard = (now, data) => {
      this.frame = this.pick.start + this.timing.frameOf(data.mediaTime);
      this.shownAt = data.expectedDisplayTime;
      this.#tell();
      this.video.requestVideoFrameCallback(heard);
    };
    this.video.requestVideoFrameCallback(heard);
  }

  /** A seek within the frame that is shown already brings no new picture, hence no callback. */
  #afterSeek() {
    setTimeout(() => {
      if (this.wanted !== undefined && this.#resting && this.frame === null) this.frame = this.#frameByClock();
      this.#tell();
    }, 120);
    setTimeout(() => this.#again(), LOST);
  }

  /** A seek made while the video was still loading may show its picture unreported, or none: it is made again. */
  #again() {
    const lost = this.wanted !== undefined && this.video.paused && this.#resting && this.frame !== this.wanted;
    if (!lost || !this.tries) return;
    this.frame = null;
    this.#go();
  }

  get #resting() {
    return !this.video.seeking && this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
  }

  #tell() {
    for (const waiter of [...this.waiters]) waiter();
  }

  /** Resolves once the condition holds; without it after so many milliseconds of `patience`, where there is an end to it. */
  #until(condition, patience = null) {
    if (condition()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const done = (result) => {
        this.waiters.delete(check);
        clearTimeout(timer);
        resolve(result);
      };
      const check = () => { if (this.broken || condition()) done(true); };
      const timer = patience && setTimeout(() => done(false), patience);
      this.waiters.add(check);
    });
  }
}

/** Whether none of its sources could be loaded; a video that has not chosen one yet is in the same state. */
function isLost(video) {
  return Boolean(video.currentSrc) && video.networkState === HTMLMediaElement.NETWORK_NO_SOURCE;
}
