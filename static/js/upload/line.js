// Several files at once, the others wait for their turn.

const AT_ONCE = 3;

export class Line {
  #transfers = new Set();
  #running = new Set();

  /** Whether closing the page would interrupt something. */
  get busy() {
    return [...this.#transfers].some((one) => ['waiting', 'sending', 'retrying'].includes(one.state));
  }

  get transfers() {
    return [...this.#transfers];
  }

  /** Put a transfer at the end, or one that was paused or failed back in. */
  add(transfer) {
    this.#transfers.delete(transfer);
    this.#transfers.add(transfer);
    transfer.queue();
    this.#next();
  }

  /** The network is back: nobody waits any longer. */
  hurry() {
    for (const one of this.#running) one.hurry();
  }

  #next() {
    for (const one of this.#transfers) {
      if (this.#running.size >= AT_ONCE) return;
      if (one.state === 'waiting' && !this.#running.has(one)) this.#run(one);
    }
  }

  async #run(transfer) {
    this.#running.add(transfer);
    try {
      await transfer.run();
    } finally {
      this.#running.delete(transfer);
      this.#next();
    }
  }
}
