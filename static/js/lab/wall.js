// The wall: one tile a filter, the footage underneath and the painting above it, mixed by strength in the browser:
// a render mixes the same two pictures in the same way, so what is seen while sliding is what will come out.

import { small, whole } from "./sizes.js";
import { keyOf } from "./stills.js";

const WORDS = { waiting: "waiting", painting: "painting…" };
const AGAIN = "Try again";
export const LOST = "The picture did not arrive.";
const PAID = "Paint it";
export const REST = 200; // milliseconds: a key that is held passes frames and filters that nobody wants painted

export class Wall {
  constructor(root, stills, state) {
    Object.assign(this, { root, stills, state });
    this.tiles = [...root.querySelectorAll(".tile")];
    this.seen = new Set();
    this.ordered = new Set(); // keys of stills that cost money and were asked for by a press
    this.watch = new IntersectionObserver((entries) => this.sight(entries), { rootMargin: "120px 0px" });
    this.tiles.forEach((tile) => this.prepare(tile));
  }

  prepare(tile) {
    this.watch.observe(tile);
    const painted = tile.querySelector(".tile-painted");
    painted.addEventListener("load", () => this.arrived(tile));
    painted.addEventListener("error", () => painted.getAttribute("src") && this.fail(tile, LOST));
    tile.querySelector(".tile-retry").addEventListener("click", () => {
      this.ordered.add(keyOf(this.wish(tile)));
      tile.dataset.state = "painting";
      this.stills.retry(this.wish(tile));
      this.refresh();
    });
    if (painted.getAttribute("src")) {
      const still = { state: "finished", url: whole(painted.getAttribute("src")), seconds: Number(tile.dataset.seconds), error: "" };
      this.stills.learn(this.wish(tile), still);
      if (isBroken(painted)) this.fail(tile, LOST);
      else this.arrived(tile);
    }
  }

  wish(tile, lines = this.state.lines) {
    return { filter: tile.dataset.slug, frame: this.state.frame, keep: this.state.keep, lines };
  }

  shown() {
    return this.tiles.filter((tile) => !tile.hidden);
  }

  sight(entries) {
    for (const entry of entries) {
      if (entry.isIntersecting) this.seen.add(entry.target);
      else this.seen.delete(entry.target);
    }
    this.refresh();
  }

  /** Ask for the stills of the tiles in sight, from the first to the last. */
  refresh() {
    clearTimeout(this.rest);
    if (this.paused) return;
    const inSight = this.shown().filter((tile) => this.seen.has(tile));
    const free = inSight.filter((tile) => this.isFree(tile));
    this.stills.want(free.map((tile) => this.wish(tile)));
    for (const tile of inSight) if (!free.includes(tile)) this.offer(tile);
    for (const tile of free) {
      const known = this.stills.known.get(keyOf(this.wish(tile)));
      if (!known && tile.dataset.state !== "painting") this.wait(tile, "waiting");
    }
  }

  /** Whether to look at a tile costs nothing, or nothing more: what costs money is never asked for by looking alone. */
  isFree(tile) {
    const key = keyOf(this.wish(tile));
    return !tile.dataset.price || this.stills.known.has(key) || this.ordered.has(key);
  }

  offer(tile) {
    this.fail(tile, `A still costs ${tile.dataset.price}.`, PAID);
  }

  /**
   * Another frame, or colours kept or not: every tile begins anew, with the footage underneath and what is known above it
   * at once. What is missing is asked for when it comes to rest.
   */
  restart(original) {
    for (const tile of this.tiles) {
      if (original) tile.querySelector(".tile-original").src = small(original);
      const known = this.stills.known.get(keyOf(this.wish(tile)));
      if (known) this.update(known.wish, known);
      else this.wait(tile, "waiting");
    }
    this.stills.want([]);
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.refresh(), REST);
  }

  update(wish, still) {
    const tile = this.tiles.find((one) => one.dataset.slug === wish.filter);
    if (!tile || keyOf(wish) !== keyOf(this.wish(tile))) return;
    if (still.state === "finished") this.show(tile, still);
    else if (still.state === "failed") this.fail(tile, still.error);
    else this.wait(tile, "painting");
  }

  show(tile, still) {
    const painted = tile.querySelector(".tile-painted");
    tile.querySelector(".tile-seconds").textContent = `${still.seconds.toFixed(2)} s`;
    if (painted.getAttribute("src") === small(still.url)) {
      if (!isBroken(painted)) return this.arrived(tile);
      painted.removeAttribute("src"); // or it would not be asked for again
    }
    tile.dataset.state = "painting";
    painted.src = small(still.url);
  }

  arrived(tile) {
    const known = this.stills.known.get(keyOf(this.wish(tile)));
    const painted = tile.querySelector(".tile-painted");
    if (known?.state === "finished" && small(known.url) === painted.getAttribute("src") && painted.complete && painted.naturalWidth) {
      tile.dataset.state = "painted";
    }
  }

  wait(tile, state) {
    tile.dataset.state = state;
    tile.querySelector(".tile-wait").textContent = WORDS[state];
    tile.querySelector(".tile-seconds").textContent = "";
  }

  fail(tile, sentence, button = AGAIN) {
    tile.dataset.state = "failed";
    tile.querySelector(".tile-error").textContent = sentence;
    tile.querySelector(".tile-retry").textContent = button;
  }

  /** Show the tiles with a tag ("" for all); what is chosen stays chosen. */
  filter(tag) {
    for (const tile of this.tiles) {
      tile.hidden = Boolean(tag) && !tile.dataset.tags.split(" ").includes(tag);
    }
    this.number();
    this.root.nextElementSibling?.toggleAttribute("hidden", this.shown().length > 0);
    this.refresh();
  }

  /** The first nine in sight carry the key that picks them. */
  number() {
    this.tiles.forEach((tile) => (tile.querySelector(".tile-key").textContent = ""));
    this.shown().slice(0, 9).forEach((tile, at) => (tile.querySelector(".tile-key").textContent = at + 1));
  }
}

/** Whether a picture came to nothing; `complete` says no more than that nothing is on its way. */
function isBroken(picture) {
  return picture.complete && !picture.naturalWidth;
}

/** Under a mouse, the footage is left of the pointer and the painting right of it. */
export function wipeUnder(box) {
  box.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse") return;
    const area = box.getBoundingClientRect();
    box.style.setProperty("--cut", `${(100 * (event.clientX - area.left)) / area.width}%`);
    box.classList.add("wiping");
  });
  box.addEventListener("pointerleave", () => box.classList.remove("wiping"));
}
