// Files dropped anywhere on the page.

/** Call `take(files)` with what is dropped; `veil` is shown while something is dragged over the page. */
export function acceptDrops(veil, take) {
  let depth = 0;
  const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
  const show = (on) => { veil.hidden = !on; };
  addEventListener('dragenter', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth += 1;
    show(true);
  });
  addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  });
  addEventListener('dragleave', (event) => {
    if (!carriesFiles(event)) return;
    depth = Math.max(0, depth - 1);
    show(depth > 0);
  });
  addEventListener('drop', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    take(filesOf(event.dataTransfer));
  });
}

/** Only files: a dropped folder looks like one of size 0, and cannot be read. */
function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => ({ item, entry: item.webkitGetAsEntry?.() }));
  return entries.filter(({ item, entry }) => item.kind === 'file' && !entry?.isDirectory)
    .map(({ item }) => item.getAsFile()).filter(Boolean);
}
