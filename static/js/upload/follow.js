// What becomes of a file that has arrived: its ingest, asked for until the video is ready or has failed.

const EVERY = 1000; // milliseconds

/** Call `tell(video)` with the server's status until it is final; null means that it cannot be told any more. */
export async function follow(address, tell) {
  for (let wait = EVERY; ; await sleep(wait)) {
    try {
      const response = await fetch(address, { headers: { Accept: 'application/json' }, cache: 'no-store' });
      if (response.status === 404 || response.status === 401) return tell(null);
      if (!response.ok) throw new Error(String(response.status));
      const { video } = await response.json();
      if (video) tell(video);
      if (video && ['ready', 'failed'].includes(video.state)) return;
      wait = EVERY;
    } catch {
      wait = Math.min(15000, wait * 2); // the server may be restarting
    }
  }
}

const sleep = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });
