// Dark, light or as the system says; kept in a cookie so that the server paints it right at once.

const YEAR = 365 * 24 * 3600;

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-theme-switch] button');
  if (!button) return;
  if (button.value) document.documentElement.dataset.theme = button.value;
  else delete document.documentElement.dataset.theme;
  document.cookie = `theme=${button.value};path=/;max-age=${button.value ? YEAR : 0};samesite=lax`;
  for (const other of document.querySelectorAll('[data-theme-switch] button')) {
    other.setAttribute('aria-pressed', String(other.value === button.value));
  }
});
