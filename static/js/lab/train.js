// The training page: pictures are shown as soon as they are chosen or dropped, each with its part and its words.
// Without script the same form hands in whole pictures.

import { toast } from '../toast.js';
import { acceptDrops, suits } from '../upload/drop.js';
import { Cropper } from './cropper.js';

const drop = document.querySelector('.drop');
const input = document.getElementById('picture');
const form = document.getElementById('train');
const pieces = document.getElementById('pieces');
const template = document.getElementById('piece');
const words = document.getElementById('words');
const invitation = drop.querySelector('.drop-words');
const said = [...invitation.childNodes];
const shown = new Map(); // a File or the checkbox of a picture that is here → its article
const most = Number(form.dataset.mostPictures);
const mostBytes = Number(form.dataset.mostBytes);
let files = []; // all that were handed in, in their order

function add(key, address, title) {
  const piece = template.content.firstElementChild.cloneNode(true);
  piece.querySelector('h3').textContent = title;
  const isNew = key instanceof File;
  if (isNew) addWords(piece, title);
  const crop = piece.querySelector('[name=crop]');
  const image = new Image();
  for (const kind of ['load', 'error']) image.addEventListener(kind, () => URL.revokeObjectURL(address));
  image.addEventListener('load', () => {
    const cropper = new Cropper(piece, image, (value) => { crop.value = isNew ? value : `${key.value}:${value}`; });
    piece.addEventListener('click', (event) => {
      const does = event.target.closest('[data-does]')?.dataset.does;
      if (does === 'left') cropper.turn(-90);
      if (does === 'right') cropper.turn(90);
      if (does === 'reset') cropper.reset();
    });
  });
  image.addEventListener('error', () => { // TIFF, for one: the server reads it, the browser does not
    for (const part of piece.querySelectorAll('.cropper, .crop-bar')) part.hidden = true;
    piece.querySelector('.no-look').hidden = false;
    crop.value = isNew ? '0,0,1,1,0' : `${key.value}:0,0,1,1,0`;
  });
  crop.value = isNew ? '0,0,1,1,0' : `${key.value}:0,0,1,1,0`;
  image.src = address;
  piece.querySelector('[data-does=remove]').addEventListener('click', () => remove(key));
  pieces.append(piece);
  shown.set(key, piece);
}

function addWords(piece, title) {
  const own = words.cloneNode(true);
  own.disabled = own.hidden = false;
  own.removeAttribute('id');
  suggest(own.querySelector('[name=title]'), title);
  piece.querySelector('.piece-words').append(own);
}

/** Fill an empty field, as far as words go in: browsers hold what is typed to its maxlength, and not what a script writes. */
function suggest(field, words) {
  field.value ||= words.slice(0, field.maxLength).trim();
}

function remove(key) {
  const place = [...shown.keys()].indexOf(key);
  shown.get(key)?.remove();
  shown.delete(key);
  if (key instanceof File) files = files.filter((file) => file !== key);
  else key.checked = false;
  keep();
  const next = [...shown.values()][Math.max(0, place - 1)];
  (next?.querySelector('[data-does=remove]') ?? input).focus();
}

/** The file input holds exactly what is shown, in the same order. */
function keep() {
  const held = new DataTransfer();
  for (const file of files) held.items.add(file);
  input.files = held.files;
  pieces.hidden = shown.size === 0;
  words.disabled = words.hidden = shown.size > 0;
  drop.classList.toggle('more', shown.size > 0);
  invitation.replaceChildren(...(shown.size ? ['Add another picture'] : said));
}

/** Why one more cannot be taken; the server would refuse the whole form, and all that was cropped and written be lost. */
function whyNot(file) {
  if (file && !suits(file, input.accept)) return `${file.name} is not a picture that can be read.`;
  if (file?.size > mostBytes) return `${file.name} is larger than ${mostBytes / 1e6} MB. Choose a smaller one.`;
  return shown.size >= most ? `A filter learns from at most ${most} pictures. Remove one first.` : '';
}

function take(chosen) {
  const problems = new Set();
  for (const file of chosen) {
    if (files.some((one) => one.name === file.name && one.size === file.size && one.lastModified === file.lastModified)) continue;
    const problem = whyNot(file);
    if (problem) {
      problems.add(problem);
      continue;
    }
    files.push(file);
    const title = file.name.replace(/\.[^.]+$/, '').replaceAll(/[_-]+/g, ' ').trim();
    add(file, URL.createObjectURL(file), title);
    suggest(form.elements.name, title);
  }
  keep();
  for (const problem of problems) toast(problem, 'bad', 10);
}

function takeKept(box) {
  const problem = box.checked && !shown.has(box) ? whyNot() : '';
  if (problem) {
    box.checked = false;
    toast(problem, 'bad', 10);
  }
  if (box.checked && !shown.has(box)) add(box, box.dataset.picture, box.getAttribute('aria-label'));
  if (!box.checked && shown.has(box)) remove(box);
  keep();
}

input.addEventListener('change', () => take([...input.files]));
acceptDrops(input.accept, (on) => drop.classList.toggle('over', on), take);
form.addEventListener('change', (event) => {
  if (event.target.name === 'kept') takeKept(event.target);
  if (event.target.name === 'all_footage') quiet();
});

/** Single clips need no choosing where all are taken. */
function quiet() {
  const all = form.querySelector('[name=all_footage]');
  form.querySelector('.footage-pick')?.toggleAttribute('inert', Boolean(all?.checked));
}

quiet();
take([...input.files]); // what a browser kept over a reload
for (const box of form.querySelectorAll('[name=kept]:checked')) takeKept(box);
