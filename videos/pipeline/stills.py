"""Stills: any frame under any filter within a second or two, before anybody spends an hour."""

from __future__ import annotations

import logging
import secrets
import time
import uuid
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils import timezone

from filters.engines.base import EngineError, EngineUnavailable, Frames, cost_of
from filters.engines.effects import finish
from filters.models import FilterVersion
from filters.service import engine_for_version
from filters.training.traits import traits
from rotoscope.common import loose
from rotoscope.common.files import local_path, work_folder
from rotoscope.common.lease import LeasedQuerySet, claim, released, renewing
from videos.media import decode
from videos.media import stills as pictures
from videos.media.errors import DecodeError
from videos.models import Still, Video
from videos.pipeline import dispatch, outage
from videos.pipeline.prices import too_dear_stills

logger = logging.getLogger(__name__)

REMEMBERED = timedelta(hours=1)
"""For how long a still that was asked for is sent to the workers again where one of them died."""

AGAIN = {"state": Still.State.QUEUED, "error": "", "attempts": 0, **released()}

MAX_ATTEMPTS = 3
NOT_STORED = "What was painted could not be stored. Try again."
ENDED_ITS_WORKER = "Painting this frame ended its worker each time; ask for fewer lines."

HEIGHT = 540  # lines of a still unless more is asked for

MOST_UNFINISHED = 400  # stills of one person


class TooDear(ValueError):
    """So many stills of a filter that is paid for would cost more than one may; `str()` is a sentence."""


class TooManyStills(Exception):
    """So many of this person's stills wait that no more are taken; `str()` is a sentence."""


def request(
    video: Video,
    version: FilterVersion,
    frame_index: int,
    strength: float = 1.0,
    keep_colours: bool = False,
    height: int = HEIGHT,
) -> Still:
    """The still with these settings: finished if it was painted before, else queued.

    One that failed, or that nobody remembers to paint, is queued anew. Raises ValueError for a frame that the
    footage does not have, TooDear and TooManyStills.
    """
    if not 0 <= frame_index < video.frame_count:
        raise ValueError(f"This footage has frames 0 to {video.frame_count - 1}.")
    settings: dict[str, Any] = {
        "version": version,
        "frame_index": frame_index,
        "strength": Decimal(str(strength)).quantize(Decimal("0.01")),
        "keep_colours": keep_colours,
        "height": min(height, video.height),
    }
    with transaction.atomic():
        if (
            version.filter.cost_per_image
        ):  # one after the other: of many at once each would think that it is the last
            Video.objects.select_for_update(no_key=True).filter(pk=video.pk).first()
        still, wanted = Still.objects.get_or_create(video=video, **settings)
        if not wanted:
            wanted = bool(_forgotten().filter(pk=still.pk).update(**AGAIN, created_at=timezone.now()))
            still.refresh_from_db()
        if wanted:
            _refuse_too_many(still)
            dispatch.send(still, "still")
    return still


def _refuse_too_many(wanted: Still) -> None:
    """Raises TooDear or TooManyStills where this one, which is queued already, is one too many."""
    recent = waiting().filter(created_at__gte=timezone.now() - REMEMBERED)
    if recent.filter(video__owner=wanted.video.owner_id).count() > MOST_UNFINISHED:
        raise TooManyStills(
            f"{MOST_UNFINISHED} of your stills are waiting to be painted. Ask again when some are done."
        )
    price = wanted.version.filter.cost_per_image
    if price and _bought(wanted) is None:
        same = Still.objects.filter(video=wanted.video, version=wanted.version)
        paid = same.aggregate(paid=Sum("cost"))["paid"] or Decimal(0)
        if sentence := too_dear_stills(paid + price * _unpaid(recent.filter(pk__in=same))):
            raise TooDear(sentence)


def _unpaid(queued: LeasedQuerySet[Still]) -> int:
    """How many of these stills of one filter a service is still to paint."""
    plain = Q(strength=1, keep_colours=False, state=Still.State.FINISHED)
    same = {name: OuterRef(name) for name in ("video", "version", "frame_index", "height")}
    return queued.exclude(Exists(Still.objects.filter(plain, **same))).count()


def _bought(still: Still) -> Still | None:
    """The picture as the service painted it, where it was paid for before: strength and colours come in afterwards."""
    same = Still.objects.filter(video=still.video, version=still.version, frame_index=still.frame_index)
    plain = same.filter(height=still.height, strength=1, keep_colours=False, state=Still.State.FINISHED)
    return plain.exclude(pk=still.pk).first()


def is_forgotten(still: Still) -> bool:
    """Whether a still was asked for so long ago that it is not sent to the workers again."""
    return still.state == Still.State.QUEUED and still.created_at < timezone.now() - REMEMBERED


def _forgotten() -> LeasedQuerySet[Still]:
    """Stills that nothing will happen to unless somebody asks."""
    old = Q(state=Still.State.QUEUED, created_at__lt=timezone.now() - REMEMBERED)
    return Still.objects.free().filter(old | Q(state=Still.State.FAILED))


def waiting() -> LeasedQuerySet[Still]:
    """Stills that are to be painted, of footage that nobody deleted."""
    return Still.objects.filter(state=Still.State.QUEUED, video__removed_at=None)


def run(pk: int) -> bool:
    """Paint a still. False when there is nothing to do.

    One whose worker was ended MAX_ATTEMPTS times fails: it would end the next, with what others wait for.
    """
    token = claim(waiting().filter(pk=pk), attempts=F("attempts") + 1)
    if token is None:
        return False
    still = Still.objects.select_related("video", "version__filter").get(pk=pk)
    if still.attempts > MAX_ATTEMPTS:
        _fail(still, token, still.error or ENDED_ITS_WORKER)
        return False
    try:
        with renewing(Still.objects.filter(pk=pk), token):
            _paint(still, token)
    except EngineError as problem:
        if isinstance(problem, EngineUnavailable):
            still.version.could_not_run(str(problem))
        _fail(still, token, str(problem))
    except Exception as problem:
        if outage.is_outage(problem):
            _wait(still, token, problem)
            return False
        logger.exception("still %s failed", still.pk)
        _fail(still, token, "This frame could not be painted. Try again.")
    return True


def _paint(still: Still, token: uuid.UUID) -> None:
    begun = time.monotonic()
    original = decode.frame_at(local_path(still.video.footage), still.frame_index, height=still.height)[None]
    painted = _painted(still, original)
    picture = finish(original, painted, strength=float(still.strength), keep_colours=still.keep_colours)[0]
    with work_folder() as folder:
        path = Path(folder) / "still.jpg"
        pictures.write_jpeg(picture, path)
        name = loose.store(path, f"stills/{still.video.ref}/{still.pk}-{secrets.token_hex(4)}.jpg")
    loose.name_on(
        Still.objects.held_by(token).filter(pk=still.pk),
        name,
        state=Still.State.FINISHED,
        image=name,
        error="",
        seconds=time.monotonic() - begun,
        traits=asdict(traits(original[0], painted[0])),
        **released(),
    )


def _painted(still: Still, original: Frames) -> Frames:
    """The frame under the filter, at full strength. What a service was paid for is not paid for again."""
    if still.version.filter.cost_per_image and (bought := _bought(still)) is not None:
        with suppress(FileNotFoundError, DecodeError):  # it may have been removed meanwhile
            return pictures.read_image(local_path(bought.image))[None]
    engine = engine_for_version(still.version)
    before = cost_of(engine)
    try:
        return engine.apply(original)
    finally:  # it is paid, whatever becomes of the picture
        if paid := cost_of(engine) - before:
            Still.objects.filter(pk=still.pk).update(cost=F("cost") + paid)


def _wait(still: Still, token: uuid.UUID, problem: Exception) -> None:
    """It failed in nothing, and is painted once there is storage again.

    One that paid for a picture that is lost now counts as an attempt: that must have an end.
    """
    logger.warning("still %s waits: %s", still.pk, problem)
    mine = Still.objects.held_by(token).filter(pk=still.pk)
    mine.filter(cost=still.cost).update(attempts=F("attempts") - 1)
    if mine.update(error=NOT_STORED, **outage.rested()):
        dispatch.send(still, "still", delay=outage.REST)


def _fail(still: Still, token: uuid.UUID, sentence: str) -> None:
    Still.objects.held_by(token).filter(pk=still.pk).update(
        state=Still.State.FAILED, error=sentence, **released()
    )
