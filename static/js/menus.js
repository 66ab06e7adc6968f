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

// A second press while the answer to the first is on its way would do the work twice: two trainings, two mixes.
const TWICE = 5000; // milliseconds; an answer that is a file leaves the page as it is, and may be asked for again
let sent = new WeakMap(); // form -> when
document.addEventListener('submit', (event) => {
  if (event.defaultPrevented || event.target.method !== 'post') return;
  if (event.timeStamp - (sent.get(event.target) ?? -TWICE) < TWICE) event.preventDefault();
  else sent.set(event.target, event.timeStamp);
});
// The token of a form is from when the page was made; whoever signed in anew since, in another tab, has another.
document.addEventListener('submit', (event) => {
  const field = event.target.querySelector('[name=csrfmiddlewaretoken]');
  if (field) field.value = csrfToken();
});
addEventListener('pageshow', () => { sent = new WeakMap(); });
