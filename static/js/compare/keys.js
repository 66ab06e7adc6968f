// The keyboard, all of it. Keys that a field or an open dialog needs are left to it.

const LAYOUTS = { w: 'wipe', g: 'grid', b: 'blink', z: 'loupe' };
const MANY = new Set(['ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown', '+', '=', '-']); // goes on while it is held

/** `player` is the element of main.js. */
export function listen(player) {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || busy(event.target)) return;
    const act = wish(event, player);
    if (!act) return;
    event.preventDefault();
    if (!event.repeat || MANY.has(name(event))) act();
  });
}

function name(event) {
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

/** By its place on the keyboard, as shift or the language write another sign there; keypads have arrows on theirs without NumLock. */
function digitOf({ code, key }) {
  const [, pad, digit] = /^(?:Digit|(Numpad))([1-9])$/.exec(code) ?? [];
  return pad && key !== digit ? null : digit;
}

function busy(target) {
  if (document.querySelector('dialog[open]')) return true;
  return target.matches?.('input, textarea, select, [contenteditable]') ?? false;
}

function wish(event, player) {
  const { clock, viewport } = player;
  const digit = digitOf(event);
  if (digit) return () => player.assign(Number(digit) - 1, event.shiftKey ? 'a' : 'b');
  const key = name(event);
  if (key === ' ' && event.target.matches?.('button, a, summary') && event.target.dataset.act !== 'play') return null;
  if (LAYOUTS[key]) return () => player.setLayout(LAYOUTS[key]);
  const second = Math.round(clock.timing.rate);
  const by = event.shiftKey ? second : 1;
  const acts = {
    ' ': () => clock.toggle(),
    k: () => clock.toggle(),
    ArrowRight: () => clock.step(by),
    ArrowLeft: () => clock.step(-by),
    ArrowUp: () => player.next(-1),
    ArrowDown: () => player.next(1),
    Home: () => clock.step(-clock.timing.frames),
    End: () => clock.step(clock.timing.frames),
    i: () => player.mark('in'),
    o: () => player.mark('out'),
    l: () => player.act('loop'),
    m: () => player.act('sound'),
    f: () => player.act('fullscreen'),
    x: () => player.swap(),
    ',': () => player.faster(-1),
    '.': () => player.faster(1),
    '<': () => player.faster(-1),
    '>': () => player.faster(1),
    '+': () => viewport.zoomAt(1.5),
    '=': () => viewport.zoomAt(1.5),
    '-': () => viewport.zoomAt(1 / 1.5),
    0: () => viewport.reset(),
    '?': () => document.getElementById('compare-keys').showModal(),
  };
  return Object.hasOwn(acts, key) ? acts[key] : null;
}
