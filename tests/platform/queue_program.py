"""A sender or a worker of its own, for the tests of the brokers.

    python -m tests.platform.queue_program work|work-two|send|put-off URL FILE

The one actor writes “begin PID” to FILE, waits until FILE.go is there, and writes “end PID”. What is put off is for a
second later; `work-two` has two threads.
"""

import os
import signal
import sys
import time
from pathlib import Path

from rotoscope import broker  # isort: skip  (before Dramatiq, which reads the environment that this sets)

import dramatiq
from django.utils.module_loading import import_string


def make_broker(url: str) -> dramatiq.Broker:
    """The broker exactly as django_dramatiq makes it from our settings, less Django's own middleware."""
    wanted = broker.settings_for(url, production=True)
    names = [name for name in wanted["MIDDLEWARE"] if not name.startswith("django_")]
    made: dramatiq.Broker = import_string(wanted["BROKER"])(
        middleware=[import_string(name)() for name in names], **wanted["OPTIONS"]
    )
    dramatiq.set_broker(made)
    return made


def main() -> None:
    """Send one message, or work until terminated or killed."""
    word, url, name = sys.argv[1:4]
    broker.make_tables(url)
    queue = make_broker(url)
    told = Path(name)

    @dramatiq.actor(queue_name="render", max_retries=0)
    def slowly(path: str) -> None:
        with told.open("a") as file:
            file.write(f"begin {os.getpid()}\n")
        while not Path(f"{path}.go").exists():
            time.sleep(0.05)
        with told.open("a") as file:
            file.write(f"end {os.getpid()}\n")

    if word in ("send", "put-off"):
        slowly.send_with_options(args=(name,), delay=None if word == "send" else 1000)
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    worker = broker.worker_of(queue, {"render"}, threads=2 if word == "work-two" else 1)
    worker.start()
    signal.sigwait({signal.SIGTERM})
    worker.stop()  # as ours do: what is done is acknowledged before the process ends


if __name__ == "__main__":
    main()
