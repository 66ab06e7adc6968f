// Two films under a wipe, in step: the left one is the clock, the right one follows it to the frame.
const box = document.querySelector('.wipe');
const [clock, other] = box.querySelectorAll('video');
const button = box.querySelector('.play');
const reach = box.querySelector('.reach');
const [over, under] = box.dataset.rate.split('/').map(Number);
const frame = under / over; // seconds
const shift = (Number(clock.dataset.start) - Number(other.dataset.start)) * frame;

reach.addEventListener('input', () => box.style.setProperty('--cut', `${reach.value}%`));
button.addEventListener('click', toggle);
addEventListener('keydown', (event) => {
  if (event.key !== ' ' || event.target === button) return;
  event.preventDefault();
  toggle();
});

function toggle() {
  if (clock.paused) play();
  else pause();
}

async function play() {
  box.classList.add('playing');
  button.setAttribute('aria-label', 'Pause');
  other.currentTime = Math.max(0, clock.currentTime + shift);
  await Promise.allSettled([clock.play(), other.play()]);
  requestAnimationFrame(keepStep);
}

function pause() {
  clock.pause();
  other.pause();
  other.currentTime = Math.max(0, clock.currentTime + shift);
  box.classList.remove('playing');
  button.setAttribute('aria-label', 'Play');
}

/** A small drift is made up by speed, a large one by a jump. */
function keepStep() {
  if (clock.paused) return;
  const drift = other.currentTime - (clock.currentTime + shift);
  if (Math.abs(drift) > 6 * frame && !other.seeking) other.currentTime = Math.max(0, clock.currentTime + shift);
  else other.playbackRate = Math.abs(drift) < frame / 4 ? 1 : 1 - Math.max(-0.2, Math.min(0.2, drift * 3));
  requestAnimationFrame(keepStep);
}
