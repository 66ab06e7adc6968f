"""Leases: a row that somebody works on, for as long as they show that they live.

A worker can be killed at any instruction, so a claim is never for good. A claim writes a token and a
time; the holder renews it every few seconds; when the time has passed, anybody may claim anew. The
token fences: what a late holder writes after losing its lease meets zero rows. All times are the database's, the
one clock that all machines share.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Self, TypeVar

from django.db import close_old_connections, models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
RENEW_EVERY = 3.0  # seconds
AFTER_DEATH = timedelta(seconds=15)  # before a message is sent again for a row whose holder died


M = TypeVar("M", bound=models.Model)


class LeasedQuerySet(models.QuerySet[M]):
    """Queries over leased rows."""

    def free(self) -> Self:
        """Rows that nobody alive works on."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=Now()))

    def overdue(self, patience: timedelta) -> Self:
        """Rows that nobody alive works on, and whose last message is older than `patience`, or than their holder's end.

        The queue lost it, or it was never sent.
        """
        now = timezone.now()
        waited = Q(nudged_at=None) | Q(nudged_at__lt=now - patience)
        died = Q(lease_until__lt=now) & Q(nudged_at__lt=now - AFTER_DEATH)
        return self.free().filter(waited | died)

    def held_by(self, token: uuid.UUID) -> Self:
        """The rows of one holder: the fence of every write that a worker makes."""
        return self.filter(lease_token=token)


class Leased(models.Model):
    """The columns of a lease."""

    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False, db_index=True)
    nudged_at = models.DateTimeField(
        null=True, editable=False, help_text="When it was last put on the queue."
    )

    class Meta:
        abstract = True


def claim(rows: LeasedQuerySet[Any], **values: Any) -> uuid.UUID | None:
    """Claim the rows that are free, and set `values`. None: somebody was first.

    The rows are locked before they are changed, and not with one UPDATE: where `rows` spans a join, Django
    moves all its conditions into a subquery, and PostgreSQL does not ask a subquery again for a row that
    another claim has changed meanwhile, so that both would have it.
    """
    token = uuid.uuid4()
    with transaction.atomic():
        free = list(rows.free().select_for_update(of=("self",)).values_list("pk", flat=True))
        own = rows.model._default_manager.filter(pk__in=free)
        taken = own.update(lease_token=token, lease_until=Now() + LEASE, **values)
    return token if taken else None


def released(rest: timedelta | None = None) -> dict[str, Any]:
    """The columns of a row that nobody works on any more, free at once or after a rest: for an update of it."""
    return {"lease_token": None, "lease_until": None if rest is None else Now() + rest}


@contextmanager
def renewing(rows: LeasedQuerySet[Any], token: uuid.UUID) -> Iterator[threading.Event]:
    """Renew a lease in the background while the block runs.

    Yields an event that is set once the lease is lost (the row was cancelled, or claimed by another).
    A database that is down for a while does not set it: renewal goes on trying, and the fence decides.
    """
    lost = threading.Event()
    done = threading.Event()

    def renew() -> None:
        while not done.wait(RENEW_EVERY):
            try:
                close_old_connections()
                if not rows.held_by(token).update(lease_until=Now() + LEASE):
                    lost.set()
                    return
            except Exception as problem:  # the database may be restarting; the lease's own time decides
                logger.warning("a lease could not be renewed: %s", problem)
        close_old_connections()

    def run() -> None:
        try:
            renew()
        finally:
            from django.db import connections

            connections.close_all()

    thread = threading.Thread(target=run, name="lease", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        done.set()
        thread.join(timeout=RENEW_EVERY)
