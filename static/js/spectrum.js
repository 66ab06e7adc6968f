// The spectrum card: a slice opens under the pointer, under a dragging finger, and with the arrow keys.
// The pictures never move: only the edges between them do (--from and --to of each slice, 0 to 1).

const WIDE = 5; // the open slice is this many times as wide as the others

/** Edges of `n` slices of which `open` (or none: -1) is wide. */
export function edges(n, open) {
  const widths = Array.from({ length: n }, (_, i) => (i === open ? WIDE : 1));
  const whole = widths.reduce((a, b) => a + b, 0);
  let at = 0;
  return widths.map((width) => [at / whole, (at += width) / whole]);
}

function show(spectrum, open) {
  if (spectrum.dataset.open === String(open)) return;
  spectrum.dataset.open = String(open);
  const slices = [...spectrum.children];
  edges(slices.length, open).forEach(([from, to], i) => {
    slices[i].style.setProperty('--from', from);
    slices[i].style.setProperty('--to', to);
    slices[i].classList.toggle('open', i === open);
  });
  const link = spectrum.closest('a');
  if (!link) return;
  link.dataset.whole ??= link.getAttribute('href');
  const render = slices[open]?.dataset.render;
  const joint = link.dataset.whole.includes('?') ? '&' : '?';
  link.setAttribute('href', render ? `${link.dataset.whole}${joint}r=${render}` : link.dataset.whole);
}

function sliceAt(spectrum, x) {
  const box = spectrum.getBoundingClientRect();
  const share = (x - box.left) / box.width;
  const n = spectrum.children.length;
  const current = edges(n, Number(spectrum.dataset.open ?? -1));
  const at = current.findIndex(([, to]) => share < to);
  return at < 0 ? n - 1 : at; // a finger may be dragged past the edge
}

document.addEventListener('pointerover', (event) => {
  const spectrum = event.target.closest?.('.spectrum');
  if (!spectrum || spectrum.dataset.heard || spectrum.children.length < 2) return;
  spectrum.dataset.heard = '';
  listen(spectrum);
  if (event.pointerType === 'mouse') show(spectrum, sliceAt(spectrum, event.clientX));
});

function listen(spectrum) {
  let dragged = false;
  let start = 0;
  spectrum.addEventListener('pointermove', (event) => {
    if (event.pointerType !== 'mouse' && Math.abs(event.clientX - start) > 8) dragged = true;
    if (event.pointerType === 'mouse' || dragged) show(spectrum, sliceAt(spectrum, event.clientX));
  });
  spectrum.addEventListener('pointerdown', (event) => { dragged = false; start = event.clientX; });
  spectrum.addEventListener('pointerleave', (event) => { if (event.pointerType === 'mouse') show(spectrum, -1); });
  spectrum.addEventListener('dragstart', (event) => event.preventDefault());
  spectrum.closest('a')?.addEventListener('click', (event) => { if (dragged) { event.preventDefault(); dragged = false; } });
}

document.addEventListener('keydown', (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const spectrum = event.target.matches?.('a') ? event.target.querySelector('.spectrum') : null;
  if (!spectrum || !step || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const n = spectrum.children.length;
  const now = Number(spectrum.dataset.open ?? -1);
  show(spectrum, now < 0 ? (step > 0 ? 0 : n - 1) : (now + step + n) % n);
});
document.addEventListener('focusout', (event) => {
  const spectrum = event.target.matches?.('a') ? event.target.querySelector('.spectrum') : null;
  if (spectrum) show(spectrum, -1);
});
