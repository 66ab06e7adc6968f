"""Paint: one segment of a render, frame after frame, never a whole clip in memory."""

from __future__ import annotations

import logging
import secrets
import threading
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

import numpy as np
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from numpy.typing import NDArray

from filters.engines.base import Engine, EngineBusy, EngineError, EngineUnavailable, cost_of
from filters.engines.effects import blend, finish
from filters.engines.network import NetworkEngine
from filters.engines.shots import ShotPainter
from filters.engines.smoothing import Smoother, warmup_frames
from filters.service import engine_for_version
from rotoscope.common import loose, malloc
from rotoscope.common.files import local_path, work_folder
from rotoscope.common.lease import claim, released, renewing
from videos.media import decode, timing
from videos.media.encode import SegmentWriter
from videos.media.errors import Stopped
from videos.models import Render, Segment
from videos.models.segment import MAX_ATTEMPTS
from videos.pipeline import dispatch, outage, renders
from videos.pipeline.repeats import Repeats

logger = logging.getLogger(__name__)

BATCH_PIXELS = 40_000_000  # at a time, for engines that take batches: 16 frames of 1080p
LONGEST_REST = 900.0  # seconds
REPORT_EVERY = 0.5  # seconds; a cancel is noticed within this and one frame

Picture = NDArray[np.uint8]


@dataclass
class Work:
    """A claimed segment on its way."""

    segment: Segment
    token: uuid.UUID
    lost: threading.Event
    engine: Engine
    seconds: float = 0.0
    done: int = 0
    reported: float = 0.0
    charged: Decimal = field(default_factory=Decimal)
    """What the engine had cost when it was last written down."""


def run(render_pk: int) -> bool:
    """Paint the next segment of a render that is free. False when there is none; one that rests is come back for."""
    render = Render.objects.with_names().filter(pk=render_pk).first()
    if render is None:
        return False
    if render.state == Render.State.QUEUED:
        render.start()
    claimed = claim_next(render_pk)
    if claimed is None:
        _ask_for_next(render)
        return False
    segment, token = claimed
    if segment.attempts > MAX_ATTEMPTS:
        _give_up(segment, token)
        return True
    with renewing(Segment.objects.filter(pk=segment.pk), token) as lost:
        try:
            _paint(segment, token, lost)
        except Stopped:
            logger.info("%s was paused, cancelled or taken over", segment)
            return False
        except EngineError as problem:
            _engine_failed(segment, token, problem)
        except Exception as problem:
            _failed(segment, token, problem)
        finally:
            malloc.give_back()
    _after(segment.render)
    return True


def claim_next(render_pk: int) -> tuple[Segment, uuid.UUID] | None:
    """Claim the first free segment of a render; None when nothing is free."""
    for pk in (
        Segment.objects.claimable()
        .filter(render=render_pk)
        .order_by("index")
        .values_list("pk", flat=True)[:32]
    ):
        token = claim(
            Segment.objects.claimable().filter(pk=pk),
            state=Segment.State.RUNNING,
            attempts=F("attempts") + 1,
            images_done=0,
        )
        if token is not None:
            found = Segment.objects.select_related("render__video", "render__version__filter").get(pk=pk)
            return found, token
    return None


def _paint(segment: Segment, token: uuid.UUID, lost: threading.Event) -> None:
    render = segment.render
    engine = engine_for_version(render.version)
    work = Work(segment, token, lost, engine, charged=cost_of(engine))
    with work_folder() as folder:
        path = Path(folder) / "segment.ts"
        with SegmentWriter(path, width=render.width, height=render.height, rate=render.video.rate) as writer:
            for picture in output_frames(work):
                writer.write(picture)
        name = loose.store(path, f"segments/{render.ref}/{segment.index:05d}-{secrets.token_hex(4)}.ts")
    _finish(work, name)


def output_frames(work: Work) -> Iterator[Picture]:
    """The frames of the segment as they will be seen: (H, W, 3) uint8 RGB each."""
    render, segment = work.segment.render, work.segment
    if render.images_per_second is None:
        yield from _every_frame(work)
        return
    shown = timing.cross_faded(
        render.frame_count,
        render.video.rate,
        render.images_per_second,
        segment.start - render.start_frame,
        segment.stop - render.start_frame,
    )
    wanted = {left for left, _, _ in shown} | (
        {right for _, right, _ in shown} if render.cross_fade else set()
    )
    painted = _painted_images(work, sorted(wanted))
    images: dict[int, Picture] = {}
    for left, right, weight in shown:
        needed = {left, right} if render.cross_fade else {left}
        while not needed <= images.keys():
            index, picture = next(painted)
            images[index] = picture
        images = {index: picture for index, picture in images.items() if index >= left}
        fades = render.cross_fade and weight
        yield blend(images[left], images[right], float(weight)) if fades else images[left]


def _every_frame(work: Work) -> Iterator[Picture]:
    render, segment = work.segment.render, work.segment
    smoothing = float(render.smoothing)
    # The smoother's memory must not break at the border: what it saw before is painted again.
    first = max(render.start_frame, segment.start - warmup_frames(smoothing))
    smoother = Smoother(smoothing) if smoothing else None
    for index, (original, painted) in enumerate(_pairs(work, first), first):
        picture = smoother.push(original, painted) if smoother else painted
        if index >= segment.start:
            work.done += 1
            yield _finished(render, original, picture)
        _report(work)


def _pairs(work: Work, first: int) -> Iterator[tuple[Picture, Picture]]:
    """(original, painted) of every frame from `first` to the segment's end."""
    render = work.segment.render
    footage = local_path(render.video.footage)
    pictures = decode.frames(footage, first, work.segment.stop, height=render.height)
    if isinstance(work.engine, NetworkEngine):
        yield from _along_the_shot(work, work.engine, footage, enumerate(pictures, first))
        return
    repeats = Repeats(work.engine.apply)
    while group := list(islice(pictures, _at_a_time(work))):
        with _timed(work):
            painted = repeats.painted(group)
        yield from zip(group, painted, strict=True)


def _along_the_shot(
    work: Work, engine: NetworkEngine, footage: Path, pictures: Iterable[tuple[int, Picture]]
) -> Iterator[tuple[Picture, Picture]]:
    """Painted with statistics held along the clip: faster, and the picture does not breathe."""
    video, height = work.segment.render.video, work.segment.render.height
    painter = ShotPainter(
        engine, lambda index: decode.frame_at(footage, index, height=height), video.frame_count
    )
    try:
        for index, original in pictures:
            with _timed(work):
                painted = painter.paint(index, original)
            yield original, painted
    finally:
        painter.close()


def _painted_images(work: Work, offsets: list[int]) -> Iterator[tuple[int, Picture]]:
    """(offset from the render's start, painted picture) for each offset, in order."""
    render = work.segment.render
    indices = [render.start_frame + offset for offset in offsets]
    chosen = decode.selected(local_path(render.video.footage), indices, height=render.height)
    repeats = Repeats(work.engine.apply)
    while group := list(islice(chosen, _at_a_time(work))):
        with _timed(work):
            painted = repeats.painted([original for _, original in group])
        work.done = min(work.done + len(group), work.segment.images)
        _report(work)
        for (index, original), picture in zip(group, painted, strict=True):
            yield index - render.start_frame, _finished(render, original, picture)


def _at_a_time(work: Work) -> int:
    """Frames for one `apply`: as many as the engine likes to have, and as fit into memory."""
    pixels = work.segment.render.width * work.segment.render.height
    return max(1, min(getattr(work.engine, "at_a_time", 1), BATCH_PIXELS // pixels))


@contextmanager
def _timed(work: Work) -> Iterator[None]:
    """Count the engine's seconds and cost; not begun once the lease is lost."""
    if work.lost.is_set():
        raise Stopped("Somebody else holds this segment now.")
    begun = time.monotonic()
    try:
        yield
    finally:
        _charge(work)
    work.seconds += time.monotonic() - begun


def _charge(work: Work) -> None:
    """Add what the engine cost since the last time: it is paid, whatever becomes of the pictures and whoever holds
    the segment by now."""
    cost = cost_of(work.engine)
    if cost == work.charged:
        return
    Segment.objects.filter(pk=work.segment.pk).update(cost=F("cost") + (cost - work.charged))
    work.charged = cost
    renders.tally(work.segment.render)


def _finished(render: Render, original: Picture, painted: Picture) -> Picture:
    strength, keep_colours = float(render.strength), render.keep_colours
    picture: Picture = finish(original[None], painted[None], strength=strength, keep_colours=keep_colours)[0]
    return picture


def _report(work: Work) -> None:
    """Write the progress under the lease, twice a second: zero rows mean paused, cancelled or taken over."""
    now = time.monotonic()
    if now - work.reported < REPORT_EVERY:
        return
    work.reported = now
    mine = Segment.objects.held_by(work.token).filter(pk=work.segment.pk)
    if not mine.update(images_done=work.done, engine_seconds=work.seconds):
        raise Stopped("Somebody else holds this segment now.")
    renders.tally(work.segment.render)


def _finish(work: Work, name: str) -> None:
    segment = work.segment
    mine = Segment.objects.held_by(work.token).filter(pk=segment.pk, state=Segment.State.RUNNING)
    finished = loose.name_on(
        mine,
        name,
        state=Segment.State.FINISHED,
        file=name,
        images_done=segment.images,
        engine_seconds=work.seconds,
        error="",
        finished_at=timezone.now(),
        **released(),
    )
    if not finished:
        raise Stopped("Somebody else holds this segment now.")
    renders.tally(segment.render)


def _after(render: Render) -> None:
    """Whoever finishes the last segment begins the rebuild; everybody else asks for the next segment."""
    if render.segments.unfinished().exists():
        _ask_for_next(render)
    elif render.begin_rebuild():
        dispatch.send(render, "rebuild")


def _ask_for_next(render: Render) -> None:
    """At once where a segment is free, else for when the first of those that rest is; whoever paints the others asks
    for themselves."""
    rest = render.segments.rest_left()  # before the other question: what stops resting in between is free
    if render.segments.claimable().exists():
        dispatch.send(render, "paint")
    elif rest is not None:
        dispatch.send(render, "paint", delay=rest)


def _engine_failed(segment: Segment, token: uuid.UUID, problem: EngineError) -> None:
    if isinstance(problem, EngineUnavailable):
        segment.render.version.could_not_run(str(problem))
    if isinstance(problem, EngineBusy):
        _take_back_attempt(segment, token)
    _give_back(segment, token, str(problem), asked=problem.retry_after)
    if not problem.temporary:
        segment.render.mark_failed(str(problem))


def _failed(segment: Segment, token: uuid.UUID, problem: Exception) -> None:
    if outage.is_outage(problem):
        logger.warning("%s waits: %s", segment, problem)
        _take_back_attempt(segment, token)
        _give_back(segment, token, outage.stage(problem), asked=outage.REST.total_seconds())
        return
    logger.error("%s failed", segment, exc_info=problem)
    _give_back(segment, token, f"{type(problem).__name__}: {problem}")


def _take_back_attempt(segment: Segment, token: uuid.UUID) -> None:
    """It failed in nothing. One that paid for pictures that are lost now counts: that must have an end."""
    mine = Segment.objects.held_by(token).filter(pk=segment.pk, cost=segment.cost)
    if mine.update(attempts=F("attempts") - 1):
        segment.attempts -= 1


def _give_back(segment: Segment, token: uuid.UUID, error: str, *, asked: float | None = None) -> None:
    """For the next attempt, after a rest: what it needs may be away for some seconds, or for the `asked` ones."""
    rest = segment.rest
    if asked and segment.attempts < MAX_ATTEMPTS:
        rest = max(rest, timedelta(seconds=min(asked, LONGEST_REST)))
    with transaction.atomic():
        renders.hold(segment.render)
        Segment.objects.held_by(token).filter(pk=segment.pk).update(
            state=Segment.State.PENDING,
            images_done=0,
            error=error[:2000],
            **released(rest),
        )
        renders.tally(segment.render)


def _give_up(segment: Segment, token: uuid.UUID) -> None:
    _give_back(segment, token, segment.error or "The worker was ended each time.")
    why = segment.error or "its worker was ended each time, perhaps for want of memory"
    segment.render.mark_failed(
        f"Segment {segment.index + 1} failed {MAX_ATTEMPTS} times: {why} Retry goes on with what is missing."
    )
