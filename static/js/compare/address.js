// The arrangement in the address, so that it can be kept, sent and come back to.

/** The query of an arrangement as videos/arrangement.py reads it; usual values are left out. */
export function query(player) {
  const { clock, viewport } = player;
  const said = { layout: player.layout };
  if (player.layout === 'grid') said.grid = player.grid.join(',');
  said.a = player.a;
  said.b = player.b;
  said.t = clock.frame;
  if (clock.marks.in !== null) said.in = clock.marks.in;
  if (clock.marks.out !== null) said.out = clock.marks.out;
  if (viewport.scale > 1.001) said.zoom = [viewport.scale, viewport.x, viewport.y].map((part) => Number(part.toFixed(4))).join(',');
  if (player.layout === 'wipe') said.cut = Number(player.cut.toFixed(1));
  if (player.layout === 'loupe') said.lens = player.lens.map((part) => Number(part.toFixed(3))).join(',');
  return said;
}

let timer = 0;

/** Write it, a moment after the last change: browsers count how often that is done. */
export function remember(player) {
  clearTimeout(timer);
  timer = setTimeout(() => history.replaceState(history.state, '', address(player)), 350);
}

export function address(player) {
  const here = new URL(location.href);
  const share = here.searchParams.get('share');
  here.search = '';
  here.pathname = here.pathname.replace(/(save|edit)\/$/, ''); // what a form that was refused was sent to cannot be opened
  for (const [key, value] of Object.entries(query(player))) here.searchParams.set(key, value);
  if (share) here.searchParams.set('share', share);
  return here.href.replaceAll('%2C', ',');
}
