// Speed and time left, from what arrived within the last seconds, so that the figures neither jump nor lag.

const WINDOW = 8000; // milliseconds

export class Pace {
  #points = [];

  /** `bytes` of the file are at the server, or on their way, now. */
  note(bytes, now = performance.now()) {
    const last = this.#points.at(-1);
    if (last && bytes < last.bytes) this.#points = []; // a piece has to be sent again
    this.#points.push({ bytes, now });
    while (this.#points.length > 2 && now - this.#points[0].now > WINDOW) this.#points.shift();
  }

  /** Begin anew, after a pause. */
  reset() {
    this.#points = [];
  }

  /** Bytes a second, or 0 while it cannot be told. */
  get speed() {
    if (this.#points.length < 2) return 0;
    const first = this.#points[0];
    const last = this.#points.at(-1);
    const seconds = (last.now - first.now) / 1000;
    return seconds > 0.4 ? (last.bytes - first.bytes) / seconds : 0;
  }
}

/** 5.2 MB */
export function size(bytes) {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  let step = 0;
  let value = bytes;
  while (value >= 1024 && step < units.length - 1) {
    value /= 1024;
    step += 1;
  }
  return `${step === 0 ? value : value.toFixed(value < 100 ? 1 : 0)} ${units[step]}`;
}

/** 3 min 20 s */
export function time(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60 ? `${whole % 60} s` : ''}`.trim();
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
