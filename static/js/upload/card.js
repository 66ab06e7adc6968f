// What is seen of one file: name, progress, figures, buttons, and what is said about it.
import { post } from '../http.js';
import { toast } from '../toast.js';
import { Pace, size, time } from './pace.js';

const WORDS = { waiting: 'Waiting for its turn', sending: 'Sending', paused: 'Paused. What has arrived is kept.', cancelled: 'Being removed' };

// What is said of words that came too late, and what another attempt cannot mend.
const REMOVED = new Set([404, 410]);
const FINAL = new Set([403, ...REMOVED]);

export class Card {
  element;
  #part;
  #pace = new Pace();
  #timer = null;
  #saved = '';
  #saving = false;
  #told = false; // that something typed is not kept

  /** `acts`: what pause, resume and cancel do. */
  constructor(file, acts) {
    const template = document.getElementById('file-card');
    this.element = template.content.firstElementChild.cloneNode(true);
    this.#part = (name) => this.element.querySelector(`[data-part="${name}"]`);
    this.#part('name').textContent = file.name;
    this.#part('size').textContent = size(file.size);
    this.#part('bar').setAttribute('aria-label', `How much of ${file.name} has arrived`);
    this.#part('wishes').elements.title.placeholder = titleFrom(file.name);
    for (const [name, act] of Object.entries(acts)) this.#button(name).addEventListener('click', act);
    this.#saved = JSON.stringify(this.wishes());
  }

  /** Title, tags and visibility as they are now. */
  wishes() {
    const { title, tags, visibility } = this.#part('wishes').elements;
    return { title: title.value.trim(), tags: tags.value.trim(), visibility: visibility.value };
  }

  /** Show what was said of the file when its upload began, elsewhere perhaps; what was changed here since stays. */
  recall({ title = '', tags = '', visibility }) {
    const [before, now] = [JSON.parse(this.#saved), this.wishes()];
    const known = { title, tags: tags.replaceAll(',', ', '), visibility: visibility || before.visibility };
    const { elements } = this.#part('wishes');
    for (const [name, value] of Object.entries(known)) if (now[name] === before[name]) elements[name].value = value;
    this.#saved = JSON.stringify(known);
  }

  /** Whether something that was typed has not reached the server. */
  get unsaved() {
    return this.#saving || (this.element.isConnected && this.#unsaved() !== '');
  }

  /** Keep what is typed with the server a moment after the typing stops. `address()`: of the upload, or null. */
  keepWishes(address) {
    const form = this.#part('wishes');
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#save(address), 600);
    });
    form.addEventListener('change', () => this.#save(address));
  }

  /** One request at a time, so that an older wish never comes in after a newer one. */
  async #save(address) {
    clearTimeout(this.#timer);
    if (this.#saving || !this.element.isConnected) return;
    const place = address();
    if (!place) {
      if (this.#unsaved()) this.#timer = setTimeout(() => this.#save(address), 600);
      return;
    }
    this.#saving = true;
    let text;
    try {
      for (text = this.#unsaved(); text; text = this.#unsaved()) {
        await post(`${place.replace('/uploads/', '/upload/')}/wishes/`, JSON.parse(text));
        this.#saved = text;
        this.#told = false;
      }
    } catch (error) {
      this.#tell(error);
      if (FINAL.has(error.status)) this.#saved = text; // as far as it can be
      else this.#timer = setTimeout(() => this.#save(address), 5000);
    } finally {
      this.#saving = false;
    }
  }

  /** What may still be kept is tried again by itself; it is said once, and of a cut line the transfer speaks already. */
  #tell({ status, message }) {
    if (this.#told || status === 0) return;
    this.#told = true;
    const kept = FINAL.has(status) ? 'cannot be kept' : 'are not kept yet';
    toast(`The words about ${this.#part('name').textContent} ${kept}. ${REMOVED.has(status) ? 'It was removed.' : message}`, 'bad', 10);
  }

  /** What is typed and not kept yet, as JSON; "" when there is nothing. */
  #unsaved() {
    const text = JSON.stringify(this.wishes());
    return text === this.#saved ? '' : text;
  }

  /** Show a transfer as it is. */
  show(transfer) {
    const { state } = transfer;
    this.#state(state, transfer.sentence || WORDS[state] || '');
    this.#part('bar').value = transfer.size ? transfer.sent / transfer.size : 0;
    if (state === 'sending') this.#pace.note(transfer.sent);
    else this.#pace.reset();
    this.#figures(transfer);
    this.#part('login').hidden = state !== 'failed' || !transfer.signedOut;
    this.#allow({ pause: ['waiting', 'sending', 'retrying'].includes(state), resume: ['paused', 'failed'].includes(state), cancel: state !== 'cancelled' });
  }

  #figures({ state, sent, size: whole }) {
    const words = sent || state === 'sending' ? [`${Math.floor((100 * sent) / whole)} %`] : [];
    const { speed } = this.#pace;
    if (state === 'sending' && speed > 0) words.push(`${size(speed)}/s`, `${time((whole - sent) / speed)} left`);
    this.#part('figures').textContent = words.join(' · ');
  }

  /** Show the video's status: null when it cannot be asked any more. */
  showVideo(video) {
    this.#allow({});
    this.#part('figures').textContent = '';
    if (video === null) return this.#state('ready', 'It has arrived.');
    const bar = this.#part('bar');
    if (video.state === 'failed') {
      bar.classList.add('bad');
      this.#state('failed', video.error);
    } else if (video.state === 'ready') {
      bar.value = 1;
      bar.classList.add('done');
      this.#state('ready', 'Ready.');
    } else {
      bar.value = video.progress;
      const before = video.before ? `${video.before} before it` : '';
      this.#state('reading', [sentence(video.stage || 'being read'), before].filter(Boolean).join(', '));
      this.#part('figures').textContent = video.progress ? `${Math.floor(100 * video.progress)} %` : '';
    }
    this.#links(video);
  }

  #links(video) {
    const links = { video: video.address, lab: video.state === 'ready' ? video.lab : '' };
    for (const [name, address] of Object.entries(links)) {
      this.#part(name).hidden = !address;
      if (address) this.#part(name).href = address;
    }
    const poster = this.#part('poster');
    poster.hidden = !video.poster;
    if (video.poster && !poster.src) poster.src = video.poster;
    if (!this.#part('wishes').elements.title.value) this.#part('wishes').elements.title.placeholder = video.title || titleFrom(this.#part('name').textContent);
  }

  #state(state, words) {
    this.element.dataset.state = state;
    const place = this.#part('state');
    if (place.textContent !== words) place.textContent = words;
  }

  #allow(acts) {
    for (const name of ['pause', 'resume', 'cancel']) {
      const button = this.#button(name);
      const had = document.activeElement === button;
      button.hidden = !acts[name];
      if (had && button.hidden) this.#focusNear();
    }
  }

  /** The button that had the focus has gone; its neighbour takes it. */
  #focusNear() {
    const next = [...this.element.querySelectorAll('button, a')].find((one) => !one.hidden);
    next?.focus();
  }

  #button(name) {
    return this.element.querySelector(`[data-act="${name}"]`);
  }
}

/** “DJI_0042.MP4” → “DJI 0042”, as the server does it. */
function titleFrom(name) {
  return name.replace(/\.[^.]*$/, '').replace(/[_-]/g, ' ').trim() || 'Untitled';
}

const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);
