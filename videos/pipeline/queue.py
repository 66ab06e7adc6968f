"""The queue as people see it: how many are before me, and how long it will take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from videos.models import Render, Segment, Video


def place(work: Video | Render) -> int:
    """How many of the same kind came before and are not done: 0 means that it is its turn."""
    queued = _coming() if isinstance(work, Video) else Render.objects.active()
    return queued.filter(created_at__lt=work.created_at).count()


def places(renders: Iterable[Render]) -> dict[int, int]:
    """How many active renders of anybody came before each that waits, in one query."""
    return _places([one for one in renders if one.state == Render.State.QUEUED], Render.objects.active())


def footage_places(videos: Iterable[Video]) -> dict[int, int]:
    """The same of footage that waits to be taken in."""
    return _places([one for one in videos if one.state == Video.State.RECEIVING], _coming())


def _coming() -> QuerySet[Video]:
    """Footage that is taken in, or waits for it."""
    return Video.objects.filter(state__in=[Video.State.RECEIVING, Video.State.INGESTING]).exclude(source="")


def _places(waiting: Sequence[Video | Render], queued: QuerySet[Any]) -> dict[int, int]:
    if not waiting:
        return {}
    last = max(one.created_at for one in waiting)
    times = list(queued.filter(created_at__lt=last).values_list("created_at", flat=True))
    return {one.pk: sum(time < one.created_at for time in times) for one in waiting}


def seconds_left(render: Render) -> float | None:
    """Seconds until a running render is done, by its own pace so far; None before its first images."""
    pace = images_per_second(render)
    if render.state != Render.State.RENDERING or pace is None:
        return None
    return (render.frames_total - render.frames_done) / pace


def images_per_second(render: Render) -> float | None:
    """Painted images a second since the start, over all workers and without pauses; None before the first."""
    worked = render.seconds_worked
    return render.frames_done / max(0.001, worked) if render.frames_done and worked is not None else None


def working_now() -> int:
    """Segments that somebody alive paints at this moment."""
    return Segment.objects.filter(state=Segment.State.RUNNING, lease_until__gt=timezone.now()).count()
