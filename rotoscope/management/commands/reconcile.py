"""`manage.py reconcile`: put back on the queue what the queue lost, once or every few seconds."""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

logger = logging.getLogger("rotoscope.reconcile")


class Command(BaseCommand):
    """The reconciler's clock. What it does is in `videos.pipeline.reconcile`."""

    help = "Requeue work that the queue lost; with --every SECONDS, again and again until told to stop."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Once, or how often."""
        parser.add_argument("--every", type=float, metavar="SECONDS")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the reconciler; a database that is away for a moment does not end the clock."""
        from videos.pipeline import reconcile

        if options["every"] is None:
            reconcile.run()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            close_old_connections()
            try:
                reconcile.run()
            except DatabaseError as error:
                logger.warning("the database is away: %s", str(error).splitlines()[0])
            except Exception:
                logger.exception("the reconciler failed; it will be tried again")
            stop.wait(options["every"])
