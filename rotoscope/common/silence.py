"""A store of files that does not answer: said in a sentence, and asked by one instead of by everybody."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.http import HttpRequest, HttpResponse, HttpResponseBase

REST = 10  # seconds after which somebody asks again
SENTENCE = "The files cannot be reached at the moment. Nothing is lost; try again in a moment."

logger = logging.getLogger(__name__)


class StoreSilent(Exception):
    """The store of files does not answer, or did not a moment ago."""


class Silence:
    """Remembers that the store said nothing: until it does, one call in REST seconds waits for it, all others hear so
    at once. Each would keep one of the web server's few threads from whoever asks for no file at all.

    Shared by threads; `now` is a clock in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._until: float | None = None

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask the store in the block. Raises StoreSilent."""
        self._enter()
        try:
            yield
        except Exception as problem:
            if not unanswered(problem):
                self._until = None  # a refusal is an answer
                raise
            self._until = self._now() + REST
            raise StoreSilent(SENTENCE) from problem
        self._until = None

    def _enter(self) -> None:
        with self._lock:
            if self._until is not None:
                if self._now() < self._until:
                    raise StoreSilent(SENTENCE)
                self._until = self._now() + REST  # the others go on without


class SilenceMiddleware:
    """Answers 503 in a sentence, whoever asked the store."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing beforehand."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """The sentence. What was tried in vain is written down, what was not tried is not."""
        if not (isinstance(problem, StoreSilent) or unanswered(problem)):
            return None
        if problem.__cause__ is not None or not isinstance(problem, StoreSilent):
            logger.warning("%s: the store of files does not answer", request.path, exc_info=problem)
        answer = HttpResponse(SENTENCE, status=503, content_type="text/plain; charset=utf-8")
        answer["Retry-After"] = str(REST)
        return answer


def unanswered(problem: BaseException) -> bool:
    """Whether S3 was not reached, or did not finish what it said. A wrong key is neither."""
    from botocore.exceptions import ConnectionError, HTTPClientError

    return isinstance(problem, (ConnectionError, HTTPClientError))
