// Fingers and mouse on the stage: drag the wipe, pan, pinch, move the loupe, flip the blink, swipe it to the next filter.

const TAP = 6; // pixels that a press may move and still be a tap
const SWIPE = 40; // pixels across from which a finger turns to the next filter

/** `player` has: layout, viewport, setCut(share), setLens(x, y), tap(x, y, pane), next(by). Shares are 0 to 1 of a pane. */
export function listen(panes, player) {
  const down = new Map(); // pointer id -> {x, y}
  let grip = null; // 'cut' | 'pan' | 'lens' | 'pinch' | 'swipe' | null
  let moved = 0;
  let from = { x: 0, y: 0 }; // where the press began
  let cut = 0; // where the wipe stood then
  let waits = false; // a finger that may be about to scroll the page: the wipe follows once it goes across
  let pinch = null;
  let held = panes; // what the press began on: a captured pointer's events come from the stage, wherever it is

  const under = (event) => (player.layout === 'grid' ? event.target.closest?.('.pane') ?? panes : panes);
  const spot = (event) => {
    const box = (down.size ? held : under(event)).getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height, box };
  };
  const choose = (event) => {
    if (event.target.closest('.handle')) return 'cut';
    if (player.layout === 'loupe') return 'lens';
    if (player.viewport.scale > 1) return 'pan';
    return { wipe: 'cut', blink: 'swipe' }[player.layout] ?? null;
  };

  panes.addEventListener('pointerdown', (event) => {
    if (event.button) return;
    if (!down.size) held = under(event);
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    player.touched();
    if (down.size === 2) {
      grip = 'pinch';
      pinch = between(down);
      return;
    }
    moved = 0;
    from = { x: event.clientX, y: event.clientY };
    cut = player.cut;
    grip = choose(event);
    waits = event.pointerType === 'touch' && !event.target.closest('.handle');
    if (event.pointerType === 'mouse' || grip === 'cut') event.preventDefault();
    panes.focus({ preventScroll: true });
    panes.setPointerCapture(event.pointerId); // or a release beside the stage would go unheard
    if (grip === 'lens') player.setLens(spot(event).x, spot(event).y);
  });

  panes.addEventListener('pointermove', (event) => {
    const last = down.get(event.pointerId);
    const { x, y, box } = spot(event);
    if (!last) {
      if (player.layout === 'loupe' && event.pointerType === 'mouse') player.setLens(x, y);
      return;
    }
    const dx = event.clientX - last.x;
    const dy = event.clientY - last.y;
    moved += Math.abs(dx) + Math.abs(dy);
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (grip === 'cut' && moved > 2 && !(waits &&= !goesAcross(from, event))) player.setCut(x);
    if (grip === 'lens') player.setLens(x, y);
    if (grip === 'pan') { panes.parentElement.closest('.compare').classList.add('panning'); player.viewport.pan(dx / box.width, dy / box.height); }
    if (grip === 'pinch' && down.size === 2) {
      const now = between(down);
      player.viewport.zoomAt(now.distance / pinch.distance, (now.x - box.left) / box.width, (now.y - box.top) / box.height);
      player.viewport.pan((now.x - pinch.x) / box.width, (now.y - pinch.y) / box.height);
      pinch = now;
    }
  });

  const up = (event) => {
    if (!down.has(event.pointerId)) return;
    const at = spot(event);
    down.delete(event.pointerId);
    document.querySelector('.compare.panning')?.classList.remove('panning');
    if (event.type === 'pointerup' && grip !== 'pinch' && moved < TAP) player.tap(at);
    if (event.type === 'pointercancel' && grip === 'cut' && !waits) player.setCut(cut / 100); // the page scrolls instead
    const across = event.clientX - from.x;
    if (event.type === 'pointerup' && grip === 'swipe' && Math.abs(across) > SWIPE) player.next(across < 0 ? 1 : -1);
    if (!down.size) grip = null;
  };
  panes.addEventListener('pointerup', up);
  panes.addEventListener('pointercancel', up);

  panes.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { x, y } = spot(event);
    player.viewport.zoomAt(Math.exp(-event.deltaY * 0.01), x, y);
  }, { passive: false });
  panes.addEventListener('dblclick', (event) => {
    if (player.layout === 'grid' || player.layout === 'blink') return;
    event.preventDefault();
    const { x, y } = spot(event);
    if (player.viewport.scale > 1) player.viewport.reset();
    else player.viewport.zoomAt(3, x, y);
  });
  panes.addEventListener('dragstart', (event) => event.preventDefault());
}

/** Whether a finger has moved beyond a tap, and more across than up or down, as browsers tell it from scrolling. */
function goesAcross(from, { clientX, clientY }) {
  const across = Math.abs(clientX - from.x);
  return across > TAP && across > Math.abs(clientY - from.y);
}

/** The middle of two fingers and how far they are apart. */
function between(down) {
  const [a, b] = [...down.values()];
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, distance: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)) };
}
