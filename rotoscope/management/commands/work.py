"""`manage.py work`: one process that works off queues. Several of them share the work."""

import logging
import os
import signal
import threading
from typing import Any

import cv2
import dramatiq
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import autodiscover_modules

from filters.training_work import get_ready
from rotoscope.broker import QUEUES, worker_of
from rotoscope.common import malloc
from rotoscope.common.files import clear_leftovers
from rotoscope.database.newer import refuse_newer_where_it_answers

logger = logging.getLogger("rotoscope.work")

MUCH_MEMORY = {"render", "training"}
"""Queues whose work asks for large blocks all the time, and gives them back at its end."""
TIDY_EVERY = 600.0  # seconds
MOST_THREADS = 64
GRACE_MS = 3_000
"""How long running work is waited for at the end. What is cut short comes back from the queue."""


class Command(BaseCommand):
    """Dramatiq workers without Dramatiq's own master process, which leaves orphans when it is killed."""

    help = "Work off queues until told to stop (SIGTERM or Ctrl-C)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Which queues, and how much at once."""
        parser.add_argument("--queues", nargs="+", choices=QUEUES, default=list(QUEUES), metavar="QUEUE")
        parser.add_argument("--threads", type=int, default=1, help="messages worked on at once (default 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until a signal comes."""
        if not 1 <= options["threads"] <= MOST_THREADS:
            raise CommandError(f"--threads must be from 1 to {MOST_THREADS}.", returncode=2)
        refuse_newer_where_it_answers()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        # OpenCV would start a thread for every core in each of our processes.
        cv2.setNumThreads(settings.ROTOSCOPE_ENGINE_THREADS)
        if MUCH_MEMORY & set(options["queues"]):
            malloc.keep_large_blocks()
        autodiscover_modules("actors")
        broker = dramatiq.get_broker()
        broker.emit_after("process_boot")
        worker = worker_of(broker, options["queues"], options["threads"])
        worker.start()
        if "training" in options["queues"]:
            threading.Thread(target=get_ready, name="get ready", daemon=True).start()
        self.stdout.write(f"working off {', '.join(options['queues'])}")
        self.stdout.flush()
        stay_tidy(stop)
        worker.stop(timeout=GRACE_MS)
        broker.close()
        # A thread deep in a computation would keep the process; its message is redelivered.
        os._exit(0)


def stay_tidy(stop: threading.Event) -> None:
    """Return once `stop` is set; until then clear away what this machine need not keep: it may have no reconciler."""
    while True:
        try:
            clear_leftovers()
        except OSError:
            logger.exception("leftovers could not be cleared away; it will be tried again")
        if stop.wait(TIDY_EVERY):
            return
