// Points of a plot (<figure class="plot">) say their name and figures: under the pointer, with the focus, and at the first
// tap of a finger, which finds the nearest one; the second tap opens its page. The bubble never leaves its plot.

const FINGER = 26; // pixels: how far from a point a finger may be
const AWAY = 8; // pixels between a point and its bubble

for (const plot of document.querySelectorAll('.plot')) tell(plot);

function tell(plot) {
  const field = plot.querySelector('.plot-field');
  const bubble = plot.querySelector('.plot-says');
  const dots = [...plot.querySelectorAll('.dot')];
  let shown = null;
  let finger = false; // whether it was one that came down last, and what was shown then
  let before = null;

  for (const dot of dots) {
    const title = dot.querySelector('title');
    dot.setAttribute('aria-label', title.textContent);
    title.remove(); // the browser's own bubble would lie upon ours
  }
  plot.classList.add('tells');

  function show(dot) {
    shown?.classList.remove('shown');
    shown = dot;
    bubble.hidden = !dot;
    if (!dot) return;
    dot.classList.add('shown');
    bubble.href = dot.href.baseVal;
    bubble.querySelector('.work').textContent = dot.querySelector('.name').textContent;
    bubble.querySelector('.mono').textContent = dot.dataset.says;
    place(bubble, field, dot);
  }

  plot.addEventListener('pointerover', (event) => {
    if (event.pointerType === 'mouse') show(event.target.closest('.dot') ?? (bubble.contains(event.target) ? shown : null));
  });
  plot.addEventListener('pointerleave', (event) => { if (event.pointerType === 'mouse') show(null); });
  plot.addEventListener('focusin', (event) => { if (event.target.matches('.dot:focus-visible')) show(event.target); });
  plot.addEventListener('focusout', (event) => { if (event.relatedTarget !== bubble) show(null); });
  plot.addEventListener('keydown', (event) => { if (event.key === 'Escape') show(null); });

  document.addEventListener('pointerdown', (event) => {
    finger = event.pointerType !== 'mouse';
    before = shown;
    if (finger && !field.contains(event.target)) show(null);
  });
  field.addEventListener('click', (event) => {
    if (!finger || !event.detail || bubble.contains(event.target)) return; // a key's click has no detail
    event.preventDefault();
    const near = nearest(dots, event);
    if (near && near === before) location.assign(near.href.baseVal);
    else show(near);
  });
}

/** The point that a finger means, or null. */
function nearest(dots, { clientX, clientY }) {
  let found = null;
  let least = FINGER;
  for (const dot of dots) {
    const at = middle(dot);
    const far = Math.hypot(at.x - clientX, at.y - clientY);
    if (far <= least) [found, least] = [dot, far];
  }
  return found;
}

function middle(dot) {
  const box = dot.querySelector('.mark').getBoundingClientRect();
  return { x: box.left + box.width / 2, y: box.top + box.height / 2, r: box.height / 2 };
}

/** Above its point, or below where there is no room; moved sideways as far as it takes to stay within the plot. */
function place(bubble, field, dot) {
  const frame = field.getBoundingClientRect();
  const size = bubble.getBoundingClientRect();
  const at = middle(dot);
  const most = { x: frame.width - size.width, y: frame.height - size.height };
  const above = at.y - at.r - AWAY - size.height - frame.top;
  const below = at.y + at.r + AWAY - frame.top;
  const x = Math.min(Math.max(at.x - frame.left - size.width / 2, 0), most.x);
  bubble.style.setProperty('--x', `${x}px`);
  bubble.style.setProperty('--y', `${above >= 0 ? above : Math.min(below, most.y)}px`);
}
