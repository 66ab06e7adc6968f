"""Filters of a DeepFilter service (Algorithmia, another Rotoscope, or whatever speaks the protocol)."""

from .adapter import Patience
from .breaker import Breaker, breaker_for
from .engine import AlgorithmiaEngine
from .errors import (
    BadAnswer,
    CallRefused,
    NoCredit,
    NotFound,
    RateLimited,
    ServerError,
    TimedOut,
    Unreachable,
    WrongKey,
)

__all__ = [
    "AlgorithmiaEngine",
    "BadAnswer",
    "Breaker",
    "CallRefused",
    "NoCredit",
    "NotFound",
    "Patience",
    "RateLimited",
    "ServerError",
    "TimedOut",
    "Unreachable",
    "WrongKey",
    "breaker_for",
]
