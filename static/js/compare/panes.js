// The panes of the stage: one <figure> with a <video> for each thing that is, or lately was, shown.

import { Track } from './track.js';

export const ORIGINAL = 'o'; // the footage's ref among the picks
const KEPT = 10; // panes kept loaded; those hidden longest go first

export class Panes {
  /** `proxyWidth`: pixels across of the picks' small films. */
  constructor(place, picks, timing, proxyWidth) {
    this.place = place;
    this.picks = picks; // ref -> pick
    this.timing = timing;
    this.proxyWidth = proxyWidth;
    this.all = new Map(); // ref -> {figure, track, small}; `small`: it plays the pick's proxy
    for (const figure of place.querySelectorAll('.pane')) {
      const pick = picks.get(figure.dataset.ref);
      if (!pick || this.all.has(pick.ref)) figure.remove();
      else this.#adopt(figure, pick);
    }
  }

  /** The pane of a ref, made when first wanted, with a film that is sharp at so many pixels across. */
  of(ref, across) {
    if (!this.all.has(ref)) this.#make(this.picks.get(ref), across);
    const pane = this.all.get(ref);
    this.all.delete(ref); // last asked for, last in order
    this.all.set(ref, pane);
    if (this.#isCoarse(pane, across)) this.#sharpen(pane);
    return pane;
  }

  /** Show these, in this order, each so many pixels `across`; `sides` are 'a' and 'b', or none in the grid. Gives their tracks. */
  show(refs, across, sides = []) {
    for (const { figure } of this.all.values()) figure.classList.add('hidden');
    const tracks = refs.map((ref, at) => {
      const { figure, track } = this.of(ref, across);
      figure.classList.remove('hidden');
      figure.style.order = at;
      figure.dataset.side = sides[at] ?? '';
      label(figure, track.pick, sides[at]);
      return track;
    });
    this.#forget(refs);
    return tracks;
  }

  /** Whether one of these plays a film that is not sharp at so many pixels across. */
  areCoarse(refs, across) {
    return refs.some((ref) => this.#isCoarse(this.all.get(ref), across));
  }

  /** Whole films that have their picture: those that they stood behind go. On a slow line the others are seen until then. */
  settle() {
    for (const { figure, track } of this.all.values()) {
      if (!track.pictured) continue;
      for (const old of figure.querySelectorAll('video:not(:last-of-type)')) {
        drop(old);
        old.remove();
      }
    }
  }

  #isCoarse(pane, across) {
    return Boolean(pane?.small) && across > this.proxyWidth;
  }

  /** The whole film in place of the proxy, which stays to be seen until `settle`. */
  #sharpen(pane) {
    const { pick } = pane.track;
    const video = film(pick, pick.src);
    pane.figure.querySelector('video:last-of-type').after(video);
    Object.assign(pane, { small: false, track: new Track(pick, this.timing, video) });
  }

  #make(pick, across) {
    const figure = document.createElement('figure');
    figure.className = 'pane';
    figure.dataset.ref = pick.ref;
    const video = film(pick, pick.proxy && across <= this.proxyWidth ? pick.proxy : pick.src);
    if (pick.poster) video.poster = pick.poster;
    const caption = document.createElement('figcaption');
    caption.className = 'tag';
    figure.append(video, caption);
    this.place.prepend(figure);
    this.#adopt(figure, pick);
  }

  #adopt(figure, pick) {
    const video = figure.querySelector('video');
    video.tabIndex = -1;
    const small = Boolean(pick.proxy) && played(video) === new URL(pick.proxy, location.href).href;
    this.all.set(pick.ref, { figure, track: new Track(pick, this.timing, video), small });
  }

  #forget(shown) {
    for (const [ref, { figure, track }] of this.all) {
      if (this.all.size <= KEPT) return;
      if (shown.includes(ref)) continue;
      drop(track.video);
      figure.remove();
      this.all.delete(ref);
    }
  }
}

function film(pick, src) {
  const video = document.createElement('video');
  video.muted = true;
  video.tabIndex = -1;
  video.setAttribute('aria-label', pick.name);
  video.src = src;
  return video;
}

/** What a video plays; a browser that has not chosen among its sources yet will do so by the same condition. */
function played(video) {
  const sources = [...video.querySelectorAll('source')];
  return video.currentSrc || (sources.find(({ media }) => !media || matchMedia(media).matches) ?? video).src;
}

/** What it loads is loaded no further. */
function drop(video) {
  video.replaceChildren();
  video.removeAttribute('src');
  video.load();
}

function label(figure, pick, side) {
  const caption = figure.querySelector('.tag');
  caption.replaceChildren();
  if (side) {
    const letter = document.createElement('b');
    letter.textContent = side.toUpperCase();
    caption.append(letter);
  }
  caption.append(named(pick));
}

/** Names of filters are those of works; the footage beside them has none here. */
function named({ ref, name }) {
  if (ref === ORIGINAL) return name;
  const work = document.createElement('span');
  work.className = 'work';
  work.textContent = name;
  return work;
}
