// Frames and seconds of a clip whose rate is an exact fraction. Everything counts in frames of the footage.

export class Timing {
  /** `rate` is [numerator, denominator] in frames a second; `frames` how many the footage has. */
  constructor([numerator, denominator], frames) {
    this.rate = numerator / denominator;
    this.frames = frames;
  }

  /** The middle of a frame in seconds: seeking there meets it, whatever the rounding of its timestamp. */
  middle(frame) {
    return (frame + 0.5) / this.rate;
  }

  /** The frame whose presentation time is `mediaTime` seconds, as requestVideoFrameCallback tells it. */
  frameOf(mediaTime) {
    return Math.round(mediaTime * this.rate);
  }

  clamp(frame) {
    return Math.max(0, Math.min(this.frames - 1, Math.round(frame)));
  }

  /** 00:02.469, the time at which a frame begins. */
  code(frame) {
    const ms = Math.floor((frame / this.rate) * 1000 + 1e-6);
    const two = (n) => String(n).padStart(2, '0');
    const hours = Math.floor(ms / 3600000);
    return `${hours ? `${hours}:` : ''}${two(Math.floor(ms / 60000) % 60)}:${two(Math.floor(ms / 1000) % 60)}.${String(ms % 1000).padStart(3, '0')}`;
  }
}
