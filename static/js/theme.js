// Dark, light or as the system says; kept in a cookie so that the server paints it right at once.

const YEAR = 365 * 24 * 3600;
const AROUND = { dark: '#100f0e', light: '#f6f3ed' }; // --room: what is around the page has its colour

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-theme-switch] button');
  if (!button) return;
  if (button.value) document.documentElement.dataset.theme = button.value;
  else delete document.documentElement.dataset.theme;
  document.cookie = `theme=${button.value};path=/;max-age=${button.value ? YEAR : 0};samesite=lax`;
  paintAround(button.value);
  for (const other of document.querySelectorAll('[data-theme-switch] button')) {
    other.setAttribute('aria-pressed', String(other.value === button.value));
  }
});

/** As base.html writes it: one colour where `chosen` is dark or light, else one for each that the system may say. */
function paintAround(chosen) {
  for (const old of document.querySelectorAll('meta[name="theme-color"]')) old.remove();
  for (const theme of chosen ? [chosen] : Object.keys(AROUND)) {
    const meta = Object.assign(document.createElement('meta'), { name: 'theme-color', content: AROUND[theme] });
    if (!chosen) meta.media = `(prefers-color-scheme: ${theme})`;
    document.head.append(meta);
  }
}
