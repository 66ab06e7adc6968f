// <details class="menu"> closes with Escape and when something else is pressed or focused.
import { csrfToken } from './http.js';

for (const kind of ['pointerdown', 'focusin']) {
  document.addEventListener(kind, (event) => {
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
}
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector('summary').focus();
  }
});

// A second press while the answer to the first is on its way would do the work twice: two trainings, two mixes. Later
// presses are asked about: the answer may take minutes, and nothing tells that a person or the browser stopped waiting.
const TWICE = 5000; // milliseconds
let sent = new WeakMap(); // form -> when
document.addEventListener('submit', (event) => {
  if (event.defaultPrevented || event.target.method !== 'post') return;
  const before = sent.get(event.target);
  if (before !== undefined && (event.timeStamp - before < TWICE || !mayGoTwice())) event.preventDefault();
  else sent.set(event.target, event.timeStamp);
});
const mayGoTwice = () => confirm('This was sent, and the answer is still on its way. Send it once more?');
// The token of a form is from when the page was made; whoever signed in anew since, in another tab, has another.
document.addEventListener('submit', (event) => {
  const field = event.target.querySelector('[name=csrfmiddlewaretoken]');
  if (field) field.value = csrfToken();
});
addEventListener('pageshow', () => { sent = new WeakMap(); });
