// <rs-player>: one clip on the stage, with our own transport below instead of controls on the picture. The address keeps
// the frame that is looked at, and so do links to the same footage under another filter.

import { Clock } from './compare/clock.js';
import { Timing } from './compare/timing.js';
import { Track } from './compare/track.js';
import { Transport } from './compare/transport.js';
import { Original } from './original.js';
import { Place } from './place.js';

class RsPlayer extends HTMLElement {
  connectedCallback() {
    const video = this.querySelector('video');
    const template = this.querySelector('template');
    if (this.clock || !template) return;
    this.append(template.content.cloneNode(true));
    const { rate, frames, strip, tiles } = this.dataset;
    const timing = new Timing(rate.split('/').map(Number), Number(frames));
    this.clock = new Clock(timing);
    const pick = { ref: '', name: '', start: 0, stop: Number(frames) };
    this.track = new Track(pick, timing, video, 'metadata');
    this.transport = new Transport(this, this.clock, timing, { address: strip, tiles: Number(tiles) }, video);
    this.clock.tracks = [this.track];
    this.place = new Place(this.clock, Number(this.dataset.start));
    if (this.dataset.original) this.original = new Original(this.querySelector('.stage'), this.clock, this.dataset.original, Number(this.dataset.start));
    this.#listen(video);
  }

  status() {
    return { frame: this.clock.frame, playing: this.clock.playing, frames: [this.track.frame] };
  }

  /** An iPhone fills its screen with the video alone, under controls of its own. */
  #fill(video) {
    if (!document.fullscreenEnabled) return video.webkitEnterFullscreen?.();
    return document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen();
  }

  #listen(video) {
    const { clock } = this;
    const acts = {
      play: () => clock.toggle(),
      back: () => clock.step(-1),
      on: () => clock.step(1),
      sound: (button) => { clock.setSound(!clock.sound); button.setAttribute('aria-pressed', String(clock.sound)); },
      fullscreen: () => this.#fill(video),
    };
    video.muted = true;
    this.addEventListener('pointerover', () => this.track.load(), { once: true }); // somebody is about to play it
    video.addEventListener('click', () => clock.toggle());
    video.addEventListener('webkitendfullscreen', () => { // left where those controls brought it
      clock.target = this.track.frame ?? clock.target;
      clock.pause();
    });
    this.addEventListener('click', (event) => {
      const button = event.target.closest('[data-act]');
      acts[button?.dataset.act]?.(button);
    });
    document.addEventListener('keydown', (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
      if (event.target.matches?.('input, textarea, select')) return;
      if (/^[1-9]$/.test(event.key) && !event.repeat) return void document.querySelectorAll('#renders a.pick')[Number(event.key) - 1]?.click();
      if (event.key === ' ' && event.target.matches?.('a, button, summary') && event.target.dataset.act !== 'play') return;
      const by = event.shiftKey ? Math.round(clock.timing.rate) : 1;
      const wish = { ' ': acts.play, ArrowRight: () => clock.step(by), ArrowLeft: () => clock.step(-by), f: acts.fullscreen }[event.key];
      if (!wish) return;
      event.preventDefault();
      if (!event.repeat || event.key.startsWith('Arrow')) wish();
    });
    document.addEventListener('click', (event) => {
      const frame = event.target.closest('.strip [data-frame]');
      if (!frame || event.ctrlKey || event.metaKey) return;
      const at = Number(frame.dataset.frame) - Number(this.dataset.start);
      if (at < 0 || at >= clock.timing.frames) return; // a render of a part has no such frame: the link opens it
      event.preventDefault();
      if (clock.playing) clock.pause();
      clock.seek(at);
      this.scrollIntoView({ block: 'nearest' });
    });
  }
}

customElements.define('rs-player', RsPlayer);
