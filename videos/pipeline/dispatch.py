"""Putting work on the queue, once the transaction that made it is safe.

A message only says which row to look at; whether there is anything to do is decided by the claim. So a
message may come twice, late or never (the reconciler sends it again).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

if TYPE_CHECKING:
    from rotoscope.lease import Leased

_here = threading.local()


@contextmanager
def inline() -> Iterator[None]:
    """Within the block this thread queues nothing: the caller does the work itself."""
    _here.inline = True
    try:
        yield
    finally:
        _here.inline = False


def send(row: Leased, actor: str, *args: Any) -> None:
    """Queue `actor(row.pk, *args)` after the transaction, and note the time on the row."""
    if getattr(_here, "inline", False):
        return
    type(row)._default_manager.filter(pk=row.pk).update(nudged_at=timezone.now())
    # What is wanted is in the database by then: a queue that is down costs nobody their page or their upload.
    transaction.on_commit(_sending(actor, row.pk, *args), robust=True)


def _sending(name: str, *args: Any) -> Callable[[], None]:
    def send_now() -> None:
        from videos import actors  # the edges know the domain; only here the other way, and late

        getattr(actors, name).send(*args)

    return send_now
