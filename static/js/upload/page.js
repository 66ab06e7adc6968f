// The page for uploads: files come in by picker or drop, each gets a card and its turn.
import { toast } from '../toast.js';
import { Card } from './card.js';
import { acceptDrops } from './drop.js';
import { follow } from './follow.js';
import { Line } from './line.js';
import { forgetAddress } from './memory.js';
import { size, time, Pace } from './pace.js';
import { request } from './request.js';
import { Transfer } from './transfer.js';

const page = document.getElementById('upload');
const list = document.getElementById('files-list');
const section = document.getElementById('current');
const total = document.getElementById('total');
const says = document.getElementById('says');
const line = new Line();
const pace = new Pace();
const cards = [];
const inHand = new Map(); // “name:size:mtime” → transfer, of files on this page that are neither cancelled nor there

document.getElementById('plain').hidden = true; // for browsers whose style sheets do not know whether there is script

const input = document.getElementById('files');
const veil = document.getElementById('veil');
input.addEventListener('change', () => {
  take([...input.files]);
  input.value = '';
});
acceptDrops(input.accept, (on) => { veil.hidden = !on; }, take);
addEventListener('online', () => line.hurry());
addEventListener('offline', () => say('You are offline. Uploads go on when the connection is back.'));
addEventListener('beforeunload', (event) => {
  if (line.busy || cards.some((card) => card.unsaved)) event.preventDefault();
});

/** Begin, or go on with, some files. `address`: of the unfinished upload that a single file was chosen for. */
function take(files, address = null) {
  for (const file of files) {
    const problem = whyNot(file);
    if (problem) toast(problem, 'bad', 10);
    else begin(file, address ?? addressFor(file));
  }
}

function whyNot(file) {
  if (file.size === 0) return `${file.name} is empty.`;
  if (file.size > Number(page.dataset.largest)) return `${file.name} has ${size(file.size)}; the most is ${size(Number(page.dataset.largest))}.`;
  return (inHand.get(keyOf(file))?.state ?? 'failed') === 'failed' ? '' : `${file.name} is on the page already.`;
}

const keyOf = (file) => `${file.name}:${file.size}:${file.lastModified}`;

/** The unfinished upload of this file that the server listed, begun in another browser perhaps. */
function addressFor(file) {
  const waiting = [...document.querySelectorAll('[data-unfinished]')];
  const same = waiting.find(({ dataset }) => dataset.name === file.name && Number(dataset.length) === file.size
    && dataset.modified === String(file.lastModified));
  return same?.dataset.unfinished ?? null;
}

function begin(file, address) {
  const failed = inHand.get(keyOf(file));
  if (!failed) return beginAnew(file, address);
  failed.take(file, address);
  line.add(failed);
}

function beginAnew(file, address) {
  const card = new Card(file, {
    pause: () => { transfer.pause(); say(`${file.name} is paused.`); },
    resume: () => line.add(transfer),
    cancel: () => cancel(transfer, card, file),
  });
  const transfer = new Transfer(file, page.dataset.tus, () => card.wishes(), address);
  inHand.set(keyOf(file), transfer);
  transfer.addEventListener('change', () => changed(transfer, card, file));
  transfer.addEventListener('arrived', () => arrived(transfer, card, file));
  transfer.addEventListener('found', ({ detail }) => card.recall(detail));
  card.keepWishes(() => (transfer.begun ? transfer.address : null));
  cards.push(card);
  list.append(card.element);
  section.hidden = false;
  say(`${file.name} is on its way.`);
  line.add(transfer);
}

const announced = new WeakMap();

function changed(transfer, card, file) {
  card.show(transfer);
  hideListed(transfer.address);
  sum();
  const quarter = Math.floor((4 * transfer.sent) / transfer.size) * 25;
  const told = announced.get(transfer) ?? { state: '', quarter: 0 };
  if (transfer.state !== told.state && ['retrying', 'failed'].includes(transfer.state)) say(`${file.name}: ${transfer.sentence}`);
  else if (quarter > told.quarter && quarter < 100) say(`${file.name}: ${quarter} percent.`);
  announced.set(transfer, { state: transfer.state, quarter: Math.max(quarter, told.quarter) });
}

async function arrived(transfer, card, file) {
  inHand.delete(keyOf(file));
  sum();
  card.showVideo({ state: 'receiving', stage: 'it has arrived', progress: 0, before: 0, title: '', address: '', lab: '' });
  say(`${file.name} has arrived and is being read.`);
  await follow(transfer.address, (video) => {
    card.showVideo(video);
    if (video?.state === 'ready') say(`${video.title} is ready. Choose filters for it.`);
    if (video?.state === 'failed') say(`${file.name}: ${video.error}`);
  });
}

/** Whether what has arrived of a file may go; asked before it does. */
const mayGo = (name) => window.confirm(`Remove ${name}? What has arrived of it goes too.`);

async function cancel(transfer, card, file) {
  if (transfer.address && !mayGo(file.name)) return;
  try {
    await transfer.cancel();
  } catch (error) {
    toast(error.message, 'bad', 10);
    if (error.status === 403) line.add(transfer); // its last bytes came in meanwhile: it is footage by now
    return;
  }
  inHand.delete(keyOf(file));
  card.element.remove();
  section.hidden = !list.children.length;
  say(`${file.name} is cancelled.`);
  sum();
}

/** All files together, where there are several. */
function sum() {
  const going = line.transfers.filter(({ state }) => ['waiting', 'sending', 'retrying'].includes(state));
  const whole = going.reduce((all, one) => all + one.size, 0);
  const sent = going.reduce((all, one) => all + one.sent, 0);
  pace.note(sent);
  if (going.length < 2) {
    total.textContent = '';
    return;
  }
  const left = pace.speed > 0 ? `${time((whole - sent) / pace.speed)} left` : '';
  total.textContent = [`${going.length} files`, `${size(sent)} of ${size(whole)}`, left].filter(Boolean).join(' · ');
}

/** An upload that goes on has its card; it need not be listed as unfinished too. */
function hideListed(address) {
  if (!address) return;
  const path = new URL(address, location.href).pathname;
  document.querySelector(`[data-unfinished="${CSS.escape(path)}"]`)?.remove();
  hideEmpty();
}

function hideEmpty() {
  const unfinished = document.getElementById('unfinished');
  unfinished.hidden = !unfinished.querySelector('[data-unfinished]');
}

document.getElementById('unfinished').addEventListener('change', (event) => {
  if (!event.target.matches('[data-goes-on]')) return;
  const { dataset } = event.target.closest('[data-unfinished]');
  const [file] = event.target.files;
  event.target.value = '';
  if (!file) return;
  if (file.name !== dataset.name || file.size !== Number(dataset.length)) {
    toast(`That is another file: ${dataset.name} has ${size(Number(dataset.length))}.`, 'bad', 10);
  } else take([file], dataset.unfinished);
});

document.getElementById('unfinished').addEventListener('click', async (event) => {
  if (!event.target.matches('[data-removes]')) return;
  const card = event.target.closest('[data-unfinished]');
  if (card.querySelector('progress').value && !mayGo(card.dataset.name)) return;
  try {
    await request('DELETE', card.dataset.unfinished);
  } catch (error) {
    if (![404, 410].includes(error.status)) return void toast(error.message, 'bad');
  }
  forgetAddress(card.dataset.unfinished);
  say(`${card.dataset.name} is removed.`);
  card.remove();
  hideEmpty();
});

function say(words) {
  says.textContent = words;
}

// What was chosen before this script was there, on a slow line, made no event that anybody heard.
for (const one of document.querySelectorAll('#files, [data-goes-on]')) {
  if (one.files.length) one.dispatchEvent(new Event('change', { bubbles: true }));
}
