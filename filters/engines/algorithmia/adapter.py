"""A transport adapter with what the `algorithmia` client lacks: timeouts, bounded answers and retries."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from filters.engines.algorithmia import errors
from filters.engines.base import EngineError

CHUNK = 1 << 16
FULL = 429
AGAIN = frozenset({408, 500, 502, 503, 504})
AGAIN_AFTER_A_CALL = frozenset({500, 502, 503})  # after 408 and 504 the call may be running, and be paid for


@dataclass(frozen=True)
class Patience:
    """How long to wait: all in seconds, `attempts` for each request, `largest` answer in bytes.

    `answer` bounds the silence between bytes, `whole` one attempt from its start to the last byte.
    A Retry-After beyond `longest_wait` is not waited for: whoever queued the work knows better what to do.
    A service that has no room (429) is asked on and on, until it has let nobody of ours in for `queueing`.
    """

    connect: float = 5.0
    answer: float = 120.0
    whole: float = 300.0
    attempts: int = 4
    queueing: float = 240.0  # a still has five minutes for everything
    first_wait: float = 0.5
    longest_wait: float = 30.0
    largest: int = 64 << 20


class PatientAdapter(HTTPAdapter):
    """Sends a request up to `attempts` times with exponential backoff, full jitter, and Retry-After honoured.

    The answer's body is read here, so that a truncated one counts as a failed attempt. POST (a call that
    costs money) is not repeated when it may have been carried out. An answer of 429 is no failed attempt: the
    request waits its turn. `stop` ends waiting at once.
    Raises the errors of errors.py instead of those of requests.
    """

    def __init__(self, patience: Patience, stop: threading.Event, *, connections: int = 10) -> None:
        self.patience = patience
        self.stop = stop
        self._let_in = 0.0  # when a request last met with anything but 429
        super().__init__(pool_connections=1, pool_maxsize=connections, max_retries=0)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Like HTTPAdapter.send, and the body is there. `timeout` and `stream` are decided here."""
        began = time.monotonic()
        attempt = turned_away = 0
        while True:
            try:
                response = self._once(request, verify=verify, cert=cert, proxies=proxies)
            except EngineError as error:
                attempt += 1
                if attempt >= self.patience.attempts or not _may_repeat(request, error):
                    raise
                self._wait(attempt, None, error)
                continue
            if response.status_code == FULL:
                turned_away += 1
                tried, again = turned_away, self._may_queue(began)
            else:
                self._let_in = time.monotonic()
                attempt += 1
                tried, again = attempt, attempt < self.patience.attempts and _may_follow(request, response)
            asked = errors.retry_after(response)
            if not again or (asked is not None and asked > self.patience.longest_wait):
                return response
            self._wait(tried, asked, errors.error_for(response))

    def _may_queue(self, began: float) -> bool:
        """Whether to wait for room: as long as requests of ours are let in now and then, ours will be too."""
        return time.monotonic() - max(began, self._let_in) < self.patience.queueing

    def _once(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        until = time.monotonic() + self.patience.whole
        silence = (self.patience.connect, self.patience.answer)
        try:
            response = super().send(request, stream=True, timeout=silence, **options)
            with response:
                response._content = self._body(response, until)
        except (requests.exceptions.SSLError, requests.exceptions.ProxyError) as error:
            raise errors.Unreachable(f"No safe connection to the DeepFilter service: {error}.") from error
        except requests.exceptions.ConnectTimeout as error:
            raise errors.Unreachable("The DeepFilter service cannot be reached.", temporary=True) from error
        except requests.exceptions.Timeout as error:
            raise errors.TimedOut("The DeepFilter service did not answer in time.", temporary=True) from error
        except urllib3.exceptions.ReadTimeoutError as error:
            raise errors.TimedOut("The DeepFilter service fell silent.", temporary=True) from error
        except urllib3.exceptions.HTTPError as error:
            raise errors.BadAnswer("The DeepFilter service's answer was cut off.", temporary=True) from error
        except requests.exceptions.ConnectionError as error:
            if not _never_sent(error):
                raise errors.BadAnswer("The DeepFilter service hung up.", temporary=True) from error
            raise errors.Unreachable("The DeepFilter service cannot be reached.", temporary=True) from error
        except requests.exceptions.RequestException as error:
            raise errors.BadAnswer(f"The DeepFilter service's answer cannot be read: {error}.") from error
        except OSError as error:  # a bundle of certificates that is not there
            raise errors.Unreachable(f"No safe connection to the DeepFilter service: {error}.") from error
        return response

    def _body(self, response: requests.Response, until: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        # read1 gives what has come; iter_content would wait for a whole chunk, however slowly it drips in.
        while part := response.raw.read1(CHUNK, decode_content=True):
            size += len(part)
            parts.append(part)
            if size > self.patience.largest:
                raise errors.BadAnswer(
                    f"The DeepFilter service sent more than {self.patience.largest} bytes."
                )
            if time.monotonic() > until:
                raise errors.TimedOut("The DeepFilter service's answer took too long.", temporary=True)
            if self.stop.is_set():
                raise errors.Stopped("Stopped while an answer was coming in.", temporary=True)
        return b"".join(parts)

    def _wait(self, attempt: int, asked: float | None, error: EngineError) -> None:
        ceiling = min(self.patience.longest_wait, self.patience.first_wait * 2 ** min(attempt - 1, 10))
        wait = ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - spreads the callers, hides nothing
        if asked is not None:
            wait = max(asked, self.patience.first_wait) + random.uniform(0.0, self.patience.first_wait)  # noqa: S311
        if self.stop.wait(wait):
            raise errors.Stopped("Stopped while waiting for another try.", temporary=True) from error


def _never_sent(error: requests.exceptions.ConnectionError) -> bool:
    """Whether there was no connection at all: one that broke later may have brought the request there."""
    reason = error.args[0] if error.args else None
    if isinstance(reason, urllib3.exceptions.MaxRetryError):
        reason = reason.reason
    return isinstance(reason, urllib3.exceptions.NewConnectionError)


def _may_follow(request: requests.PreparedRequest, response: requests.Response) -> bool:
    return response.status_code in (AGAIN_AFTER_A_CALL if request.method == "POST" else AGAIN)


def _may_repeat(request: requests.PreparedRequest, error: EngineError) -> bool:
    if isinstance(error, errors.Unreachable):
        return error.temporary
    return error.temporary and request.method != "POST"
