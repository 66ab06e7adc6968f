"""A video: footage somebody uploaded, and what became of it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from fractions import Fraction
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Prefetch, Q, Sum
from django.urls import reverse
from django.utils import timezone

from rotoscope.common.lease import Leased, LeasedQuerySet, released
from videos.refs import new_ref

from .removable import Removable, Standing


class Visibility(models.TextChoices):
    """Who may look: everybody and the gallery; whoever has the address; the owner alone."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


class VideoQuerySet(LeasedQuerySet["Video"]):
    """Named queries over videos. Who may see what is decided in videos/access.py; these are its SQL."""

    def ready(self) -> VideoQuerySet:
        """Footage that can be played and rendered."""
        return self.filter(state=Video.State.READY)

    def listed(self) -> VideoQuerySet:
        """What the public gallery shows."""
        return self.ready().filter(visibility=Visibility.PUBLIC)

    def listed_for(self, user: Any) -> VideoQuerySet:
        """What lists show to `user`: public footage and their own, whatever its state."""
        if not user.is_authenticated:
            return self.listed()
        public = Q(visibility=Visibility.PUBLIC, state=Video.State.READY)
        return self.filter(public | Q(owner=user))

    def search(self, words: str) -> VideoQuerySet:
        """Footage whose title, description, tags, owner or filters contain every word.

        Or that carries a tag of several words (“low tide”), which is what was typed.
        """
        finished = apps.get_model("videos", "Render").objects.filter(state="finished").order_by()
        people = get_user_model().objects.order_by()
        tag, said = " ".join(words.lower().split()), Q()
        for word in words.split()[:8]:  # in sets of keys, that are found once and not again for each row
            painted = finished.filter(version__filter__name__icontains=word)
            said &= (
                Q(title__icontains=word)
                | Q(description__icontains=word)
                | Q(tags__contains=[word.lower()])
                | Q(owner__in=people.filter(username__icontains=word).values("pk"))
                | Q(pk__in=painted.values("video"))
            )
        return self.filter(said | Q(tags__contains=[tag])) if tag else self

    def tagged(self, tag: str) -> VideoQuerySet:
        """Footage that carries this tag, in whatever case it is written."""
        return self.filter(tags__contains=[" ".join(tag.lower().split())])

    def hold(self, pk: int) -> bool:
        """Keep footage from being deleted until the end of the transaction, since something is made of it; False
        where it is gone."""
        return self.select_for_update(no_key=True).filter(pk=pk).values_list("pk").first() is not None

    def newest(self) -> VideoQuerySet:
        """Latest first; the key decides between two of the same moment, so that pages do not overlap."""
        return self.order_by("-created_at", "-pk")

    def most_looked_at(self) -> VideoQuerySet:
        """Most looks of all time first."""
        return self.order_by("-views", "-created_at", "-pk")

    def of_the_week(self, count: int) -> list[Video]:
        """The `count` videos with most looks on the last seven days, most first; unseen footage is left out."""
        since = timezone.localdate() - timedelta(days=6)
        days = apps.get_model("videos", "DayOfLooks").objects.filter(
            day__gte=since, video__in=self.order_by()
        )
        sums = days.order_by().values("video").annotate(sum=Sum("looks")).filter(sum__gt=0)
        most = list(sums.order_by("-sum", "-video").values_list("video", flat=True)[:count])
        found = self.in_bulk(most)
        return [found[pk] for pk in most if pk in found]

    def with_slices(self) -> VideoQuerySet:
        """What a card shows, in two queries for any number of cards: `slice_renders` are the finished renders
        of the whole clip, whose posters show the same frame as the footage's own."""
        renders = apps.get_model("videos", "Render")
        whole = (
            renders.objects.filter(state="finished", start_frame=0, stop_frame=F("video__frame_count"))
            .exclude(poster="")
            .select_related("version__filter")
            .order_by("finished_at", "pk")
        )
        return self.select_related("owner").prefetch_related(
            Prefetch("renders", queryset=whole, to_attr="slice_renders")
        )


VideoManager = Standing.from_queryset(VideoQuerySet)


class Video(Leased, Removable):
    """Footage. `footage` is the playable copy at the exact rate; `source` is the untouched upload."""

    class State(models.TextChoices):
        RECEIVING = "receiving"
        INGESTING = "ingesting"
        READY = "ready"
        FAILED = "failed"

    ref = models.CharField(max_length=16, unique=True, default=new_ref, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="videos")
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    visibility = models.CharField(max_length=20, choices=Visibility, default=Visibility.PRIVATE)
    state = models.CharField(max_length=20, choices=State, default=State.RECEIVING, db_index=True)
    stage = models.CharField(max_length=80, blank=True, help_text="What is being done now, for people.")
    progress = models.FloatField(default=0, help_text="0 to 1, over the whole ingest.")
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    source = models.FileField(upload_to="sources/", blank=True, max_length=200)
    source_name = models.CharField(max_length=255, blank=True)
    source_size = models.PositiveBigIntegerField(default=0)
    checksum = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the source.")
    probe = models.JSONField(default=dict, blank=True)

    footage = models.FileField(upload_to="footage/", blank=True, max_length=200)
    rate_numerator = models.PositiveIntegerField(default=0)
    rate_denominator = models.PositiveIntegerField(default=1)
    frame_count = models.PositiveIntegerField(default=0)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    has_audio = models.BooleanField(default=False)
    poster = models.FileField(upload_to="posters/", blank=True, max_length=200)
    proxy = models.FileField(
        upload_to="proxies/", blank=True, max_length=200, help_text="The whole footage, small."
    )
    proxy_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    filmstrip = models.FileField(upload_to="filmstrips/", blank=True, max_length=200)
    filmstrip_tiles = models.PositiveSmallIntegerField(default=0)
    images_per_second = models.CharField(
        max_length=20, default="1", help_text="Separated images a second: a number, or “source”."
    )

    planned_filters = ArrayField(
        models.CharField(max_length=80),
        default=list,
        blank=True,
        help_text="Filters to render with once ready.",
    )

    views = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    started_at = models.DateTimeField(null=True, blank=True, help_text="When its ingest began.")
    ready_at = models.DateTimeField(null=True, blank=True)

    objects = VideoManager()
    everything = VideoQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [GinIndex(fields=["tags"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("video", args=[self.ref])

    @property
    def rate(self) -> Fraction:
        """Frames a second, exact."""
        return Fraction(self.rate_numerator, self.rate_denominator)

    @property
    def duration(self) -> Fraction:
        """Seconds, exact; 0 before ingest."""
        return self.frame_count / self.rate if self.rate_numerator else Fraction(0)

    @property
    def aspect(self) -> str:
        """CSS aspect-ratio, so that every picture has its box before it arrives."""
        return f"{self.width or 16} / {self.height or 9}"

    @property
    def seconds_left(self) -> float | None:
        """Seconds until a running ingest is done, by its own pace; None before its first twentieth."""
        if self.state != self.State.INGESTING or self.started_at is None or self.progress <= 0.05:
            return None
        elapsed = (timezone.now() - self.started_at).total_seconds()
        return elapsed * (1 - self.progress) / self.progress

    @property
    def was_not_kept(self) -> bool:
        """Whether it failed and its file is gone: it can only be uploaded again."""
        return self.state == self.State.FAILED and not self.source

    def queue_ingest(self) -> bool:
        """failed → receiving, ready to be claimed; False where it has not failed."""
        moved = Video.objects.filter(pk=self.pk, state=self.State.FAILED).update(
            state=self.State.RECEIVING, stage="waiting in the queue", progress=0, error="", attempts=0
        )
        return bool(moved)

    def mark_failed(self, token: uuid.UUID, sentence: str) -> bool:
        """ingesting → failed, with a sentence that says what to do."""
        return bool(
            Video.objects.held_by(token)
            .filter(pk=self.pk, state=self.State.INGESTING)
            .update(state=self.State.FAILED, error=sentence, stage="", **released())
        )

    def mark_ready(self, token: uuid.UUID) -> bool:
        """ingesting → ready."""
        return bool(
            Video.objects.held_by(token)
            .filter(pk=self.pk, state=self.State.INGESTING)
            .update(
                state=self.State.READY,
                stage="",
                progress=1,
                error="",
                ready_at=timezone.now(),
                **released(),
            )
        )

    def count_view(self) -> None:
        """One more look, of all time and of today."""
        Video.objects.filter(pk=self.pk).update(views=F("views") + 1)
        apps.get_model("videos", "DayOfLooks").count(self)
