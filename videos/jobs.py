"""What waits, runs, stopped and ended lately for one person: the queue page's content in few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any, TypeVar

from django.db.models import Count, F, IntegerField, Max, Model, Q, QuerySet, Sum
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from filters.models import TrainingRun
from videos.models import Render, Segment, Video
from videos.pipeline import outage, queue

CELLS = 60
"""Cells of a render's bar at most; beyond that each cell stands for several segments."""

MOST = 40
"""Jobs of a kind on the page: of those that are under way, and of those that are over."""

STOPPED_FOR = timedelta(days=7)

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Cell:
    """Some neighbouring segments: their images, those that are painted, whether one is worked on, and what one that
    rests waits for, in words."""

    images: int
    done: int
    running: bool
    waits_for: str = ""

    @property
    def share(self) -> float:
        """The painted part, 0 to 1."""
        return min(1.0, self.done / self.images) if self.images else 0.0

    @property
    def kind(self) -> str:
        """The class of the cell: done, running or pending."""
        if self.share >= 1 and not self.running:
            return "done"
        return "running" if self.running else "pending"


@dataclass(frozen=True)
class RenderJob:
    """A render as the queue shows it. `place` counts what is before it, `pace` is images a second."""

    render: Render
    cells: Sequence[Cell]
    place: int
    seconds_left: float | None
    pace: float | None

    @property
    def percent(self) -> int:
        """0 to 100, whole; 100 only when it is finished. Images of segments that were broken off do not count."""
        if self.render.state == Render.State.FINISHED:
            return 100
        images = sum(cell.images for cell in self.cells)
        return min(99, 100 * sum(cell.done for cell in self.cells) // images) if images else 0

    @property
    def waits_for(self) -> str:
        """What keeps some of it from being painted."""
        return next((cell.waits_for for cell in self.cells if cell.waits_for), "")


@dataclass(frozen=True)
class VideoJob:
    """Footage that is taken in, or whose images are being separated anew."""

    video: Video
    place: int

    @property
    def percent(self) -> int:
        """0 to 100, whole."""
        return min(100, int(100 * self.video.progress))


@dataclass
class Jobs:
    """Everything of one person, by what it asks of them."""

    running: list[Any] = field(default_factory=list)
    waiting: list[Any] = field(default_factory=list)
    stopped: list[Any] = field(default_factory=list)
    finished: list[Any] = field(default_factory=list)

    @property
    def active(self) -> bool:
        """Whether anything may still change by itself."""
        return bool(self.running or self.waiting)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show at all."""
        return not (self.running or self.waiting or self.stopped or self.finished)


def address_of(work: Video | Render) -> str:
    """The place on the queue's page where the work stands, whatever has become of it meanwhile."""
    return f"{reverse('queue')}#job-{work.ref}"


def jobs_of(user: Any) -> Jobs:
    """The jobs of a person: what they started, and what is made of their footage."""
    jobs = Jobs()
    _add_videos(jobs, user)
    _add_renders(jobs, user)
    _add_runs(jobs, user)
    return jobs


def _add_videos(jobs: Jobs, user: Any) -> None:
    mine, since = Video.objects.filter(owner=user), timezone.now() - STOPPED_FOR
    busy = Q(state__in=[Video.State.RECEIVING, Video.State.INGESTING], source__gt="") | Q(
        state=Video.State.READY, stage__gt=""
    )
    for video in mine.filter(busy).order_by("created_at")[:MOST]:
        if video.lease_until and video.lease_until > timezone.now():
            jobs.running.append(VideoJob(video, 0))
        else:
            jobs.waiting.append(VideoJob(video, queue.place(video) if len(jobs.waiting) < 5 else 0))
    failed = mine.filter(state=Video.State.FAILED, created_at__gt=since)
    jobs.stopped.extend(VideoJob(video, 0) for video in _latest(failed))


def _add_renders(jobs: Jobs, user: Any) -> None:
    mine = Render.objects.with_names().listed_for(user)
    now = timezone.now()
    open_ones = mine.filter(state__in=[*Render.ACTIVE, Render.State.PAUSED]).order_by("created_at")[:MOST]
    ended = mine.filter(
        state__in=[Render.State.FAILED, Render.State.CANCELLED], finished_at__gt=now - STOPPED_FOR
    )
    shown = [*open_ones, *_latest(ended)]
    cells, places = cells_of(shown), queue.places(shown)
    for render in shown:
        job = _job(render, cells[render.pk], places.get(render.pk, 0))
        if render.state in (Render.State.RENDERING, Render.State.REBUILDING):
            jobs.running.append(job)
        elif render.state in (Render.State.QUEUED, Render.State.PAUSED):
            jobs.waiting.append(job)
        else:
            jobs.stopped.append(job)
    done = mine.finished().filter(finished_at__gte=_midnight(now)).order_by("-finished_at")[:MOST]
    jobs.finished.extend(_job(render, (), 0) for render in done)


def _job(render: Render, cells: Sequence[Cell], place: int) -> RenderJob:
    return RenderJob(render, cells, place, queue.seconds_left(render), queue.images_per_second(render))


def _add_runs(jobs: Jobs, user: Any) -> None:
    runs: QuerySet[TrainingRun] = TrainingRun.objects.filter(owner=user).select_related(
        "style_image", "filter"
    )
    runs, now = runs.defer(*TrainingRun.LARGE), timezone.now()
    open_ones = runs.filter(state__in=[TrainingRun.State.QUEUED, TrainingRun.State.RUNNING])
    for run in open_ones.order_by("created_at")[:MOST]:
        (jobs.running if run.state == TrainingRun.State.RUNNING else jobs.waiting).append(run)
    over = Q(state=TrainingRun.State.FINISHED, finished_at__gte=_midnight(now))
    broken_off = Q(
        state__in=[TrainingRun.State.FAILED, TrainingRun.State.CANCELLED], finished_at__gt=now - STOPPED_FOR
    )
    for run in _latest(runs.filter(over | broken_off)):
        (jobs.finished if run.state == TrainingRun.State.FINISHED else jobs.stopped).append(run)


def _latest(ended: QuerySet[Row]) -> list[Row]:
    """The last ones of what is over, oldest first: however much that is, it keeps nothing out that is under way."""
    return list(ended.order_by("-created_at")[:MOST])[::-1]


def _midnight(now: datetime) -> datetime:
    """When the day began."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def cells_of(renders: Sequence[Render]) -> dict[int, list[Cell]]:
    """The bars of some renders: two queries, however many segments there are."""
    of: dict[int, list[Cell]] = defaultdict(list)
    keys = [render.pk for render in renders]
    sizes = dict(
        Segment.objects.filter(render__in=keys).values_list("render").annotate(n=Count("pk")).order_by()
    )
    widths = {pk: ceil(size / CELLS) for pk, size in sizes.items()}
    for width in set(widths.values()):
        same = [pk for pk, one in widths.items() if one == width]
        for pk, cell in _grouped(same, width):
            of[pk].append(cell)
    return of


def _grouped(keys: list[int], width: int) -> Iterable[tuple[int, Cell]]:
    """(render, cell) for each `width` neighbouring segments, in order."""
    alive = Q(state=Segment.State.RUNNING, lease_until__gt=timezone.now())
    rests = Q(state=Segment.State.PENDING, lease_until__gt=timezone.now(), error__in=outage.STAGES)
    rows = (
        Segment.objects.filter(render__in=keys)
        .annotate(cell=Cast(F("index"), IntegerField()) / width)
        .values("render", "cell")
        .annotate(done=Sum("images_done"), all=Sum("images"), running=Count("pk", filter=alive))
        .annotate(waits_for=Max("error", filter=rests))
        .order_by("render", "cell")
    )
    for row in rows:
        yield row["render"], Cell(row["all"], row["done"], bool(row["running"]), row["waits_for"] or "")
