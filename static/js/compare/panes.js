// The panes of the stage: one <figure> with a <video> for each thing that is, or lately was, shown.

import { Track } from './track.js';

const KEPT = 10; // panes kept loaded; those hidden longest go first

export class Panes {
  constructor(place, picks, timing) {
    this.place = place;
    this.picks = picks; // ref -> pick
    this.timing = timing;
    this.all = new Map(); // ref -> {figure, track}
    for (const figure of place.querySelectorAll('.pane')) {
      const pick = picks.get(figure.dataset.ref);
      if (!pick || this.all.has(pick.ref)) figure.remove();
      else this.#adopt(figure, pick);
    }
  }

  /** The pane of a ref, made when first wanted. */
  of(ref) {
    if (!this.all.has(ref)) this.#make(this.picks.get(ref));
    const pane = this.all.get(ref);
    this.all.delete(ref); // last asked for, last in order
    this.all.set(ref, pane);
    return pane;
  }

  /** Show these, in this order; `sides` are 'a' and 'b', or none in the grid. Gives their tracks. */
  show(refs, sides = []) {
    for (const { figure } of this.all.values()) figure.classList.add('hidden');
    const tracks = refs.map((ref, at) => {
      const { figure, track } = this.of(ref);
      figure.classList.remove('hidden');
      figure.style.order = at;
      figure.dataset.side = sides[at] ?? '';
      label(figure, track.pick.name, sides[at]);
      return track;
    });
    this.#forget(refs);
    return tracks;
  }

  #make(pick) {
    const figure = document.createElement('figure');
    figure.className = 'pane';
    figure.dataset.ref = pick.ref;
    const video = document.createElement('video');
    video.muted = true;
    video.setAttribute('aria-label', pick.name);
    if (pick.poster) video.poster = pick.poster;
    video.src = pick.src;
    const caption = document.createElement('figcaption');
    caption.className = 'tag';
    figure.append(video, caption);
    this.place.prepend(figure);
    this.#adopt(figure, pick);
  }

  #adopt(figure, pick) {
    const video = figure.querySelector('video');
    video.tabIndex = -1;
    this.all.set(pick.ref, { figure, track: new Track(pick, this.timing, video) });
  }

  #forget(shown) {
    for (const [ref, { figure, track }] of this.all) {
      if (this.all.size <= KEPT) return;
      if (shown.includes(ref)) continue;
      track.video.removeAttribute('src');
      track.video.load();
      figure.remove();
      this.all.delete(ref);
    }
  }
}

function label(figure, name, side) {
  const caption = figure.querySelector('.tag');
  caption.replaceChildren();
  if (side) {
    const letter = document.createElement('b');
    letter.textContent = side.toUpperCase();
    caption.append(letter);
  }
  caption.append(name);
}
