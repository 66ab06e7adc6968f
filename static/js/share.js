// The dialog that makes a share link: the address, and the HTML of the player, appear in it once, to be copied.
import { post } from './http.js';
import { toast } from './toast.js';

for (const form of document.querySelectorAll('form[data-share]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    make(form);
  });
  form.closest('dialog').addEventListener('close', () => reset(form));
}

async function make(form) {
  if (!form.querySelector('[data-after]').hidden) return; // Enter in the field that shows the new one
  const button = form.querySelector('button[data-before]');
  button.disabled = true;
  try {
    const { address, expires, frame } = await (await post(form.action, new FormData(form))).json();
    show(form, address, expires, frame);
  } catch (error) {
    toast(error.message, 'bad');
  } finally {
    button.disabled = false;
  }
}

function show(form, address, expires, frame) {
  for (const part of form.querySelectorAll('[data-before]')) part.hidden = true;
  form.querySelector('[data-after]').hidden = false;
  const day = expires ? new Date(expires).toLocaleDateString(undefined, { dateStyle: 'long' }) : '';
  form.querySelector('[data-said]').textContent = `Copy it now: it is shown only this once. It opens until ${day || 'you revoke it'}.`;
  const html = form.querySelector('#share-frame');
  if (html) html.value = frame;
  const field = form.querySelector('#share-address');
  field.value = address;
  field.focus();
  field.select();
}

/** The address is gone when the dialog is; another opening makes another link. */
function reset(form) {
  for (const part of form.querySelectorAll('[data-before]')) part.hidden = false;
  form.querySelector('[data-after]').hidden = true;
  for (const field of form.querySelectorAll('#share-address, #share-frame')) field.value = '';
}
