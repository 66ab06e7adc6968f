// Files dropped anywhere on the page, and all that suit it of folders.

import { toast } from '../toast.js';

/**
 * Call `take(files)` with what is dropped; `show(on)` while something is dragged over the page. Of a folder those are taken
 * that `accept` lets in, which is written as that of a file input.
 */
export function acceptDrops(accept, show, take) {
  let depth = 0;
  const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
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
  addEventListener('drop', async (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    take(await filesOf(event.dataTransfer, accept));
  });
}

/** All files. What was dropped is asked for at once: when the event is over nothing is left to ask. */
async function filesOf(transfer, accept) {
  const dropped = [...transfer.items].filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
  const files = await Promise.all(dropped.map(({ entry, file }) => (entry?.isDirectory ? filesIn(entry, accept) : file)));
  return files.flat().filter(Boolean);
}

async function filesIn(folder, accept) {
  try {
    const files = (await allIn(folder)).filter((file) => suits(file, accept));
    if (!files.length) toast(`There is nothing in ${folder.name} that can be taken.`, 'bad', 10);
    return files;
  } catch {
    toast('A folder cannot be sent whole: open it and drop the files.', 'bad', 10);
    return [];
  }
}

/** Its files and those of the folders in it, by their names; hidden ones are the system's own. */
async function allIn(folder) {
  const entries = (await entriesOf(folder.createReader())).filter(({ name }) => !name.startsWith('.'));
  entries.sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
  const files = [];
  for (const entry of entries) {
    if (entry.isDirectory) files.push(...(await allIn(entry)));
    else files.push(await new Promise((found, lost) => entry.file(found, lost)));
  }
  return files;
}

/** A reader gives some at a time, and none at the end. */
async function entriesOf(reader) {
  const entries = [];
  for (;;) {
    const some = await new Promise((found, lost) => reader.readEntries(found, lost));
    if (!some.length) return entries;
    entries.push(...some);
  }
}

/** Whether a file is of a kind that `accept` lets in. */
export function suits({ name, type }, accept) {
  return accept.split(',').some((kind) => {
    if (kind.startsWith('.')) return name.toLowerCase().endsWith(kind);
    return kind.endsWith('/*') ? type.startsWith(kind.slice(0, -1)) : type === kind;
  });
}
