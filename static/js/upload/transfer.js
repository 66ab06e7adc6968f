// One file on its way: tus 1.0 in pieces of 5 MB, each with its checksum, for as long as it takes.
//
// Events: "change" (state, sentence, bytes), "arrived" (the last byte is there), "found" (what the server knows of the
// upload, where it began before this page did).
// States: waiting, sending, retrying, paused, failed, arrived, cancelled.
import { checksum } from './digest.js';
import { forget, remember, remembered } from './memory.js';
import { decoded, encoded } from './metadata.js';
import { Cut, Refusal, request } from './request.js';

const PIECE = 5 * 1024 * 1024;
const LONGEST_WAIT = 30; // seconds
const TYPE = 'application/offset+octet-stream';

// What another attempt cannot mend.
const FINAL = new Set([400, 403, 413, 415, 501, 507]);

export class Transfer extends EventTarget {
  state = 'waiting';
  sentence = '';
  sent = 0;
  signedOut = false; // whether that is why it failed
  address = null;
  begun = false; // whether the server has said that it knows this upload, and what it knows of it
  #file;
  #endpoint;
  #wishes;
  #creation = madeUp(); // the server gives the same upload to whoever asks again under this name
  #creating = null; // the request that begins it: never broken off, since the server would keep what nobody knows of
  #unanswered = false; // whether such a request has gone out of which nothing was heard
  #stop = null;
  #failures = 0;
  #wake = null;

  /** `wishes()` gives title, visibility and tags; `address`: of an upload of this file that has begun elsewhere. */
  constructor(file, endpoint, wishes, address = null) {
    super();
    this.#file = file;
    this.#endpoint = endpoint;
    this.#wishes = wishes;
    this.address = remembered(file) ?? address;
  }

  get size() {
    return this.#file.size;
  }

  /** The same file, chosen again: what was at hand may not be readable any more. */
  take(file, address) {
    this.#file = file;
    this.address ??= address;
  }

  /** Go on until the file is there, it is stopped, or it cannot be helped. */
  async run() {
    this.#stop = new AbortController();
    this.#failures = 0;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#send(this.#stop.signal);
        forget(this.#file);
        return this.#become('arrived');
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (!this.#mends(error)) return this.#fail(error);
        await this.#wait(error);
      }
    }
  }

  /** Stop sending; what has arrived stays there. */
  pause() {
    if (!['waiting', 'sending', 'retrying'].includes(this.state)) return;
    this.#become('paused');
    this.#halt();
  }

  /** Stop, and have the server remove what has arrived. Where it does not, this is paused and throws why. */
  async cancel() {
    this.#become('cancelled');
    this.#halt();
    try {
      if (this.#unanswered) await this.#create().catch(() => {}); // may be there; if it cannot be told, it is listed later
      if (this.address) await request('DELETE', this.address);
    } catch (error) {
      if (![404, 410].includes(error.status)) {
        this.#become('paused');
        throw error;
      }
    }
    forget(this.#file);
  }

  /** Wait for one's turn. */
  queue() {
    this.#become('waiting');
  }

  /** Try at once instead of after the wait: the network is back. */
  hurry() {
    this.#wake?.();
  }

  #fail(error) {
    this.signedOut = error instanceof Refusal && error.status === 401;
    const sentence = this.signedOut ? 'You are signed out. Sign in, then press Resume.' : this.#explain(error);
    if (this.#isRemoved(error)) this.#letGo();
    this.#become('failed', sentence);
  }

  #halt() {
    this.#stop?.abort();
    this.#wake?.();
  }

  #become(state, sentence = '') {
    this.state = state;
    this.sentence = sentence;
    this.dispatchEvent(new Event(state === 'arrived' ? 'arrived' : 'change'));
  }

  async #send(signal) {
    let offset = await this.#begin(signal);
    while (offset < this.#file.size) {
      this.#note(offset);
      if (this.state !== 'sending') this.#become('sending');
      offset = await this.#piece(offset, signal);
      this.#failures = 0;
    }
    this.#note(offset);
  }

  /** The offset to go on from, of an old upload or a new one. */
  async #begin(signal) {
    if (this.address) {
      try {
        const answer = await request('HEAD', this.address, { signal });
        if (Number(answer.header('Upload-Length')) === this.#file.size) return this.#goOn(answer);
      } catch (error) {
        if (!(error instanceof Refusal) || ![403, 404, 410].includes(error.status) || this.#isRemoved(error)) throw error;
      }
      this.#letGo();
    }
    await this.#create();
    signal.throwIfAborted();
    return 0;
  }

  /** The upload is gone; the next attempt begins another. */
  #letGo() {
    forget(this.#file);
    this.address = null;
    this.begun = false;
    this.sent = 0;
  }

  /** Whether somebody removed what this page was sending to: that is not begun anew unasked. */
  #isRemoved(error) {
    return error instanceof Refusal && error.status === 404 && this.begun;
  }

  /** Have the server begin it; whoever asks while this is being asked waits for the same answer. */
  #create() {
    this.#creating ??= this.#askForAddress().finally(() => { this.#creating = null; });
    return this.#creating;
  }

  async #askForAddress() {
    const headers = { 'Upload-Length': String(this.#file.size), 'Upload-Metadata': this.#metadata() };
    this.#unanswered = true;
    try {
      const answer = await request('POST', this.#endpoint, { headers });
      this.address = new URL(answer.header('Location'), location.href).pathname;
    } catch (error) {
      this.#unanswered = error instanceof Cut || broken(error);
      throw error;
    }
    this.#unanswered = false;
    this.begun = true;
    remember(this.#file, this.address);
  }

  /** The offset of an upload that is there; the first time, what is known of it is told. */
  #goOn(answer) {
    if (!this.begun) this.dispatchEvent(new CustomEvent('found', { detail: decoded(answer.header('Upload-Metadata')) }));
    this.begun = true;
    return Number(answer.header('Upload-Offset'));
  }

  async #piece(offset, signal) {
    const piece = this.#file.slice(offset, offset + PIECE);
    const bytes = await piece.arrayBuffer();
    if (bytes.byteLength === 0) throw new DOMException('shorter than before', 'NotReadableError');
    const headers = { 'Upload-Offset': String(offset), 'Content-Type': TYPE };
    const sum = await checksum(bytes);
    if (sum) headers['Upload-Checksum'] = sum;
    const onSent = (loaded) => this.#note(offset + Math.min(loaded, bytes.byteLength));
    const answer = await request('PATCH', this.address, { headers, body: bytes, onSent, signal });
    return Number(answer.header('Upload-Offset'));
  }

  #note(bytes) {
    this.sent = bytes;
    this.dispatchEvent(new Event('change'));
  }

  #metadata() {
    const file = { filename: this.#file.name, modified: String(this.#file.lastModified), creation: this.#creation };
    return encoded({ ...file, ...this.#wishes() });
  }

  /** Whether another attempt may help. */
  #mends(error) {
    if (error instanceof Cut) return true;
    if (this.#isRemoved(error)) return false;
    return error instanceof Refusal && error.status !== 401 && !FINAL.has(error.status);
  }

  #explain(error) {
    if (this.#isRemoved(error)) return 'This upload was removed. Press Resume to send it again.';
    if (error instanceof Refusal && error.status === 403) return error.message.startsWith('The server answered')
      ? 'The server did not accept this. Reload the page, then choose the file again.' : error.message;
    if (error instanceof Refusal) return error.message;
    return 'The file cannot be read any more. Was it moved or changed? Choose it again.';
  }

  /** 1, 2, 4 … 30 seconds, a little scattered, so that many do not come back at the same moment. */
  async #wait(error) {
    this.#failures += 1;
    const busy = error instanceof Refusal && [409, 423].includes(error.status);
    const seconds = busy ? 1.5 : Math.min(LONGEST_WAIT, 2 ** (this.#failures - 1)) * (0.75 + Math.random() / 2);
    const until = Date.now() + seconds * 1000;
    const why = broken(error) ? error.message : navigator.onLine ? 'The connection was cut.' : 'You are offline.';
    while (Date.now() < until && !this.#stop.signal.aborted) {
      this.#become('retrying', `${why} Trying again in ${Math.max(1, Math.ceil((until - Date.now()) / 1000))} s; nothing is lost.`);
      const woken = await this.#pause(Math.min(1000, until - Date.now()));
      if (woken) return;
    }
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

/** 128 random bits in hexadecimal digits; `randomUUID` is there in secure contexts alone. */
function madeUp() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether the server is there and something is wrong with it. */
function broken(error) {
  return error instanceof Refusal && error.status >= 500;
}
