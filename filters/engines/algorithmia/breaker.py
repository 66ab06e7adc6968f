"""A breaker: after some failures in a row nobody calls for a while, then one caller may try."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filters.engines.base import EngineError, EngineUnavailable

FAILURES = 5
FIRST_REST = 60.0  # seconds
LONGEST_REST = 3600.0


class Breaker:
    """Closed: calls go through. Open: they are refused. After a rest half-open: one call decides.

    The rest doubles with each failed trial. What makes no sense to repeat (a wrong key, no credit) opens it
    at once. Shared by threads; `now` is a clock in seconds.
    """

    def __init__(
        self,
        failures: int = FAILURES,
        rest: float = FIRST_REST,
        longest_rest: float = LONGEST_REST,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._first_rest = rest
        self._longest_rest = longest_rest
        self._now = now
        self._lock = threading.Lock()
        self._failures = 0
        self._rest = rest
        self._open_until: float | None = None
        self._trying = False
        self._reason = ""

    @property
    def is_open(self) -> bool:
        """Whether calls are refused now (also while one trial is under way)."""
        with self._lock:
            return self._open_until is not None and (self._trying or self._now() < self._open_until)

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Run a call. Raises EngineUnavailable with the reason while open, and once this failure opens it."""
        self._enter()
        try:
            yield
        except EngineError as error:
            if self._failed(error):
                raise EngineUnavailable(str(error), temporary=error.temporary) from error
            raise
        except BaseException:
            self._left()
            raise
        self._succeeded()

    def _enter(self) -> None:
        with self._lock:
            if self._open_until is None:
                return
            if self._trying or self._now() < self._open_until:
                raise EngineUnavailable(self._reason)
            self._trying = True

    def _failed(self, error: EngineError) -> bool:
        with self._lock:
            trial, self._trying = self._trying, False
            self._failures += 1
            hopeless = isinstance(error, EngineUnavailable)
            if not (trial or hopeless or self._failures >= self._limit):
                return False
            self._rest = min(self._longest_rest, self._rest * 2) if trial else self._first_rest
            self._open_until = self._now() + self._rest
            self._reason = str(error)
            return True

    def _succeeded(self) -> None:
        with self._lock:
            self._failures, self._rest, self._trying = 0, self._first_rest, False
            self._open_until, self._reason = None, ""

    def _left(self) -> None:
        """A call ended without telling anything about the service (the caller was interrupted)."""
        with self._lock:
            self._trying = False


_lock = threading.Lock()
_breakers: dict[str, Breaker] = {}


def breaker_for(*names: str) -> Breaker:
    """The one breaker of this process for a service, a key and a filter; keys are not kept in the clear."""
    name = hashlib.sha256("\n".join(names).encode()).hexdigest()
    with _lock:
        return _breakers.setdefault(name, Breaker())
