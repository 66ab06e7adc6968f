// A short note at the edge of the page that goes by itself.

/** Show `text` for some seconds; `kind` is '', 'good' or 'bad'. What stands there already is not said twice. */
export function toast(text, kind = '', seconds = 6) {
  const same = [...document.querySelectorAll('.toast:not(.leaving)')].find((one) => one.dataset.says === text);
  if (same) return same;
  const note = document.createElement('p');
  note.className = `toast ${kind}`;
  note.dataset.says = text;
  const above = document.querySelector('dialog[open]') ?? document.fullscreenElement;
  const place = above?.appendChild(layer()) ?? document.getElementById('toasts');
  note.hidden = true;
  place.append(note);
  const write = () => Object.assign(note, { textContent: text, hidden: false });
  if (above) requestAnimationFrame(write); // what comes together with its layer is read out by few screen readers
  else write();
  setTimeout(() => note.classList.add('leaving'), seconds * 1000);
  setTimeout(() => note.remove(), seconds * 1000 + 600);
  return note;
}

/** A place of its own inside an open dialog or what fills the screen, which would otherwise lie over the note. */
function layer() {
  const place = document.createElement('div');
  place.className = 'toasts';
  place.setAttribute('role', 'status');
  setTimeout(() => place.remove(), 20000);
  return place;
}
