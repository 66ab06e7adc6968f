// The frame that is looked at, as `?t=` in the address: it can be sent and come back to. Links to the same footage under
// another filter (<a data-keeps-place>) take it along.

export class Place {
  /** `start`: the frame of the footage at which the clip of this clock begins; addresses count in frames of the footage. */
  constructor(clock, start) {
    this.clock = clock;
    this.start = start;
    this.timer = 0;
    const asked = new URL(location.href).searchParams.get('t');
    const wished = /^\d+$/.test(asked ?? '') ? Number(asked) - start : -1;
    if (wished >= 0 && wished < clock.timing.frames) clock.seek(wished);
    for (const kind of ['frame', 'state']) clock.addEventListener(kind, () => this.#remember());
    for (const kind of ['click', 'auxclick']) document.addEventListener(kind, (event) => this.#carry(event), true);
  }

  /** A moment after it came to rest: browsers count how often addresses change. */
  #remember() {
    clearTimeout(this.timer);
    if (this.clock.playing) return;
    this.timer = setTimeout(() => history.replaceState(history.state, '', this.#at(location.href, this.start)), 350);
  }

  #carry(event) {
    const link = event.target.closest?.('a[data-keeps-place]');
    if (link) link.href = this.#at(link.href, 0);
  }

  /** `opening`: the frame at which the address opens by itself. */
  #at(address, opening) {
    const there = new URL(address);
    const frame = this.clock.frame + this.start;
    if (frame !== opening) there.searchParams.set('t', frame);
    else there.searchParams.delete('t');
    return there.href.replaceAll('%2C', ',');
  }
}
