// What arrow keys move on the stage once Tab has reached it: the wipe's handle, the loupe, and a zoomed picture.

const STEP = 0.02; // share of the stage that an arrow key moves it
const LONG_STEP = 0.1; // with shift

/** From 0 to 100, of a class and with a name. */
export function slider(kind, name) {
  const element = document.createElement('div');
  element.className = kind;
  const attributes = { role: 'slider', tabindex: '0', 'aria-label': name, 'aria-valuemin': '0', 'aria-valuemax': '100' };
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Say where on the picture it is, in shares of it. */
export function tellSpot(element, x, y) {
  const [across, down] = [x, y].map((share) => Math.round(share * 100));
  element.setAttribute('aria-valuenow', across);
  element.setAttribute('aria-valuetext', `${across} % across, ${down} % down`);
}

/** `move` hears shares of the stage, and says whether it took them; else the arrow keys are the player's. */
export function whenMoved(element, move) {
  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [across, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    const step = event.shiftKey ? LONG_STEP : STEP;
    if ((!across && !down) || !move(across * step, down * step)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}
