"""Training runs and the queue: put there, taken up again, and found again when the queue lost them."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.utils import timezone

from filters import trainings
from filters.models import TrainingRun
from rotoscope.common.lease import released

# A message may wait as long as another training takes; sending it twice is harmless.
PATIENCE = timedelta(seconds=90)
MOST_ATTEMPTS = 5
GIVEN_UP = (
    "Training was ended from outside five times, perhaps for want of memory. Try again when less is going on."
)


def begin(run: TrainingRun) -> None:
    """Queue a run that was ordered; safe to repeat. Where the queue is away, the reconciler does."""
    from filters.actors import train  # late: the one arrow that points up (docs/architecture.md)

    TrainingRun.objects.filter(pk=run.pk).update(nudged_at=timezone.now())
    transaction.on_commit(lambda: train.send(run.pk), robust=True)


def go_on(run: TrainingRun, minutes: float = 0.0) -> bool:
    """cancelled, failed or (with `minutes` more) finished → queued, to go on from its last checkpoint."""
    if not trainings.go_on(run, minutes):
        return False
    begin(run)
    return True


def train_next(pk: int) -> int | None:
    """Work, to its end, on the run whose turn it is when the message of run `pk` has come; which that was.

    Where another worker takes the same one at the same moment, the next in turn is begun instead: its own message may
    have been used up already.
    """
    while (turn := in_turn(pk)) is not None:
        token = trainings.taken(turn)
        if token is not None:
            trainings.work(turn, token)
            return turn
    return None


def in_turn(pk: int) -> int | None:
    """The run to begin where the message of run `pk` has come: people take turns, however many each has ordered.

    Of the runs that wait it is the first one of whoever has none running, and had a worker longest ago. There are
    at least as many messages as there are runs that wait, so each is begun. One whose worker died is gone on with. None
    where nothing waits.
    """
    free = TrainingRun.objects.all().free()
    if free.filter(pk=pk, state=TrainingRun.State.RUNNING).exists():
        return pk
    theirs = TrainingRun.objects.filter(owner=OuterRef("owner"))
    worked = theirs.order_by().values("owner").annotate(last=Max("worked_at")).values("last")
    queued = free.filter(Q(pk=pk) | Q(nudged_at__isnull=False), state=TrainingRun.State.QUEUED).annotate(
        busy=Exists(theirs.filter(state=TrainingRun.State.RUNNING)), worked=Subquery(worked)
    )
    first = queued.order_by("busy", F("worked").asc(nulls_first=True), "created_at", "pk").first()
    return first.pk if first is not None else None


def requeue_lost() -> int:
    """Send runs again that nobody alive works on; how many. Those that were killed too often fail."""
    unfinished = TrainingRun.objects.filter(state__in=[TrainingRun.State.QUEUED, TrainingRun.State.RUNNING])
    lost = list(unfinished.overdue(PATIENCE).order_by("created_at")[:20])
    for run in lost:
        if run.attempts >= MOST_ATTEMPTS:
            _give_up(run)
        else:
            begin(run)
    return len(lost)


def _give_up(run: TrainingRun) -> None:
    TrainingRun.objects.filter(pk=run.pk, state=run.state).free().update(
        state=TrainingRun.State.FAILED, error=GIVEN_UP, finished_at=timezone.now(), **released()
    )
