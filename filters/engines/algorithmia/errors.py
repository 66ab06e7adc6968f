"""What can go wrong at a DeepFilter service, told apart, each with a sentence for people.

The `algorithmia` client turns every refusal into a bare Exception; `raise_for_answer` is a response hook
of its requests session that raises these instead, before the client sees the answer.
"""

from __future__ import annotations

import json
from typing import Any

import requests

from filters.engines.base import EngineBusy, EngineError, EngineUnavailable


class WrongKey(EngineUnavailable):
    """401 or 403: the key is not accepted."""


class NoCredit(EngineUnavailable):
    """402: the account has nothing left to spend."""


class RateLimited(EngineBusy):
    """429: too many calls; `retry_after` seconds, where the service said so."""


class NotFound(EngineError):
    """404: no such filter, algorithm or object."""


class CallRefused(EngineError):
    """Another 4xx, or an error inside the answer: the service did not like what it was sent."""


class ServerError(EngineError):
    """5xx: the service is broken or busy."""


class TimedOut(EngineError):
    """No answer, or not all of it, in time."""


class Unreachable(EngineError):
    """No connection to the service."""


class Stopped(TimedOut):
    """The caller ended the waiting (another part of the work had failed, or the engine was closed)."""


class BadAnswer(EngineError):
    """An answer that is none: truncated, too large, no JSON, not an image, not of the right size."""


MESSAGE_LENGTH = 200


def raise_for_answer(response: requests.Response, *_: Any, **__: Any) -> requests.Response:
    """Response hook: the answer itself where it is 1xx to 3xx, else one of the errors above."""
    if response.status_code < 400:
        return response
    raise error_for(response)


def error_for(response: requests.Response) -> EngineError:
    """The error that an answer of 400 and above stands for."""
    status, said = response.status_code, message_of(response)
    if status in (401, 403):
        return WrongKey(f"The DeepFilter service does not accept the key ({said}).", temporary=False)
    if status == 402:
        return NoCredit(
            f"The account at the DeepFilter service has no credit left ({said}).", temporary=False
        )
    if status == 404:
        return NotFound(f"The DeepFilter service does not have it: {said}.")
    if status == 429:
        return RateLimited(
            f"The DeepFilter service allows no more calls for now ({said}).",
            retry_after=retry_after(response),
        )
    if status in (408, 504):
        return TimedOut(f"The DeepFilter service took too long ({said}).", temporary=True)
    if status >= 500:
        return ServerError(
            f"The DeepFilter service has an error of its own ({status}: {said}).", temporary=True
        )
    return CallRefused(f"The DeepFilter service refused the call ({status}: {said}).")


def error_in_answer(message: str, error_type: str | None) -> EngineError:
    """The error that stands inside an answer of 200: {"error": {"message": …, "error_type": …}}."""
    said, words = _shortened(message), f"{error_type or ''} {message}".lower()
    if "credit" in words or "payment" in words:
        return NoCredit(
            f"The account at the DeepFilter service has no credit left ({said}).", temporary=False
        )
    if "authoriz" in words or "api key" in words:
        return WrongKey(f"The DeepFilter service does not accept the key ({said}).", temporary=False)
    if "timeout" in words or "timed out" in words:
        return TimedOut(f"The DeepFilter service took too long ({said}).", temporary=True)
    if "no such" in words or "not found" in words or "does not exist" in words or "unknown filter" in words:
        return NotFound(f"The DeepFilter service does not have it: {said}.")
    away = error_type == "UnavailableError"  # another Rotoscope's filter that cannot run now
    return CallRefused(f"The DeepFilter service refused the call ({said}).", temporary=away)


def message_of(response: requests.Response) -> str:
    """What an answer says about its error, in one short line."""
    header = response.headers.get("X-Error-Message")
    if header:
        return _shortened(header)
    try:
        error = response.json()["error"]
        return _shortened(str(error["message"] if isinstance(error, dict) else error))
    except (ValueError, KeyError, TypeError, json.JSONDecodeError):
        return _shortened(response.reason or f"status {response.status_code}")


def retry_after(response: requests.Response) -> float | None:
    """Seconds of a Retry-After header (not below 0); None where there is none that can be read."""
    from urllib3.util.retry import Retry

    value = response.headers.get("Retry-After")
    if not value:
        return None
    try:
        return max(0.0, float(Retry().parse_retry_after(value)))
    except Exception:  # urllib3 raises its own InvalidHeader, and ValueError for impossible dates
        return None


def _shortened(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= MESSAGE_LENGTH else line[: MESSAGE_LENGTH - 1] + "…"
