// <button data-opens="ID"> opens <dialog id="ID">; <button data-closes> closes the one it is in, and so does a press
// beside it. One that began inside, as in selecting a text by dragging, leaves it open wherever it is let go.

let began = false; // whether the last press began beside the dialog that it is on
document.addEventListener('pointerdown', (event) => { began = outside(event); }, true);

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-opens]');
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog && !dialog.open) {
      event.preventDefault();
      opener.closest('details.menu')?.querySelector('summary').focus(); // a menu closes, so that is where one comes back to
      dialog.showModal();
    }
    return;
  }
  const closer = event.target.closest('[data-closes]');
  if (closer) closer.closest('dialog')?.close();
  else if (began && event.detail > 0 && outside(event)) event.target.close();
});

function outside({ target, clientX, clientY }) {
  if (!(target instanceof HTMLDialogElement)) return false;
  const box = target.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}

// A dialog that the server sends open, since something in its form is amiss: at the end of a long page nobody would see it.
for (const dialog of document.querySelectorAll('dialog[open]')) {
  dialog.open = false;
  dialog.showModal();
}

// <button data-copies="#id-of-a-field"> or data-copy-text="…": onto the clipboard.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copies], [data-copy-text]');
  if (!button) return;
  const field = button.dataset.copies ? document.querySelector(button.dataset.copies) : null;
  const text = field ? (field.value ?? field.textContent) : button.dataset.copyText;
  const { toast } = await import('./toast.js');
  try {
    await navigator.clipboard.writeText(text);
    toast('Copied.', 'good', 3);
  } catch {
    field?.select?.();
    toast('Copying is not allowed here: press Ctrl C.', '', 5);
  }
});

// <button data-sends="#id-of-a-field" hidden>: its address by what the device sends with, where it has something of the kind.
if (navigator.share) for (const button of document.querySelectorAll('[data-sends]')) button.hidden = false;
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-sends]');
  if (!button) return;
  try {
    await navigator.share({ title: document.title, url: document.querySelector(button.dataset.sends).value });
  } catch (problem) {
    if (problem.name === 'AbortError') return; // thought better of it
    const { toast } = await import('./toast.js');
    toast('Sending is not allowed here: copy the link.', '', 5);
  }
});
