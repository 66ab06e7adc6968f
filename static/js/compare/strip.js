// Where the filters are a strip (narrow screens), what was put on the stage is brought into sight there.

/** Scroll `strip` so that the pick `ref` stands in its middle; `smooth`ly or at once. The page stays where it is. */
export function reveal(strip, ref, smooth) {
  const pick = strip?.querySelector(`[data-pick="${CSS.escape(ref)}"]`);
  if (!pick || strip.scrollWidth <= strip.clientWidth) return;
  const left = pick.offsetLeft - (strip.clientWidth - pick.offsetWidth) / 2;
  strip.scrollTo({ left, behavior: smooth ? 'smooth' : 'instant' });
}
