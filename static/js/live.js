// <div data-live="ADDRESS" data-every="2"> is fetched anew every so many seconds, for as long as the server's answer
// carries data-live itself. The answer is the element that takes its place; where it says the same, nothing is
// touched, so that focus stays. When the page is hidden, nothing is asked; while something in the part is pressed,
// nothing is replaced, or the click would be lost.

import { ask } from './http.js';
import { toast } from './toast.js';

const SELDOM = 30; // seconds
const GONE = 'This page cannot be brought up to date any more. Reload it.';
const SIGNED_OUT = 'You are signed out. Sign in, and this page goes on by itself.';
const waiting = new Map(); // element -> timer
const told = new Set(); // sentences that were said
let pressed = null; // what a pointer is down on

function watch(root = document) {
  for (const part of root.querySelectorAll('[data-live]')) {
    if (!waiting.has(part)) schedule(part, seconds(part));
  }
}

const seconds = (part) => Number(part.dataset.every || 2);

function schedule(part, wait) {
  clearTimeout(waiting.get(part));
  waiting.set(part, setTimeout(() => refresh(part), wait * 1000));
}

async function refresh(part) {
  if (!part.isConnected) return void waiting.delete(part);
  if (document.hidden) return schedule(part, seconds(part));
  try {
    const response = await ask(part.dataset.live, { cache: 'no-store' });
    replace(part, await response.text());
  } catch (error) {
    missed(part, error.status);
  }
}

function missed(part, status) {
  if (status === 404) {
    waiting.delete(part);
    return say(GONE);
  }
  if (status === 401) say(SIGNED_OUT);
  schedule(part, status === 401 ? SELDOM : Math.min(SELDOM, seconds(part) * 4)); // the server may be restarting
}

function say(sentence) {
  if (!told.has(sentence)) toast(sentence, 'bad', 20);
  told.add(sentence);
}

function replace(part, text) {
  const box = document.createElement('template');
  box.innerHTML = text.trim();
  const fresh = box.content.firstElementChild;
  if (!fresh) return void waiting.delete(part);
  if (fresh.hasAttribute('data-reload')) return void location.reload();
  passToken(part, fresh);
  if (part.contains(pressed) || fresh.isEqualNode(part)) return schedule(part, seconds(part));
  waiting.delete(part);
  keepProgress(part, fresh);
  const focused = part.contains(document.activeElement) ? document.activeElement.id : '';
  part.replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true }); // whoever scrolled on stays there
  fresh.dispatchEvent(new CustomEvent('live:changed', { bubbles: true }));
  if (fresh.hasAttribute('data-live')) schedule(fresh, seconds(fresh));
  watch(fresh);
}

/** Django masks its token anew in every answer: that is no change, and it is the newest that counts. */
function passToken(part, fresh) {
  const token = fresh.querySelector('[name=csrfmiddlewaretoken]')?.getAttribute('value');
  if (!token) return;
  for (const field of part.querySelectorAll('[name=csrfmiddlewaretoken]')) field.setAttribute('value', token);
}

/** A bar that was at 40 % and is at 45 % glides there instead of being new; in the end it stands as it was written. */
function keepProgress(old, fresh) {
  const before = old.querySelectorAll('progress[id]');
  for (const bar of before) {
    const after = fresh.querySelector(`#${CSS.escape(bar.id)}`);
    if (!after || !after.hasAttribute('value')) continue;
    const goal = after.getAttribute('value');
    after.value = bar.value;
    requestAnimationFrame(() => requestAnimationFrame(() => after.setAttribute('value', goal)));
  }
}

document.addEventListener('pointerdown', (event) => { if (!event.button) pressed = event.target; }, true);
for (const kind of ['pointerup', 'pointercancel']) {
  document.addEventListener(kind, () => setTimeout(() => { pressed = null; }), true); // the click comes first
}
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) for (const part of waiting.keys()) schedule(part, 0.1);
});
watch();
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) {
    if (node.nodeType !== Node.ELEMENT_NODE) continue;
    if (node.matches('[data-live]') && !waiting.has(node)) schedule(node, seconds(node));
    watch(node);
  }
}).observe(document.body, { childList: true, subtree: true });
