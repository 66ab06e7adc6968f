"""`manage.py reconcile`: put back on the queue what the queue lost, once or every few seconds."""

import logging
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections

from rotoscope import broker
from rotoscope.database.newer import refuse_newer_where_it_answers

logger = logging.getLogger("rotoscope.reconcile")

LEAST_PAUSE, LONGEST_PAUSE = 0.1, 3600.0  # seconds


class Command(BaseCommand):
    """The reconciler's clock. What it does is in `videos.pipeline.reconcile`."""

    help = "Requeue work that the queue lost; with --every SECONDS, again and again until told to stop."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Once, or how often."""
        parser.add_argument("--every", type=float, metavar="SECONDS")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the reconciler once, or until a signal comes."""
        every = options["every"]
        if every is None:
            once()
            return
        if not LEAST_PAUSE <= every <= LONGEST_PAUSE:
            raise CommandError(
                f"--every must be from {LEAST_PAUSE:g} to {LONGEST_PAUSE:g} seconds.", returncode=2
            )
        refuse_newer_where_it_answers()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        on_two_clocks(every, stop)
        # A file on its way to S3 would keep the process; its upload is taken up again.
        os._exit(0)


def once() -> None:
    """One round. Raises QueueAway where the queue is: who waits for the end of the round would not know."""
    from filters import upkeep
    from videos.pipeline import reconcile

    with broker.needed():
        upkeep.ask()  # first of all, since what rows wait for is sent in vain without a word
        reconcile.run()


def on_two_clocks(every: float, stop: threading.Event) -> None:
    """Requeue here and clear away beside it, until `stop` is set: a slow store must not keep lost work waiting."""
    from videos.pipeline import reconcile

    clearing = (reconcile.clear_away, every, stop)
    threading.Thread(target=again_and_again, args=clearing, name="clear away", daemon=True).start()
    again_and_again(reconcile.requeue, every, stop)


def again_and_again(work: Callable[[], object], every: float, stop: threading.Event) -> None:
    """Do `work` until `stop` is set; a database that is away for a moment does not end the clock."""
    while not stop.is_set():
        close_old_connections()
        try:
            work()
        except DatabaseError as error:
            logger.warning("the database is away: %s", str(error).splitlines()[0])
        except Exception:
            logger.exception("the reconciler failed; it will be tried again")
        stop.wait(every)
