// <button data-opens="ID"> opens <dialog id="ID">; <button data-closes> closes the one it is in.

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-opens]');
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog && !dialog.open) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  const closer = event.target.closest('[data-closes]');
  if (closer) closer.closest('dialog')?.close();
  else if (event.target instanceof HTMLDialogElement && outside(event)) event.target.close();
});

function outside(event) {
  const box = event.target.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  return event.detail > 0 && !inside;
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
