"""A breaker: after some failures in a row nobody calls for a while, then one caller may try."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filters.engines.base import EngineBusy, EngineError, EngineUnavailable

FAILURES = 5
FIRST_REST = 60.0  # seconds
LONGEST_REST = 3600.0
LONGEST_TRIAL = 1800.0
"""Seconds, more than any call takes: one that is not back by then was cut off at a bad moment."""
SLICE = 1.0
"""Seconds; whoever waits for a trial has to hear that it is to stop."""


class Breaker:
    """Closed: calls go through. Open: they are refused. After a rest half-open: one call decides, others wait for it.

    The rest doubles with each failed trial. What makes no sense to repeat (a wrong key, no credit) opens it
    at once; a service that has no room just now tells nothing about its health. Calls that were under way when it
    opened are no trials, however they end. Shared by threads; `now` is a clock in seconds.
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
        self._lock = threading.Condition()
        self._failures = 0
        self._rest = rest
        self._open_until: float | None = None
        self._trial_until = 0.0
        self._reason, self._temporary = "", True

    @property
    def is_open(self) -> bool:
        """Whether calls are refused now, or wait for a trial."""
        with self._lock:
            return self._open_until is not None and self._now() < max(self._open_until, self._trial_until)

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Run a call. Raises EngineUnavailable with the reason while open, and once this failure opens it.

        It says for how long nobody is let through, and is as temporary as what opened it.
        """
        trial = self._enter()
        try:
            yield
        except EngineBusy:
            self._tried(trial)
            raise
        except EngineError as error:
            if self._failed(error, trial):
                raise self._refusal(str(error), error.temporary) from error
            raise
        except BaseException:  # it tells nothing about the service: the caller was interrupted
            self._tried(trial)
            raise
        self._succeeded(trial)

    def _enter(self) -> bool:
        """Whether the call that begins now is the trial. Waits while another is."""
        with self._lock:
            while self._open_until is not None:
                if self._now() < self._open_until:
                    raise self._refusal(self._reason, self._temporary)
                if self._trial_until <= self._now():
                    self._trial_until = self._now() + LONGEST_TRIAL
                    return True
                self._lock.wait(SLICE)
            return False

    def _failed(self, error: EngineError, trial: bool) -> bool:
        with self._lock:
            self._tried(trial)
            self._failures += 1
            hopeless = isinstance(error, EngineUnavailable)
            if not (trial or hopeless or self._failures >= self._limit):
                return False
            if trial or self._open_until is None:
                self._rest = min(self._longest_rest, self._rest * 2) if trial else self._first_rest
                self._open_until = self._now() + self._rest
                self._reason, self._temporary = str(error), error.temporary
            return True

    def _refusal(self, reason: str, temporary: bool) -> EngineUnavailable:
        with self._lock:
            rest = None if self._open_until is None else max(0.0, self._open_until - self._now())
        return EngineUnavailable(reason, temporary=temporary, retry_after=rest)

    def _succeeded(self, trial: bool) -> None:
        with self._lock:
            self._tried(trial)
            self._failures, self._rest = 0, self._first_rest
            self._open_until = None

    def _tried(self, trial: bool) -> None:
        """The trial is over: those that wait for it look again."""
        if trial:
            with self._lock:
                self._trial_until = 0.0
                self._lock.notify_all()


_lock = threading.Lock()
_breakers: dict[str, Breaker] = {}


def breaker_for(*names: str) -> Breaker:
    """The one breaker of this process for a service, a key and a filter; keys are not kept in the clear."""
    name = hashlib.sha256("\n".join(names).encode()).hexdigest()
    with _lock:
        return _breakers.setdefault(name, Breaker())
