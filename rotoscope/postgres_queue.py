"""The queue in PostgreSQL, whose senders are told within seconds where it is away.

Dramatiq's broker for it tries ten times, and ten times within each to have a connection: a thread of the web server
would wait for most of an hour. What cannot be sent is in our own rows, and the reconciler sends it again.
"""

from __future__ import annotations

import copy
import time
from typing import TYPE_CHECKING, Any

from dramatiq_postgres.broker import PostgresBroker
from psycopg import OperationalError

if TYPE_CHECKING:
    import dramatiq

PATIENCE = 3.0  # seconds that a send waits for a connection
REST = 3.0  # seconds after one that waited in vain in which others are not tried: a page may send many


class PostgresQueue(PostgresBroker):  # type: ignore[misc]
    """Tries once to send. Workers wait for their messages as patiently as ever."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._tried_again_from = 0.0  # of time.monotonic()

    def enqueue(self, message: dramatiq.Message[Any], *, delay: int | None = None) -> dramatiq.Message[Any]:
        """Raises OperationalError where the queue cannot be reached, or could not be a moment ago."""
        if time.monotonic() < self._tried_again_from:
            raise OperationalError("the queue could not be reached a moment ago")
        try:
            with self.pool.connection(timeout=PATIENCE) as connection:
                return self._by(connection, message, delay)
        except OperationalError:
            self._tried_again_from = time.monotonic() + REST
            raise

    def _by(
        self, connection: Any, message: dramatiq.Message[Any], delay: int | None
    ) -> dramatiq.Message[Any]:
        """Dramatiq's own `enqueue` without what repeats it; with a connection for its pool it asks for no other."""
        once = copy.copy(self)
        once.pool = connection
        sent: dramatiq.Message[Any] = PostgresBroker.enqueue.__wrapped__(once, message, delay=delay)
        return sent
