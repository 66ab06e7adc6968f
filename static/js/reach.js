// <input class="reach" type="range"> over a whole picture: a finger that scrolls the page begins by moving it.

/** What a finger moved before the page scrolled under it is put back. */
export function spareFromScrolling(reach) {
  let before = reach.value;
  reach.addEventListener('pointerdown', () => { before = reach.value; });
  reach.addEventListener('pointercancel', () => {
    reach.value = before;
    reach.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
