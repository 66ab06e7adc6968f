// The mixing desk: a slider moves, and the still follows as fast as it can be painted; the latest wish wins. What is mixed
// stands in the address, as videos/views/mix.py reads it: a reload, taking a filter out and signing in anew keep it.

import { ask } from '../http.js';

const REST = 350; // milliseconds after the last change: browsers count how often addresses change

const desk = document.getElementById('desk');
if (desk) {
  const stage = desk.querySelector('.mix-stage');
  const says = document.getElementById('mix-says');
  const hold = document.getElementById('mix-hold');
  const keep = document.getElementById('keep');
  const parts = [...document.querySelectorAll('.mix-part')];
  const slides = parts.map((part) => part.querySelector('.slide'));
  let mixed = stage.querySelector('.mixed');
  let painting = false;
  let wanted = '';
  let noting = 0;

  document.getElementById('look').hidden = true;
  hold.hidden = !mixed;
  desk.addEventListener('formdata', ({ formData }) => formData.set('name', keep.elements.name.value)); // of another form
  for (const one of document.querySelectorAll('[data-submits]')) one.addEventListener('change', () => desk.requestSubmit());

  /** What is looked at, under a mix of these parts. */
  const query = (mixing) => {
    const said = new URLSearchParams();
    for (const part of mixing) said.append('part', `${part.dataset.slug}:${slides[parts.indexOf(part)].value}`);
    const video = document.querySelector('[name=video][form=desk]').value;
    if (video) said.append('video', video);
    said.append('frame', desk.querySelector('[name=frame]:checked')?.value ?? '0');
    return said;
  };
  const address = (mixing) => `${desk.dataset.still}?${query(mixing)}`;
  const page = (mixing) => {
    const said = query(mixing);
    if (keep.elements.name.value) said.append('name', keep.elements.name.value);
    return `${desk.getAttribute('action')}?${said}`;
  };

  function note() {
    clearTimeout(noting);
    history.replaceState(history.state, '', page(parts));
  }

  function noteSoon() {
    parts.forEach((part) => { part.querySelector('[data-out]').href = page(parts.filter((other) => other !== part)); });
    clearTimeout(noting);
    noting = setTimeout(note, REST);
  }

  function told() {
    const whole = slides.reduce((sum, slide) => sum + Number(slide.value), 0);
    parts.forEach((part, at) => {
      part.querySelector('[data-percent]').textContent = `${whole ? Math.round((100 * slides[at].value) / whole) : 0} %`;
    });
    [...keep.querySelectorAll('[name=part]')].forEach((part, at) => { part.value = `${parts[at].dataset.slug}:${slides[at].value}`; });
    noteSoon();
    return whole > 0;
  }

  /** Paint what is wished for now; while one is painted only the last wish is remembered. */
  async function paint() {
    if (!told()) {
      says.textContent = 'Give at least one filter some weight.';
      return;
    }
    wanted = address(parts);
    if (painting) return;
    painting = true;
    stage.classList.add('painting');
    while (wanted) {
      const now = wanted;
      wanted = '';
      await show(now);
    }
    painting = false;
    stage.classList.remove('painting');
  }

  async function show(now) {
    const begun = performance.now();
    try {
      const answer = await ask(now);
      const next = new Image();
      next.className = 'mixed';
      next.alt = 'The frame under the mix';
      next.src = URL.createObjectURL(await answer.blob());
      await next.decode();
      if (mixed) {
        URL.revokeObjectURL(mixed.src);
        mixed.replaceWith(next);
      } else stage.append(next);
      mixed = next;
      hold.hidden = false;
      says.textContent = `painted in ${((performance.now() - begun) / 1000).toFixed(2)} s`;
    } catch (problem) {
      says.textContent = problem.message;
      if (!problem.after) return;
      await new Promise((soon) => setTimeout(soon, 1000 * problem.after));
      wanted ||= now; // many were mixing: it is still wanted, unless a slider has moved since
    }
  }

  for (const slide of slides) slide.addEventListener('input', paint);
  keep.addEventListener('input', noteSoon);
  keep.addEventListener('submit', note); // whoever has to sign in first is sent back here
  if (mixed?.complete && !mixed.naturalWidth) paint(); // it came to nothing: ask again, or say why
  else mixed?.addEventListener('error', paint, { once: true });
  desk.addEventListener('change', (event) => {
    if (event.target.name !== 'frame') return;
    keep.elements.frame.value = event.target.value;
    stage.querySelector('img:not(.mixed)').src = address([]);
    paint();
  });
  const holding = (on) => () => stage.classList.toggle('holding', on);
  hold.addEventListener('pointerdown', holding(true));
  for (const kind of ['pointerup', 'pointerleave', 'pointercancel', 'keyup', 'blur']) hold.addEventListener(kind, holding(false));
  hold.addEventListener('keydown', (event) => { if (event.key === ' ' || event.key === 'Enter') holding(true)(); });
}
