// Two films under a wipe, held in step by the clock of the comparison; within the marks that were saved with it. Their
// posters stand there until somebody presses something: a page elsewhere may hold many of these.

import { Clock } from './compare/clock.js';
import { Timing } from './compare/timing.js';
import { Track } from './compare/track.js';
import { spareFromScrolling } from './reach.js';

const box = document.querySelector('.wipe');
const button = box.querySelector('.play');
const reach = box.querySelector('.reach');
const timing = new Timing(box.dataset.rate.split('/').map(Number), Number(box.dataset.frames));
const clock = new Clock(timing);
const said = (name) => (box.dataset[name] ? Number(box.dataset[name]) : null);

clock.marks = { in: said('in'), out: said('out') };
clock.target = said('at') ?? said('in') ?? 0;
const tracks = [...box.querySelectorAll('video')].map((video) => {
  const { start, stop } = video.dataset;
  return new Track({ name: video.ariaLabel, start: Number(start), stop: Number(stop) }, timing, video, video.preload);
});

let begun = false;
function begin() {
  if (begun) return;
  begun = true;
  clock.show(tracks);
}
if (tracks.some(({ video }) => !video.poster)) begin(); // there would be nothing to see

clock.addEventListener('state', () => {
  box.classList.toggle('playing', clock.playing);
  box.classList.toggle('waiting', clock.waiting);
  button.setAttribute('aria-label', clock.waiting ? 'Pause, loading' : clock.playing ? 'Pause' : 'Play');
});
box.style.setProperty('--cut', `${reach.value}%`); // a browser that comes back to the page keeps the range's value
reach.addEventListener('input', () => box.style.setProperty('--cut', `${reach.value}%`));
spareFromScrolling(reach);
for (const kind of ['pointerdown', 'keydown', 'click']) addEventListener(kind, begin, { capture: true, once: true });
button.addEventListener('click', () => clock.toggle());
addEventListener('keydown', (event) => {
  if (event.key !== ' ' || event.target === button) return;
  event.preventDefault();
  if (!event.repeat) clock.toggle();
});
