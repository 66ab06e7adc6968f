// A wipe between two pictures on a stage: <div class="stage" data-wipe><img><img class="b"><input class="reach" type="range">…
// The range lies over the whole stage, so it is dragged, pressed and moved with the keys without more ado.

import { spareFromScrolling } from './reach.js';

const still = matchMedia('(prefers-reduced-motion: reduce)');

/** Move `stage`'s cut from 85 to its resting place, once, to show what it does; a touch takes over. */
function sweep(stage, reach) {
  const rest = Number(reach.value);
  const began = performance.now();
  let taken = false;
  const stop = () => { taken = true; };
  for (const kind of ['pointerdown', 'input', 'keydown']) stage.addEventListener(kind, stop, { once: true });
  const step = (now) => {
    if (taken) return void stage.style.setProperty('--cut', `${reach.value}%`);
    const t = Math.min(1, (now - began) / 1600);
    const swing = rest + (88 - rest) * Math.sin(Math.PI * t) * (1 - t * 0.4);
    stage.style.setProperty('--cut', `${swing}%`);
    if (t < 1) requestAnimationFrame(step);
    else stage.style.setProperty('--cut', `${rest}%`);
  };
  requestAnimationFrame(step);
}

for (const stage of document.querySelectorAll('[data-wipe]')) {
  const reach = stage.querySelector('.reach');
  reach.addEventListener('input', () => stage.style.setProperty('--cut', `${reach.value}%`));
  spareFromScrolling(reach);
  const pictures = [...stage.querySelectorAll('img')];
  Promise.all(pictures.map((picture) => picture.decode().catch(() => {}))).then(() => {
    if (!still.matches) sweep(stage, reach);
  });
}
