// A still as large as the window, at the lines that a render would have; the footage is left of the pointer.

import { whole } from "./sizes.js";
import { keyOf } from "./stills.js";
import { LOST, REST, wipeUnder } from "./wall.js";

const MOST_LINES = 1440; // a still beyond that takes longer than one likes to wait

export class Closeup {
  constructor(dialog, wall, panel, stills) {
    Object.assign(this, { dialog, wall, panel, stills });
    this.stage = dialog.querySelector(".stage");
    this.painted = dialog.querySelector(".b");
    this.original = dialog.querySelector(".a");
    wipeUnder(this.stage);
    dialog.querySelector(".closeup-back").addEventListener("click", () => this.step(-1));
    dialog.querySelector(".closeup-on").addEventListener("click", () => this.step(1));
    dialog.querySelector(".closeup-pick").addEventListener("click", () => this.pick());
    dialog.addEventListener("close", () => this.closed());
    this.painted.addEventListener("load", () => this.arrived());
    this.painted.addEventListener("error", () => this.painted.getAttribute("src") && this.failed());
  }

  get open() {
    return this.dialog.open;
  }

  get lines() {
    return Math.min(MOST_LINES, this.panel.lines);
  }

  show(tile) {
    this.tile = tile;
    if (!this.dialog.open) this.dialog.showModal();
    this.wall.paused = true;
    this.original.src = whole(tile.querySelector(".tile-original").src);
    const there = tile.dataset.state === "painted";
    this.painted.hidden = !there; // until it has its picture the footage is seen
    if (there) this.painted.src = tile.querySelector(".tile-painted").src;
    else this.painted.removeAttribute("src");
    this.dialog.classList.add("painting");
    this.tell(there ? "painting…" : "not painted yet"); // not what was said of the one before
    this.say();
    this.wish = this.wall.wish(tile, tile.dataset.price ? undefined : this.lines); // a larger one would be paid again
    clearTimeout(this.rest);
    if (!this.wall.isFree(tile)) return this.offer();
    const known = this.stills.known.get(keyOf(this.wish));
    if (known) this.update(known.wish, known);
    this.stills.want([]);
    this.rest = setTimeout(() => this.ask(), REST);
  }

  /** Have the still painted that one has come to rest at. */
  ask() {
    const failed = this.stills.known.get(keyOf(this.wish))?.state === "failed";
    this.stills.want([this.wish]);
    if (failed && !this.tile.dataset.price) this.stills.retry(this.wish); // whoever looks again wants it tried again
  }

  /** What costs money is asked for on the wall. */
  offer() {
    this.stills.want([]);
    this.dialog.classList.remove("painting");
    this.tell(`a still costs ${this.tile.dataset.price}: paint it on the wall`);
  }

  update(wish, still) {
    if (!this.open || keyOf(wish) !== keyOf(this.wish)) return;
    if (still.state === "finished" && this.painted.getAttribute("src") !== still.url) this.painted.src = still.url;
    if (still.state !== "queued") this.dialog.classList.remove("painting");
    const words = { finished: `${wish.lines} lines · ${still.seconds?.toFixed(2)} s`, queued: "painting…", failed: still.error };
    this.tell(words[still.state]);
  }

  arrived() {
    this.painted.hidden = !this.painted.hasAttribute("src");
    this.dialog.classList.remove("painting");
  }

  failed() {
    this.painted.hidden = true;
    this.painted.removeAttribute("src"); // the next look asks for it again
    this.tell(LOST);
  }

  tell(words) {
    this.dialog.querySelector(".closeup-says").textContent = words;
  }

  say() {
    const input = this.tile.querySelector("input");
    this.dialog.querySelector("h2").textContent = this.tile.dataset.name;
    this.dialog.querySelector(".closeup-text").textContent = this.tile.dataset.text;
    const pick = this.dialog.querySelector(".closeup-pick");
    pick.setAttribute("aria-pressed", String(input.checked));
    pick.textContent = input.checked ? "Chosen" : "Choose";
  }

  pick() {
    this.tile.querySelector("input").click();
    this.say();
  }

  step(by) {
    const shown = this.wall.shown();
    this.show(shown[(shown.indexOf(this.tile) + by + shown.length) % shown.length]);
  }

  closed() {
    clearTimeout(this.rest);
    this.wall.paused = false;
    this.wall.refresh();
    this.tile.querySelector("input").focus({ preventScroll: false });
  }
}
