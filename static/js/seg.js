// Of a row of choices that is wider than the screen, the chosen one stands in sight.

for (const row of document.querySelectorAll('nav.seg')) {
  const chosen = row.querySelector('[aria-current]')?.getBoundingClientRect();
  if (!chosen) continue;
  const { left, width } = row.getBoundingClientRect();
  row.scrollLeft += chosen.left + chosen.width / 2 - (left + width / 2);
}
