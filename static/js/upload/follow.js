// What becomes of a file that has arrived: its ingest, asked for until the video is ready or has failed. Files that wait
// for others change for hours in nothing, and the machine that answers is the one that reads them.

const OFTEN = 1000; // milliseconds
const SELDOM = 10_000;
const UNSEEN = 30_000; // while nobody looks at the page

/** Call `tell(video)` with the server's status until it is final; null means that it cannot be told any more. */
export async function follow(address, tell) {
  let before = '';
  for (let wait = OFTEN; ; await pause(wait)) {
    try {
      const response = await fetch(address, { headers: { Accept: 'application/json' }, cache: 'no-store' });
      if (response.status === 404 || response.status === 401) return tell(null);
      if (!response.ok) throw new Error(String(response.status));
      const { video } = await response.json();
      if (video) tell(video);
      if (video && ['ready', 'failed'].includes(video.state)) return;
      const now = JSON.stringify(video);
      wait = now === before ? Math.min(SELDOM, wait * 1.5) : OFTEN;
      before = now;
    } catch {
      wait = Math.min(15000, wait * 2); // the server may be restarting
    }
  }
}

/** Wait; longer while the page is hidden, and no longer once it is seen again. */
function pause(milliseconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(end, document.hidden ? UNSEEN : milliseconds);
    document.addEventListener('visibilitychange', look);
    function look() {
      if (!document.hidden) end();
    }
    function end() {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
      resolve();
    }
  });
}
