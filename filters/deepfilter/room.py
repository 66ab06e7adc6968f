"""Room for calls in one web process: those that find none come back when their turn may have come."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filters.deepfilter.problem import Problem

SOONEST = 5.0  # seconds after which somebody who was turned away comes back
LATEST = 30.0  # longer than that our own clients do not wait
MOST_EXPECTED = 1000


class Room:
    """At most `places` calls at a time. Shared by threads; `now` is a clock in seconds."""

    def __init__(self, places: int, now: Callable[[], float] = time.monotonic) -> None:
        self._places = places
        self._now = now
        self._lock = threading.Lock()
        self._taken = 0
        self._call_seconds = 0.0  # of late, waiting for the painters included
        # When those that were turned away come back.
        self._expected: deque[float] = deque(maxlen=MOST_EXPECTED)

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place while the block runs. Raises Problem 429, with when to come back, where all are taken."""
        began = self._now()
        with self._lock:
            if self._taken >= self._places:
                raise Problem(
                    "too many calls at once",
                    status=429,
                    error_type="RateLimitError",
                    retry_after=self._come_back(began),
                )
            self._taken += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken -= 1
                self._call_seconds = (self._call_seconds + self._now() - began) / 2

    def _come_back(self, now: float) -> int:
        """In how many seconds a place should be free for one more, after all who are expected before."""
        self._expected = deque((moment for moment in self._expected if moment > now), MOST_EXPECTED)
        between = self._call_seconds / self._places  # a place becomes free this often
        wait = min(LATEST, max(SOONEST, between * (len(self._expected) + 1)))
        self._expected.append(now + wait)
        return math.ceil(wait)
