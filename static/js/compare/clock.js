// One clock for all that is shown. The first track that can be shown leads and plays at its own pace; the others are
// held to it: a little faster or slower while they are near, a seek when they are far. Every animation frame measures
// which frame of the footage each track has on the screen. A machine that cannot keep up plays slower rather than out
// of step: `pace` is the share of the wished speed that it manages. Where the line cannot keep up, all wait.
//
// An element's own clock and its pictures need not agree to the millisecond (one with sound follows the sound
// card). So the loop is closed over the pictures: where a follower's frames are ahead or behind on the average,
// that is added to what its clock says (`bias`, seconds).

const NEAR = 0.0015; // seconds of difference that are left alone
const FAR = 0.2; // seconds from which a seek is quicker than catching up
const PULL = 4; // share of the difference made good in a second
const MOST = 0.3; // largest change of pace
const REST = 900; // ms between two seeks of the same follower
const MEMORY = 30; // animation frames over which the drift is told
const WINDOW = 500; // ms over which frames are averaged for the bias
const WRONG = 3; // frames that a bias can make up for
const SLOWEST = 0.2; // of the wished speed, on machines that cannot decode all clips in time
const LEAST = 0.0625; // the slowest rate that browsers play at
const HUNGRY = 1000; // ms that a follower may lack pictures until all wait for it
const SOON = 600; // ms until it is said that pictures are waited for

export class Clock extends EventTarget {
  #tracks = [];

  constructor(timing) {
    super();
    this.timing = timing;
    this.playing = false;
    this.loop = true;
    this.speed = 1;
    this.pace = 1;
    this.marks = { in: null, out: null };
    this.target = 0;
    this.spreads = [];
    this.afresh = false; // after a pause: seek even where the frame seems to be there
    this.turn = 0; // every play, pause and seek begins a new turn; what an older one awaited is void
    this.seeking = null; // the way to the target, while one is on it
    this.waiting = false; // for pictures, while it plays
  }

  get tracks() {
    return this.#tracks;
  }

  set tracks(tracks) {
    this.#tracks = tracks;
    for (const track of tracks) track.onstart = () => this.#join(track);
  }

  get leader() {
    return this.tracks.find((track) => !track.broken) ?? this.tracks[0];
  }

  get followers() {
    return this.tracks.filter((track) => track !== this.leader);
  }

  /** The frames [first, last] that all tracks have and that lie between the marks. */
  get range() {
    const [first, last] = this.#whole();
    const from = Math.max(first, this.marks.in ?? first);
    const to = Math.min(last, this.marks.out ?? last);
    return to >= from ? [from, to] : [first, last];
  }

  /** The frame of the footage that the leader shows; while a seek is on its way, the one it goes to. */
  get frame() {
    const shown = this.playing && !this.seeking ? this.leader?.frame : null;
    return this.timing.clamp(shown ?? this.target);
  }

  /** Differences between the frames on the screen: the median of late, the worst of late, and each one's frame. */
  get measured() {
    const frames = this.tracks.map((track) => track.frame);
    const sorted = [...this.spreads].sort((a, b) => a - b);
    const now = spread(frames);
    const drift = this.playing && sorted.length ? sorted[Math.floor(sorted.length / 2)] : now;
    const phase = this.tracks.length > 1 ? Math.max(...this.tracks.map((track) => Math.abs(track.time - this.leader.time))) * this.timing.rate : 0;
    return { frames, drift, worst: sorted.at(-1) ?? now, phase };
  }

  /** Change what is shown; goes on as it was. */
  async show(tracks) {
    const at = this.frame;
    this.#rest();
    this.tracks = tracks;
    this.seeking = null; // what was on its way was so for others
    this.spreads = [];
    this.pace = 1;
    for (const track of tracks) track.bias = 0;
    this.#sound();
    await this.seek(at);
  }

  /** Where it plays, it goes on from there; on the way it counts as playing, so that Space stops it. */
  async seek(frame) {
    const [first, last] = this.#whole();
    const turn = this.#rest();
    this.target = Math.max(first, Math.min(last, this.timing.clamp(frame)));
    this.#emit('frame');
    await this.#arrive();
    this.#emit('frame');
    if (this.playing && turn === this.turn) await this.play();
  }

  step(by) {
    if (this.playing) this.pause();
    return this.seek(this.target + by);
  }

  toggle() {
    return this.playing ? this.pause() : this.play();
  }

  async play() {
    const turn = ++this.turn;
    const [first, last] = this.range;
    this.playing = true;
    this.#emit('state');
    if (this.target < first || this.target >= last) this.target = first;
    await this.#prepare(turn);
    if (turn !== this.turn) return;
    this.spreads = [];
    this.judged = performance.now();
    this.#forget();
    this.missed = 0;
    this.counted = 0;
    this.#drive();
    this.#sound(); // another may lead by now
    const { leader } = this;
    const started = this.tracks.map((track) => track.video.play().then(() => true, () => false));
    const leads = await started[this.tracks.indexOf(leader)];
    if (turn !== this.turn) return;
    if (!leads) return this.pause();
    this.supplied = performance.now();
    this.#tick(turn);
  }

  async pause() {
    const at = this.frame;
    this.playing = false;
    this.#rest();
    this.#emit('state');
    this.afresh = true;
    await this.seek(at);
  }

  setSpeed(speed) {
    this.speed = speed;
    this.pace = 1;
    this.#drive();
    this.#emit('state');
  }

  /** Sound comes from the leader alone. */
  setSound(on) {
    this.sound = on;
    this.#sound();
    this.#emit('state');
  }

  get #rate() {
    return Math.max(LEAST, this.speed * this.pace);
  }

  #drive() {
    for (const track of this.tracks) track.video.playbackRate = this.#rate;
  }

  /** Once a second: slower where frames often differ, faster again where they did not for a while. */
  #judge() {
    if (!this.#supplied) return; // a slow line is not a slow machine
    const now = performance.now();
    this.counted += 1;
    if (this.spreads.at(-1) > 1) this.missed += 1;
    if (now - this.judged < 1000) return;
    const share = this.missed / this.counted;
    const before = this.pace;
    if (share > 0.25) this.pace = Math.max(SLOWEST, this.pace * 0.7);
    else if (share < 0.02) this.pace = Math.min(1, this.pace * 1.05);
    Object.assign(this, { judged: now, missed: 0, counted: 0 });
    if (this.pace !== before) this.#drive();
  }

  #sound() {
    for (const track of this.tracks) track.video.muted = !(this.sound && track === this.leader);
  }

  /** All stand still in a new turn. */
  #rest() {
    for (const track of this.tracks) track.video.pause();
    this.waiting = false;
    return ++this.turn;
  }

  /** Bring all tracks to the target. There is one way at a time: two would each wait for a frame of their own. */
  #arrive() {
    if (!this.seeking) {
      const seeking = this.#settle(this.tracks).finally(() => { if (this.seeking === seeking) this.seeking = null; });
      this.seeking = seeking;
    }
    return this.seeking;
  }

  /** Bring these tracks to the target; when that moved meanwhile, once more; when others are shown, no more. */
  async #settle(tracks) {
    let at;
    do {
      at = this.target;
      const { afresh } = this;
      this.afresh = false;
      await Promise.all(tracks.map((track) => track.seek(at, afresh)));
    } while (tracks === this.tracks && (at !== this.target || this.afresh));
  }

  get #supplied() {
    return this.tracks.every((track) => track.ready);
  }

  /** All at the target with pictures to go on with, however long that takes; `waiting` says so if it takes a while. */
  async #prepare(turn) {
    const timer = setTimeout(() => this.#wait(turn, true), SOON);
    let ahead = true;
    const rouse = (track) => track.video.play().then(() => { if (ahead) track.video.pause(); }, () => {});
    await this.#arrive();
    while (turn === this.turn && !this.#supplied) {
      const ready = await Promise.all(this.tracks.map((track) => track.untilReady()));
      if (turn === this.turn) this.tracks.filter((_, at) => !ready[at]).forEach(rouse); // phones load what is to play only
    }
    ahead = false;
    clearTimeout(timer);
    this.#wait(turn, false);
  }

  #wait(turn, waiting) {
    if (turn !== this.turn || this.waiting === waiting) return;
    this.waiting = waiting;
    this.#emit('state');
  }

  /** Frames that all tracks have, whatever the marks. */
  #whole() {
    const first = Math.max(0, ...this.tracks.map((track) => track.pick.start));
    const last = Math.min(this.timing.frames - 1, ...this.tracks.map((track) => track.pick.stop - 1));
    return last >= first ? [first, last] : [0, this.timing.frames - 1];
  }

  #tick(turn) {
    if (turn !== this.turn || !this.playing) return;
    this.#measure();
    this.#judge();
    const [first, last] = this.range;
    const { leader } = this;
    if (leader.video.ended || (leader.frame ?? 0) > last || (last < leader.pick.stop - 1 && leader.frame >= last)) {
      return void this.#end(first, last);
    }
    if (this.#stopped) return void this.pause();
    if (this.#starved) return void this.#gather();
    if (leader.video.playbackRate !== this.#rate) leader.video.playbackRate = this.#rate; // it may have been a follower
    for (const track of this.followers) this.#hold(track);
    this.#emit('frame');
    requestAnimationFrame(() => this.#tick(turn));
  }

  /** Whether somebody else stopped one: a media key, the browser's own menu, a phone call. Then all stop. */
  get #stopped() {
    return this.leader.broken || this.tracks.some((track) => track.halted);
  }

  /** Somebody else started one: all go on from what it shows. One that is out of sight stops again. */
  #join(track) {
    const { video } = track;
    const shown = this.tracks.includes(track);
    if (video.paused || (shown && this.playing)) return; // it was us
    if (!shown || this.followers.length) video.pause(); // the others are not ready to go along
    if (!shown) return;
    this.target = this.timing.clamp(track.frame ?? this.target);
    this.play();
  }

  #measure() {
    this.spreads.push(spread(this.tracks.map((track) => track.frame)));
    if (this.spreads.length > MEMORY) this.spreads.shift();
    for (const track of this.followers) {
      if (track.frame === null || Math.abs(track.frame - this.leader.frame) > WRONG) continue;
      track.ahead += track.frame - this.leader.frame;
      track.looks += 1;
    }
    if (performance.now() - this.averaged > WINDOW) this.#learn();
  }

  #forget() {
    this.averaged = performance.now();
    for (const track of this.tracks) Object.assign(track, { ahead: 0, looks: 0 });
  }

  #learn() {
    const most = WRONG / this.timing.rate;
    for (const track of this.followers) {
      if (track.looks < 5) continue;
      const ahead = track.ahead / track.looks / this.timing.rate;
      track.bias = Math.max(-most, Math.min(most, (track.bias ?? 0) + 0.6 * ahead));
    }
    this.#forget();
  }

  /** Round again, or stop on the last frame. Coming round it plays all the while: Space stops it there too. */
  async #end(first, last) {
    if (this.loop) {
      this.#rest();
      this.target = first;
      return this.play();
    }
    this.playing = false;
    await this.seek(last);
    this.#emit('state');
  }

  /** Whether pictures are missing: the leader's at all, another's for longer than it takes to jump. */
  get #starved() {
    const now = performance.now();
    if (this.#supplied) this.supplied = now;
    return !this.leader.ready || now - this.supplied > HUNGRY;
  }

  /** All wait for whoever ran out of pictures, then go on together. */
  #gather() {
    this.target = this.frame;
    this.#rest();
    return this.play();
  }

  #hold(track) {
    const { video } = track;
    if (track.broken || !track.ready) return; // a seek would throw away what is on its way
    const ahead = track.time - this.leader.time + (track.bias ?? 0);
    const now = performance.now();
    if (Math.abs(ahead) > FAR) {
      if (now - (track.jumped ?? 0) < REST) return;
      track.jumped = now;
      track.jump(this.leader.time + 0.06 * this.speed * this.pace);
      if (video.paused) video.play().catch(() => {});
      return;
    }
    const change = Math.abs(ahead) < NEAR ? 0 : Math.max(-MOST, Math.min(MOST, -ahead * PULL));
    const common = this.#rate;
    const rate = Math.max(LEAST, common * (1 + change));
    if (Math.abs(video.playbackRate - rate) > 0.003 * common || (!change && video.playbackRate !== common)) {
      video.playbackRate = rate;
    }
  }

  #emit(kind) {
    this.dispatchEvent(new Event(kind));
  }
}

/** Largest difference between frames; those not yet known do not count. */
function spread(frames) {
  const known = frames.filter((frame) => frame !== null);
  return known.length > 1 ? Math.max(...known) - Math.min(...known) : 0;
}
