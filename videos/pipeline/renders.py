"""Renders: asked for, planned as segments, paused, cancelled, taken up again, removed."""

from __future__ import annotations

import logging
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.db.models import Sum

from filters.engines.smoothing import warmup_frames
from filters.figures import SPEED
from filters.models import Filter, FilterVersion
from rotoscope.common import loose
from rotoscope.common.lease import released
from videos.media import timing
from videos.models import Render, Segment, Upload, Video
from videos.models.removable import FOR_GOOD
from videos.models.render import RenderQuerySet
from videos.pipeline import dispatch
from videos.pipeline.prices import too_dear

logger = logging.getLogger(__name__)

SEGMENT_SECONDS = 2
MESSAGES_PER_RENDER = 16  # segments of one render that wait on the queue at a time; renders take turns
LOWEST = 64  # lines


class CannotRender(ValueError):
    """The wish cannot be met; `str()` is a sentence that says what to change."""


class FilterIsAway(CannotRender):
    """The filter cannot run now."""


@dataclass(frozen=True)
class RenderSettings:
    """What a person chooses. `None` means: every frame, the footage's height, the end of the clip.

    `live`: by the smaller base network, in half the time or less.
    """

    strength: float = 1.0
    keep_colours: bool = False
    smoothing: float = 0.0
    images_per_second: int | None = None
    cross_fade: bool = False
    height: int | None = None
    start_frame: int = 0
    stop_frame: int | None = None
    live: bool = False


@dataclass(frozen=True)
class Estimate:
    """What a render will take: images to paint, seconds on one worker (None: never measured), money."""

    images: int
    seconds: float | None
    cost: Decimal


def request(video: Video, filter: Filter, owner: Any, settings: RenderSettings) -> tuple[Render, bool]:
    """The render of `video` under the filter's current version, or its live twin; made and queued if need be.

    One that failed or was cancelled is taken up again, and one that was deleted is brought back. Raises CannotRender,
    also where it would cost more than one render may, and Video.DoesNotExist for footage that was deleted.
    """
    columns = resolve(video, filter, settings)
    with transaction.atomic():
        if not Video.objects.hold(video.pk):
            raise Video.DoesNotExist
        wanted = {"video": video, "version": filter.version_for(live=settings.live), **columns}
        found = _the_one(**wanted)
        if found is not None:
            _take_up(found)
            return found, False
        if sentence := too_dear(_price(video, filter, columns)):
            raise CannotRender(sentence)
        render = Render.objects.create(owner=owner, **wanted)
        _plan(render)
        enqueue(render)
        return render, True


def _the_one(**same: Any) -> Render | None:
    """The one render with these settings, held, deleted or not; what is being removed for good is gone first."""
    found = Render.everything.select_for_update().filter(**same).first()
    if found is not None and found.removed_at == FOR_GOOD:
        remove(found)
        return None
    return found


def _take_up(render: Render) -> None:
    """Bring it back where it was deleted, and go on with it where it does not go on by itself."""
    ended = [Render.State.FAILED, Render.State.CANCELLED]
    if render.removed_at is not None:
        Render.everything.filter(pk=render.pk).update(removed_at=None)
        render.removed_at = None
        ended.append(Render.State.PAUSED)  # by whoever deleted it, perhaps to delete it
    if render.state in ended:
        resume(render)


def resolve(video: Video, filter: Filter, settings: RenderSettings) -> dict[str, Any]:
    """The columns of Render that `settings` mean for this footage, in one normal form. Raises CannotRender."""
    if video.state != Video.State.READY:
        raise CannotRender(f"“{video}” is not ready yet. Wait until its images are separated.")
    if filter.current is None:
        raise CannotRender(f"The filter “{filter}” has nothing to run yet. Publish a version first.")
    if settings.live and filter.live is None:
        raise CannotRender(f"“{filter}” has no live version. Render it on the fine network.")
    if not filter.is_available:
        raise FilterIsAway(f"The filter “{filter}” is unavailable: {filter.unavailable_reason}")
    start, stop = _range(video, settings)
    every_frame = settings.images_per_second is None or settings.images_per_second >= video.rate
    if settings.images_per_second is not None and settings.images_per_second < 1:
        raise CannotRender("Choose at least one image a second, or every frame.")
    return {
        "strength": _share("Strength", settings.strength),
        "keep_colours": settings.keep_colours,
        # Held images stand still by themselves, and a second apart there is nothing to smooth along.
        "smoothing": _share("Smoothing", settings.smoothing) if every_frame else Decimal("0.00"),
        "images_per_second": None if every_frame else settings.images_per_second,
        "cross_fade": settings.cross_fade and not every_frame,
        "height": _height(video, settings.height),
        "start_frame": start,
        "stop_frame": stop,
    }


def fulfil_plans(video: Video) -> list[Render]:
    """Queue the renders that were planned before the footage was ready; safe to repeat."""
    with transaction.atomic():
        planned = Video.objects.ready().select_for_update().filter(pk=video.pk).first()
        if planned is None:
            return []
        filters = Filter.objects.usable().filter(slug__in=planned.planned_filters)
        made = list(_possible(planned, filters))
        Video.objects.filter(pk=video.pk).update(planned_filters=[])
    return made


def _possible(video: Video, filters: Iterable[Filter]) -> Iterator[Render]:
    """Renders of the whole footage with those of the filters that can: one that cannot holds up no other."""
    for filter in filters:
        try:
            yield request(video, filter, video.owner, RenderSettings())[0]
        except CannotRender as reason:
            logger.warning("%s is not rendered with %s, as was planned: %s", video, filter, reason)


def estimate(video: Video, filter: Filter, settings: RenderSettings) -> Estimate:
    """What a render would take, by what this filter took before. Raises CannotRender."""
    columns = resolve(video, filter, settings)
    images = _images(video, columns)
    pixels = columns["height"] ** 2 * video.width / video.height
    seconds = _seconds_per_pixel(filter.version_for(live=settings.live))
    return Estimate(
        images=images,
        seconds=images * pixels * seconds if seconds else None,
        cost=_price(video, filter, columns),
    )


def _price(video: Video, filter: Filter, columns: dict[str, Any]) -> Decimal:
    """What painting costs at the service that runs the filter."""
    if not filter.cost_per_image:
        return Decimal(0)
    images = _images(video, columns) + sum(_painted_again(video.rate, columns))
    return images * filter.cost_per_image


def _price_of_the_rest(render: Render) -> Decimal:
    """What painting the segments costs that are not finished."""
    price = render.version.filter.cost_per_image
    if not price:
        return Decimal(0)
    settings = ("start_frame", "stop_frame", "images_per_second", "cross_fade", "smoothing")
    again = _painted_again(render.video.rate, {name: getattr(render, name) for name in settings})
    missing = render.segments.unfinished().values_list("index", "images")
    return sum(images + again[index] for index, images in missing) * price


def _images(video: Video, columns: dict[str, Any]) -> int:
    """How many images there are to paint."""
    frame_count = columns["stop_frame"] - columns["start_frame"]
    return len(timing.painted(frame_count, video.rate, columns["images_per_second"]))


def _painted_again(rate: Fraction, columns: dict[str, Any]) -> list[int]:
    """How many images each segment paints that others paint too: it needs some of its neighbours'.

    Smoothing begins each with frames before it, and a cross-fade ends each with the first image of the next.
    """
    frame_count = columns["stop_frame"] - columns["start_frame"]
    cuts = _cuts(frame_count, rate, columns["images_per_second"])
    if columns["cross_fade"]:
        return [1] * (len(cuts) - 1) + [0]
    warmup = 0 if columns["images_per_second"] else warmup_frames(float(columns["smoothing"]))
    return [min(warmup, start) for start, _ in cuts]


def enqueue(render: Render) -> None:
    """Put as many messages on the queue as may wait there; each finished segment sends the next."""
    waiting = render.segments.unfinished().count()
    for _ in range(min(waiting, MESSAGES_PER_RENDER)):
        dispatch.send(render, "paint")


def cancel(render: Render) -> bool:
    """Stop it; finished segments are kept, so that it can be taken up again."""
    return render.cancel()


def pause(render: Render) -> bool:
    """Stop for now."""
    return render.pause()


def resume(render: Render) -> bool:
    """Go on with what is missing, after a pause, a failure or a cancel. Raises CannotRender where that is too dear."""
    if sentence := too_dear(_price_of_the_rest(render)):
        raise CannotRender(sentence)
    if not render.resume():
        return False
    if render.segments.unfinished().exists():
        enqueue(render)
    elif render.start() and render.begin_rebuild():
        dispatch.send(render, "rebuild")
    return True


def remove(render: Render) -> None:
    """Delete a render and all its files."""
    with loose.removing() as files:
        rows = Render.everything.filter(pk=render.pk)
        files += _files_of(rows)
        rows.delete()


def remove_video(video: Video) -> None:
    """Delete footage with everything made of it, also what was made since it was looked at.

    Of what was still to be taken over from its upload the bytes go too; who is at that now takes them along.
    """
    from videos.uploads import parts  # which takes footage in, for which renders are asked

    with loose.removing() as files:
        # Whoever still works on it waits here, and then meets no row to write the name of a file on.
        now = Video.everything.select_for_update().filter(pk=video.pk).first()
        if now is None:
            return
        files += [now.source, now.footage, now.proxy, now.poster, now.filmstrip]
        files += loose.of_rows(now.frames.all(), "image") + loose.of_rows(now.stills.all(), "image")
        files += _files_of(Render.everything.filter(video=now))
        arrived = list(Upload.objects.free().filter(video=now).values_list("pk", flat=True))
        now.delete()
    for pk in arrived:
        parts.remove(pk)


def _files_of(rows: RenderQuerySet) -> list[str]:
    """All files of renders that are deleted in this transaction. Nobody writes another name of one on them meanwhile:
    whoever puts one together waits for the end, and whoever paints loses the lease."""
    held = list(rows.select_for_update().values_list("pk", flat=True))
    segments = Segment.objects.filter(render__in=held)
    segments.unfinished().update(**released())
    columns = ("output", "poster", "preview", "proxy")
    files = [name for column in columns for name in loose.of_rows(rows, column)]
    return files + loose.of_rows(segments, "file")


def _plan(render: Render) -> None:
    """Cut the range into segments whose borders fall on painted images."""
    rate = render.video.rate
    painted = timing.painted(render.frame_count, rate, render.images_per_second)
    cuts = _cuts(render.frame_count, rate, render.images_per_second)
    Segment.objects.bulk_create(
        Segment(
            render=render,
            index=number,
            start=render.start_frame + start,
            stop=render.start_frame + stop,
            images=bisect_left(painted, stop) - bisect_left(painted, start),
        )
        for number, (start, stop) in enumerate(cuts)
    )
    Render.objects.filter(pk=render.pk).update(frames_total=len(painted))
    render.frames_total = len(painted)


def _cuts(frame_count: int, rate: Fraction, images_per_second: int | None) -> list[tuple[int, int]]:
    """The range of each segment, counted from the render's start."""
    cuts = timing.segments(frame_count, rate, SEGMENT_SECONDS)
    if images_per_second is None:
        return cuts
    return _aligned(cuts, timing.painted(frame_count, rate, images_per_second), frame_count)


def _aligned(cuts: list[tuple[int, int]], painted: list[int], frame_count: int) -> list[tuple[int, int]]:
    """`cuts` moved to the painted image at or before each border, so that no image is painted twice."""
    starts = sorted({painted[bisect_right(painted, start) - 1] for start, _ in cuts})
    return list(zip(starts, [*starts[1:], frame_count], strict=True))


def _range(video: Video, settings: RenderSettings) -> tuple[int, int]:
    stop = video.frame_count if settings.stop_frame is None else settings.stop_frame
    if not 0 <= settings.start_frame < stop <= video.frame_count:
        raise CannotRender(f"Choose a range within frames 0 to {video.frame_count}, of at least one frame.")
    return settings.start_frame, stop


def _share(name: str, value: float) -> Decimal:
    if not 0 <= value <= 1:
        raise CannotRender(f"{name} goes from 0 to 1, not {value}.")
    return Decimal(str(value)).quantize(Decimal("0.01"))


def _height(video: Video, wanted: int | None) -> int:
    height = min(wanted or video.height, video.height)
    if height < min(LOWEST, video.height):
        raise CannotRender(f"Choose a height between {LOWEST} and {video.height} lines.")
    return height - height % 2


def _seconds_per_pixel(version: FilterVersion | None) -> float | None:
    """Engine seconds per pixel over the latest renders with this version, else by its evaluation.

    The evaluation tells the time of the machine that measured it: a first guess, until something was painted here.
    """
    if version is None:
        return None
    done = Render.objects.filter(version=version, frames_done__gt=0).with_names().order_by("-created_at")[:5]
    pixels = sum(render.frames_done * render.width * render.height for render in done)
    if pixels:
        return sum(render.engine_seconds for render in done) / pixels
    milliseconds = SPEED.of(version.metrics) or 0.0
    return milliseconds / 1000 / (1280 * 720) if milliseconds > 0 else None


def tally(render: Render) -> None:
    """Sum up what the segments have done; right whatever was done twice or not at all.

    One after the other: of two at once, the one that had summed up less might write last.
    """
    rows = Render.objects.filter(pk=render.pk)
    with transaction.atomic():
        hold(render)
        sums = render.segments.aggregate(
            done=Sum("images_done"), seconds=Sum("engine_seconds"), cost=Sum("cost")
        )
        rows.update(
            frames_done=sums["done"] or 0, engine_seconds=sums["seconds"] or 0, cost=sums["cost"] or 0
        )


def hold(render: Render) -> None:
    """Lock its row until the transaction ends.

    Before its segments, wherever a transaction changes both: whoever has the one and waits for the other waits for ever
    where somebody else has them the other way round.
    """
    Render.objects.filter(pk=render.pk).select_for_update(no_key=True).values_list("pk").first()
