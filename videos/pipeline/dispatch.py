"""Putting work on the queue, once the transaction that made it is safe.

A message only says which row to look at; whether there is anything to do is decided by the claim. So a
message may come twice, late or never (the reconciler sends it again).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

if TYPE_CHECKING:
    from rotoscope.common.lease import Leased

_here = threading.local()


@contextmanager
def inline() -> Iterator[None]:
    """Within the block this thread queues nothing: the caller does the work itself."""
    _here.inline = True
    try:
        yield
    finally:
        _here.inline = False


def is_inline() -> bool:
    """Whether this thread is in such a block."""
    return getattr(_here, "inline", False)


def send(row: Leased, actor: str, *args: Any, delay: timedelta | None = None) -> None:
    """Queue `actor(row.pk, *args)` after the transaction, to be begun after `delay`, and note the time on the row.

    Where the queue is away that is written down and no more: what was asked for is in the row, and the reconciler
    sends it again.
    """
    if is_inline():
        return
    type(row)._default_manager.filter(pk=row.pk).update(nudged_at=timezone.now())
    transaction.on_commit(_sending(actor, (row.pk, *args), delay), robust=True)


def _sending(name: str, args: tuple[Any, ...], delay: timedelta | None) -> Callable[[], None]:
    milliseconds = None if delay is None else math.ceil(delay / timedelta(milliseconds=1))

    def send_now() -> None:
        from videos import actors  # late: the one arrow that points up (docs/architecture.md)

        getattr(actors, name).send_with_options(args=args, delay=milliseconds)

    return send_now
