// Requests to our own server, with Django's token against forgery.

/** The CSRF token: from the cookie, else from any form on the page. */
export function csrfToken() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie?.[1] ?? document.querySelector('[name=csrfmiddlewaretoken]')?.value ?? '';
}

/** POST `data` (FormData or a plain object) and give back the Response; an answer of 400 and above throws. */
export async function post(address, data = {}) {
  const body = data instanceof FormData ? data : new URLSearchParams(data);
  const response = await fetch(address, {
    method: 'POST',
    body,
    headers: { 'X-CSRFToken': csrfToken(), 'X-Requested-With': 'fetch', Accept: 'application/json, text/html' },
  });
  if (!response.ok) throw new Error(await sentence(response));
  return response;
}

/** What an answer that refuses says to a person. */
async function sentence(response) {
  const kind = response.headers.get('content-type') ?? '';
  if (kind.includes('json')) {
    const answer = await response.json();
    return answer.error ?? answer.detail ?? 'That did not work.';
  }
  return response.status === 403 ? 'You may not do that. Perhaps you are signed out?' : 'That did not work. Try again.';
}
