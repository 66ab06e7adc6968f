// Requests to our own server, with Django's token against forgery. What does not bring the answer that was asked for
// throws a Failure: its message is a sentence for people.

const SIGNED_OUT = 'You are signed out. Sign in, then try again.';
const CUT = 'There is no connection to the server. Try again in a moment.';
const ODD = 'That did not work. Try again.';
const REFUSED = {
  403: 'You may not do that. Perhaps you are signed out?',
  404: 'What this page is about is not there any more. Reload it.',
};

/** `status` as the server answered; 401 when signed out, 0 when there was no connection. `after`: seconds to wait for it. */
export class Failure extends Error {
  constructor(sentence, status, after = 0) {
    super(sentence);
    this.status = status;
    this.after = after;
  }
}

/** The CSRF token: from the cookie, else from any form on the page. */
export function csrfToken() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie?.[1] ?? document.querySelector('[name=csrfmiddlewaretoken]')?.value ?? '';
}

/**
 * Fetch an address that answers by itself, never by sending elsewhere: where the session has ended, the server sends
 * to the page for signing in, which must not be taken for the answer.
 */
export async function ask(address, options = {}) {
  // The token in a form is from when the page was made; after signing in anew it does not count any more.
  if (options.body instanceof FormData) options.body.delete('csrfmiddlewaretoken');
  const headers = { 'X-CSRFToken': csrfToken(), 'X-Requested-With': 'fetch', ...options.headers };
  let response;
  try {
    response = await fetch(address, { ...options, headers });
  } catch (error) {
    throw error instanceof TypeError ? new Failure(CUT, 0) : error;
  }
  if (response.redirected) throw new Failure(SIGNED_OUT, 401);
  if (!response.ok) {
    throw new Failure(await sentence(response), response.status, Number(response.headers.get('retry-after')) || 0);
  }
  return response;
}

/** POST `data` (FormData or a plain object) and give back the Response. */
export function post(address, data = {}) {
  const body = data instanceof FormData ? data : new URLSearchParams(data);
  return ask(address, { method: 'POST', body, headers: { Accept: 'application/json, text/html' } });
}

/** What an answer that refuses says to a person; a page is for the address line, not for a line of words. */
async function sentence(response) {
  const kind = response.headers.get('content-type') ?? '';
  if (kind.includes('json')) {
    const answer = await response.json();
    return answer.error ?? answer.detail ?? (answer.sentences?.join(' ') || ODD);
  }
  if (kind.startsWith('text/plain')) return (await response.text()).trim().slice(0, 300) || ODD;
  return REFUSED[response.status] ?? ODD;
}
