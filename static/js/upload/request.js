// One request of the tus protocol. XMLHttpRequest, since fetch does not tell how much of a body has been sent.
import { csrfToken } from '../http.js';

/** The connection failed before there was an answer. */
export class Cut extends Error {}

/** The server said no; `status` as it came, the message is its sentence. */
export class Refusal extends Error {
  constructor(status, sentence) {
    super(sentence || `The server answered ${status}.`);
    this.status = status;
  }
}

/**
 * Send a request. `headers` beside those of the protocol; `body` a Blob, ArrayBuffer or nothing; `onSent(bytes)` is
 * called as the body leaves; `signal` aborts. The answer's status and a reader of its headers.
 */
export function request(method, address, { headers = {}, body = null, onSent = null, signal = null } = {}) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new DOMException('stopped', 'AbortError')); // while its bytes were read and summed
    const xhr = new XMLHttpRequest();
    xhr.open(method, address);
    const all = { 'Tus-Resumable': '1.0.0', 'X-CSRFToken': csrfToken(), ...headers };
    for (const [name, value] of Object.entries(all)) xhr.setRequestHeader(name, value);
    if (onSent) xhr.upload.onprogress = (event) => onSent(event.loaded);
    const abort = () => xhr.abort();
    signal?.addEventListener('abort', abort, { once: true });
    xhr.onloadend = () => {
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted) return reject(new DOMException('stopped', 'AbortError'));
      if (xhr.status === 0) return reject(new Cut('The connection was cut.'));
      if (xhr.status >= 400) return reject(new Refusal(xhr.status, sentenceOf(xhr)));
      resolve({ status: xhr.status, header: (name) => xhr.getResponseHeader(name), text: xhr.responseText });
    };
    xhr.send(body);
  });
}

function sentenceOf(xhr) {
  const kind = xhr.getResponseHeader('Content-Type') ?? '';
  return kind.startsWith('text/plain') ? xhr.responseText.trim().slice(0, 300) : '';
}
