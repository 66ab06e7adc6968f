"""Reconcile: put on the queue again what the queue lost, and clear away what nobody needs any more.

Runs every few seconds, on as many machines as like to. It only ever sends messages that are harmless when
they come twice, so it needs no lock.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from filters import training_queue, upkeep
from rotoscope.accounts import passing
from rotoscope.common import loose
from rotoscope.common.files import clear_leftovers
from rotoscope.common.lease import AFTER_DEATH, LeasedQuerySet, M
from videos import uploads
from videos.models import DayOfLooks, Render, Segment, Video
from videos.pipeline import accounts, dispatch, proxies, rebuild, removal, renders, stills

logger = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=60)  # how long a message may wait before it is sent again: nobody is at work
PATIENCE_FOR_TURNS = timedelta(hours=1)  # where somebody is, and it may well wait behind others on the queue
PATIENCE_FOR_PROXIES = timedelta(hours=1)  # they wait for each other; and what failed may need a person
PROXIES_ABREAST = 8  # of footage, and of renders: those that lack them wait in the tables, not on the queue


def run() -> int:
    """One round; how many messages were sent. What others wait for goes first: clearing away may fail."""
    sent = requeue()
    clear_away()
    return sent


def requeue() -> int:
    """Send again what the queue lost; how many messages. Asks the database alone, so it is done in a moment."""
    sent = _videos() + _stills() + _renders() + _rebuilds() + _proxies() + training_queue.requeue_lost()
    if sent:
        logger.info("reconciler sent %d messages", sent)
    _plans()
    _segments()
    upkeep.ask()
    return sent


def clear_away() -> None:
    """Finish or end uploads that were left, and clear the disk. A whole upload may be on its way to S3 for an hour."""
    uploads.expire()
    accounts.clear_abandoned()
    clear_leftovers()
    loose.clear()
    removal.clear()
    DayOfLooks.forget_old()


def queued(rows: LeasedQuerySet[M]) -> LeasedQuerySet[M]:
    """Without what a command does by itself, and wants nobody's help with: killed, it leaves what nobody waits for."""
    return rows.exclude(owner__in=passing.those())


def _videos() -> int:
    """Uploads and footage whose images are to be separated: both wait on the same queue."""
    taken_in = Video.objects.filter(state__in=[Video.State.RECEIVING, Video.State.INGESTING])
    waiting = queued(taken_in.exclude(source=""))
    separating = queued(Video.objects.filter(state=Video.State.READY).exclude(stage=""))
    held = Q(lease_until__gt=timezone.now()) & ~Q(lease_token=None)
    patience = _patience(waiting.filter(held).exists() or separating.filter(held).exists())
    return _send(waiting.overdue(patience), "ingest") + _send(separating.overdue(patience), "separate")


def _patience(at_work: bool) -> timedelta:
    """How long a message may wait: while somebody is at work on what stands before it on the queue, it is not lost."""
    return PATIENCE_FOR_TURNS if at_work else PATIENCE


def _plans() -> None:
    """Footage that became ready while whoever made it so was ended before queueing its renders."""
    for video in Video.objects.ready().exclude(planned_filters=[]):
        renders.fulfil_plans(video)


def _segments() -> None:
    """Files of segments that whoever put the whole together was ended before dropping."""
    # In two questions, each answered by an index: this is asked every few seconds, and most segments have no file.
    having = Segment.objects.exclude(file="").order_by().values_list("render", flat=True).distinct()
    for render in Render.objects.finished().filter(pk__in=list(having)):
        rebuild.drop_segments(render)


def _stills() -> int:
    recent = stills.waiting().filter(created_at__gt=timezone.now() - stills.REMEMBERED)
    return _send(recent.overdue(PATIENCE), "still")


def _renders() -> int:
    """Renders with free segments: when a worker died in one of them, or nothing has moved for a while.

    While others are painted it waits its turn. A message more would be a turn more, for good: whoever paints a segment
    asks for the next one.
    """
    now = timezone.now()
    painting = queued(Render.objects.filter(state__in=[Render.State.QUEUED, Render.State.RENDERING]))
    for render in painting.exclude(segments__in=Segment.objects.unfinished()):
        _begin_rebuild(render)
    free = Segment.objects.unfinished().free()
    died = free.filter(state=Segment.State.RUNNING)
    alive = Segment.objects.filter(state=Segment.State.RUNNING, lease_until__gt=now)
    bereft = painting.filter(segments__in=died).filter(Q(nudged_at=None) | Q(nudged_at__lt=now - AFTER_DEATH))
    still = painting.filter(segments__in=free).exclude(segments__in=alive)
    # Between two segments nobody paints, for a moment.
    painted = Q(segments__in=alive) | Q(segments__finished_at__gt=now - PATIENCE)
    patience = _patience(painting.filter(painted).exists())
    still = still.filter(Q(nudged_at=None) | Q(nudged_at__lt=now - patience))
    return _send(bereft.distinct(), "paint") + _send(still.distinct(), "paint")


def _begin_rebuild(render: Render) -> None:
    """Its last segment was finished, or it was resumed with all of them, by somebody who died before saying so."""
    if not render.segments.exists():
        return
    render.start()
    if render.begin_rebuild():
        dispatch.send(render, "rebuild")


def _rebuilds() -> int:
    rebuilding = Render.objects.filter(state=Render.State.REBUILDING)
    return _send(queued(rebuilding).overdue(PATIENCE), "rebuild")


def _proxies() -> int:
    """Films that nobody made a small copy of, or that are older than those are; not what a command throws away soon."""
    sent = 0
    for kind, model in proxies.MODELS.items():
        lacking = queued(proxies.lacking(model))
        next_ones = model.objects.filter(pk__in=lacking.order_by("pk").values("pk")[:PROXIES_ABREAST])
        sent += _send(next_ones.overdue(PATIENCE_FOR_PROXIES), "proxy", kind)
    return sent


def _send(rows: LeasedQuerySet[Any], actor: str, *args: Any) -> int:
    count = 0
    for row in rows.order_by(F("nudged_at").asc(nulls_first=True))[:100]:
        dispatch.send(row, actor, *args)
        count += 1
    return count
