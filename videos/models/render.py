"""A render: one video under one version of a filter, with settings."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from rotoscope.common import loose
from rotoscope.common.lease import Leased, LeasedQuerySet, released
from videos.refs import new_ref

from .removable import Removable, Standing
from .video import Video, Visibility

SHARE = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))]


class RenderQuerySet(LeasedQuerySet["Render"]):
    """Named queries over renders."""

    def finished(self) -> RenderQuerySet:
        """Renders that can be played."""
        return self.filter(state=Render.State.FINISHED)

    def active(self) -> RenderQuerySet:
        """Renders that wait or are worked on."""
        return self.filter(state__in=Render.ACTIVE)

    def listed_for(self, user: Any) -> RenderQuerySet:
        """What lists show to `user`: all renders of their own footage; of others' those that they asked for, as staff,
        and still see."""
        asked_for = Q(owner=user)
        if not (user.is_active and user.is_staff):
            shown = Q(video__state=Video.State.READY) & ~Q(video__visibility=Visibility.PRIVATE)
            asked_for &= Q(state=Render.State.FINISHED) & shown
        return self.filter(Q(video__owner=user) | asked_for)

    def with_names(self) -> RenderQuerySet:
        """What a list of renders shows, in one query."""
        return self.select_related("video", "video__owner", "version", "version__filter", "owner")


RenderManager = Standing.from_queryset(RenderQuerySet)


class Render(Leased, Removable):
    """Unique for (video, version, settings). The range is [start_frame, stop_frame) of the footage."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RENDERING = "rendering"
        PAUSED = "paused"
        REBUILDING = "rebuilding"
        FINISHED = "finished"
        FAILED = "failed"
        CANCELLED = "cancelled"

    ACTIVE = (State.QUEUED, State.RENDERING, State.REBUILDING)

    ref = models.CharField(max_length=16, unique=True, default=new_ref, editable=False)
    video = models.ForeignKey("Video", on_delete=models.CASCADE, related_name="renders")
    version = models.ForeignKey("filters.FilterVersion", on_delete=models.PROTECT, related_name="renders")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="renders")

    strength = models.DecimalField(max_digits=3, decimal_places=2, default=Decimal("1"), validators=SHARE)
    keep_colours = models.BooleanField(default=False)
    smoothing = models.DecimalField(max_digits=3, decimal_places=2, default=Decimal("0"), validators=SHARE)
    images_per_second = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Painted images a second; empty for every frame."
    )
    cross_fade = models.BooleanField(default=False)
    height = models.PositiveIntegerField(help_text="Lines of the result; the width follows.")
    start_frame = models.PositiveIntegerField(default=0)
    stop_frame = models.PositiveIntegerField()

    state = models.CharField(max_length=20, choices=State, default=State.QUEUED, db_index=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Attempts at the rebuild.")
    frames_done = models.PositiveIntegerField(default=0, help_text="Painted images that are safely stored.")
    frames_total = models.PositiveIntegerField(default=0, help_text="Images to paint.")
    engine_seconds = models.FloatField(default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=Decimal(0))

    output = models.FileField(upload_to="renders/", blank=True, max_length=200)
    output_size = models.PositiveBigIntegerField(default=0)
    poster = models.FileField(upload_to="posters/", blank=True, max_length=200)
    preview = models.FileField(
        upload_to="previews/", blank=True, max_length=200, help_text="A short clip for cards."
    )
    proxy = models.FileField(
        upload_to="proxies/", blank=True, max_length=200, help_text="The whole result, small."
    )
    proxy_attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    views = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    worked_before = models.DurationField(
        default=timedelta(0),
        editable=False,
        help_text="How long it was worked on before it was last resumed.",
    )

    objects = RenderManager()
    everything = RenderQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "video",
                    "version",
                    "strength",
                    "keep_colours",
                    "smoothing",
                    "images_per_second",
                    "cross_fade",
                    "height",
                    "start_frame",
                    "stop_frame",
                ],
                name="one_render_per_settings",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(stop_frame__gt=F("start_frame")), name="range_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.video} under {self.version.filter}"

    def get_absolute_url(self) -> str:
        return reverse("render", args=[self.ref])

    @property
    def frame_count(self) -> int:
        """Frames of the result, whatever the number of painted images."""
        return self.stop_frame - self.start_frame

    @property
    def duration(self) -> Fraction:
        """Seconds of the result, exact."""
        return self.frame_count / self.video.rate

    @property
    def width(self) -> int:
        """Columns of the result: the footage's shape at `height` lines, even as H.264 4:2:0 wants."""
        exact = Fraction(self.video.width * self.height, self.video.height)
        return max(2, 2 * round(exact / 2))

    @property
    def progress(self) -> float:
        """0 to 1 by painted images; the rebuild is the last hundredth."""
        if self.state == self.State.FINISHED:
            return 1.0
        return 0.99 * self.frames_done / self.frames_total if self.frames_total else 0.0

    @property
    def seconds_worked(self) -> float | None:
        """Seconds between start and end, or now, without pauses; None where it never began or waits again."""
        if self.started_at is None:
            return None
        return (self.worked_before + (self.finished_at or timezone.now()) - self.started_at).total_seconds()

    @property
    def seconds_per_image(self) -> float | None:
        """What one painted image took the engine, in seconds."""
        return self.engine_seconds / self.frames_done if self.frames_done else None

    def cancel(self) -> bool:
        """Any unfinished state → cancelled; workers notice at their next batch of images."""
        return self._halt([*self.ACTIVE, self.State.PAUSED], self.State.CANCELLED)

    def pause(self) -> bool:
        """queued or rendering → paused: running segments stop, finished ones stay."""
        return self._halt([self.State.QUEUED, self.State.RENDERING], self.State.PAUSED)

    @transaction.atomic
    def resume(self) -> bool:
        """paused, failed or cancelled → queued; finished segments are kept.

        Nobody may claim one in between: of those that were tried too often it would fail at once.
        """
        moved = self._move(
            [self.State.PAUSED, self.State.FAILED, self.State.CANCELLED],
            self.State.QUEUED,
            error="",
            attempts=0,
            worked_before=F("worked_before") + Coalesce(F("finished_at") - F("started_at"), timedelta(0)),
            started_at=None,
            finished_at=None,
        )
        if moved:
            self.segments.exclude(state="finished").update(state="pending", attempts=0, error="")
        return moved

    def start(self) -> bool:
        """queued → rendering."""
        return self._move([self.State.QUEUED], self.State.RENDERING, started_at=timezone.now())

    def begin_rebuild(self) -> bool:
        """rendering → rebuilding. One of all that finish a last segment gets True."""
        return self._move([self.State.RENDERING], self.State.REBUILDING)

    def mark_failed(self, sentence: str) -> bool:
        """An active state → failed, with a reason."""
        return self._halt(self.ACTIVE, self.State.FAILED, error=sentence)

    def mark_finished(self, token: uuid.UUID, size: int, **files: str) -> bool:
        """rebuilding → finished, by the holder of the lease. `files`: names in storage by column.

        The files go where the holder is somebody else by now.
        """
        return loose.name_on(
            Render.objects.held_by(token).filter(pk=self.pk, state=self.State.REBUILDING),
            *files.values(),
            state=self.State.FINISHED,
            output_size=size,
            **files,
            finished_at=timezone.now(),
            error="",
            **released(),
        )

    def count_view(self) -> None:
        """One more look."""
        Render.objects.filter(pk=self.pk).update(views=F("views") + 1)

    def _halt(self, old: Sequence[str], new: str, **values: object) -> bool:
        """Move, and take the leases of running segments: their workers' next write meets zero rows. Rests end too."""
        moved = self._move(old, new, finished_at=timezone.now(), **values)
        if moved:
            self.segments.exclude(state="finished").update(state="pending", images_done=0, **released())
        return moved

    def _move(self, old: Sequence[str], new: str, **values: object) -> bool:
        moved = Render.objects.filter(pk=self.pk, state__in=list(old)).update(
            state=new, **released(), **values
        )
        if moved:
            self.refresh_from_db()
        return bool(moved)
