// Painted stills: asked for in the order in which they are seen, a few at a time, and looked after until they are there.

import { ask, Failure } from "../http.js";
import { toast } from "../toast.js";

const AT_ONCE = 6; // on their way at a time: what is asked for later is what the person looks at later
const FIRST_LOOK = 200; // milliseconds
const SELDOM_LOOK = 1200;
const LOST = "The server did not answer. Try again in a moment.";
const LATER = "The server does not answer. Stills are asked for again by themselves.";
const LONGEST_REST = 30_000;

/** What names one still: filter, frame, colours kept or not, lines. Strength is mixed on the page. */
export const keyOf = ({ filter, frame, keep, lines }) => [filter, frame, keep ? 1 : 0, lines].join(" ");

export class Stills {
  /** `onChange(wish, still)` is told of every still that came to be known or changed. */
  constructor(address, onChange) {
    Object.assign(this, { address, onChange });
    this.known = new Map(); // key → {state, url, seconds, error, id, wish}
    this.wanted = []; // wishes, what is seen first comes first
    this.asking = new Set(); // keys of a POST that is under way
    this.pause = FIRST_LOOK;
    this.lost = 0; // requests in a row that brought no answer
    addEventListener("online", () => this.hurry());
  }

  /** Replace what is wanted; what is known already is told at once. */
  want(wishes) {
    this.wanted = wishes;
    for (const wish of wishes) {
      const still = this.known.get(keyOf(wish));
      if (still) this.onChange(wish, still);
    }
    this.pause = FIRST_LOOK;
    this.pump();
  }

  /** Note a still that the page was delivered with. */
  learn(wish, still) {
    this.known.set(keyOf(wish), { ...still, wish });
  }

  /** Ask once more for one that failed. */
  retry(wish) {
    this.known.delete(keyOf(wish));
    this.hurry();
  }

  waiting() {
    return this.wanted.filter((wish) => this.known.get(keyOf(wish))?.state === "queued");
  }

  pump() {
    const room = AT_ONCE - this.waiting().length - this.asking.size;
    const missing = this.wanted.filter((wish) => !this.known.has(keyOf(wish)) && !this.asking.has(keyOf(wish)));
    if (room > 0 && missing.length && !this.resting) {
      const like = missing[0];
      const same = (wish) => wish.frame === like.frame && wish.keep === like.keep && wish.lines === like.lines;
      this.ask(missing.filter(same).slice(0, room));
    }
    if (this.waiting().length) this.lookSoon();
  }

  async ask(wishes) {
    const body = new FormData();
    body.set("frame", wishes[0].frame);
    body.set("height", wishes[0].lines);
    if (wishes[0].keep) body.set("keep_colours", "on");
    for (const wish of wishes) {
      body.append("filter", wish.filter);
      this.asking.add(keyOf(wish));
    }
    const { stills = [], error = LOST, passes } = await this.told(this.address, { method: "POST", body });
    for (const wish of wishes) this.asking.delete(keyOf(wish));
    if (passes) return this.rest();
    this.lost = 0;
    for (const wish of wishes) this.tell(wish, stills.find((one) => one.filter === wish.filter) ?? { state: "failed", error });
    this.pump();
  }

  /** What brought no answer is asked for again, ever more seldom, or as soon as the line is back; that is said once. */
  rest() {
    if (this.resting) return;
    if (!this.lost) toast(LATER, "bad");
    this.lost += 1;
    this.resting = setTimeout(() => this.hurry(), Math.min(LONGEST_REST, 1000 * 2 ** this.lost));
  }

  hurry() {
    clearTimeout(this.resting);
    this.resting = null;
    this.pump();
  }

  lookSoon() {
    if (this.timer) return;
    this.timer = setTimeout(() => this.look(), document.hidden ? SELDOM_LOOK : this.pause);
    this.pause = Math.min(SELDOM_LOOK, this.pause * 1.25);
  }

  async look() {
    const waiting = this.waiting();
    const query = new URLSearchParams(waiting.map((wish) => ["id", this.known.get(keyOf(wish)).id]));
    const { stills = [], error, passes = true } = waiting.length ? await this.told(`${this.address}?${query}`) : {};
    this.timer = null;
    for (const wish of waiting) {
      const still = stills.find((one) => one.id === this.known.get(keyOf(wish)).id) ?? (!passes && { state: "failed", error });
      if (!still && !error) this.known.delete(keyOf(wish)); // forgotten over there: it is asked for anew
      if (still && still.state !== "queued") {
        this.tell(wish, still);
        this.pause = FIRST_LOOK;
      }
    }
    this.pump();
  }

  tell(wish, still) {
    this.learn(wish, still);
    this.onChange(wish, this.known.get(keyOf(wish)));
  }

  /** What the server tells: {stills}, or why it does not: {error}, and whether that passes by itself. */
  async told(address, options = {}) {
    try {
      return await (await ask(address, options)).json();
    } catch (error) {
      if (!(error instanceof Failure)) return { error: LOST, passes: true };
      return { error: error.message, passes: error.status < 400 || error.status >= 500 };
    }
  }
}
