"""A filter: what a person picks. What is run is one of its versions."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

if TYPE_CHECKING:
    from .provenance import StyleUse
    from .version import FilterVersion


RESERVED_SLUGS = frozenset({"figures", "import"})  # what is at /filters/ and /api/filters/ and is no filter


def _tagged(tag: str) -> Q:
    return Q(tags__contains=[tag]) | Q(suits__contains=[tag])


class FilterQuerySet(models.QuerySet["Filter"]):
    """Named queries over filters."""

    def published(self) -> FilterQuerySet:
        """Filters that everybody sees and may render with (unavailable ones included)."""
        return self.filter(state=Filter.State.PUBLISHED, current__isnull=False)

    def usable(self) -> FilterQuerySet:
        """Published filters that can run now."""
        return self.published().filter(unavailable_reason="")

    def search(self, words: str) -> FilterQuerySet:
        """Every word is in the name, the text, the style image's title or artist, or is a tag or what it suits.

        So is a tag of several words (“bright light”) as it is written.
        """
        tag = " ".join(words.lower().split())
        said = Q()
        for word in words.split()[:8]:
            said &= (
                Q(name__icontains=word)
                | Q(description__icontains=word)
                | Q(style_image__title__icontains=word)
                | Q(style_image__artist__icontains=word)
                | _tagged(word.lower())
            )
        return self.filter(said | _tagged(tag)) if tag else self

    def tagged(self, tag: str) -> FilterQuerySet:
        """Those with a tag, or that suit what it names, in whatever case it is written."""
        return self.filter(_tagged(" ".join(tag.lower().split())))

    def with_pictures(self) -> FilterQuerySet:
        """Everything a card of a filter shows, in one query."""
        return self.select_related("current", "style_image", "owner")

    def with_origins(self) -> FilterQuerySet:
        """The same with all pictures and parts that each goes back to, in three queries more."""
        return self.with_pictures().prefetch_related("style_uses__style_image", "current__mix_parts")


class Filter(models.Model):
    """A name, a description and an origin; `current` is the version that new renders use."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        RETIRED = "retired"

    class Engine(models.TextChoices):
        NETWORK = "network", "Self-trained network"
        ALGORITHMIA = "algorithmia", "Algorithmia DeepFilter"

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    suits = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    engine = models.CharField(max_length=20, choices=Engine, default=Engine.NETWORK)
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT, db_index=True)
    unavailable_reason = models.CharField(max_length=300, blank=True)
    cost_per_image = models.DecimalField(max_digits=10, decimal_places=6, default=Decimal(0))
    shipped = models.BooleanField(default=False, help_text="Part of the catalogue that comes with Rotoscope.")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    style_image = models.ForeignKey("StyleImage", null=True, blank=True, on_delete=models.PROTECT)
    current = models.ForeignKey(
        "FilterVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    live = models.ForeignKey(
        "FilterVersion",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The same style on the smaller base, which paints two to three times as fast.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = FilterQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        indexes = [GinIndex(fields=["tags"]), GinIndex(fields=["suits"])]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("filter", args=[self.slug])

    @property
    def is_available(self) -> bool:
        """Whether it can run now: it has a version, and its service answers."""
        return self.current_id is not None and not self.unavailable_reason

    def version_for(self, *, live: bool) -> FilterVersion | None:
        """What paints: the current version or its live twin; None where there is none."""
        return self.live if live else self.current

    def next_number(self) -> int:
        """Of the version that comes next. Hold the filter until that is stored: two would get the same."""
        return max(self.versions.values_list("number", flat=True), default=0) + 1

    def pictures(self) -> list[StyleUse]:
        """The pictures it goes back to with their shares, the weightiest first; unsaved ones for older filters."""
        from .provenance import StyleUse

        rows = self.style_uses.all()
        if "style_uses" not in getattr(self, "_prefetched_objects_cache", {}):
            rows = rows.select_related("style_image")
        uses = sorted(rows, key=lambda use: (-use.share, use.position))
        if uses or self.style_image is None:
            return uses
        return [StyleUse(filter=self, style_image=self.style_image)]

    def publish(self) -> bool:
        """draft or retired → published. False when it has nothing to run or was published before."""
        return self._move({self.State.DRAFT, self.State.RETIRED}, self.State.PUBLISHED, current__isnull=False)

    def retire(self) -> bool:
        """published → retired: finished renders stay, new ones cannot be made."""
        return self._move({self.State.PUBLISHED}, self.State.RETIRED)

    def mark_unavailable(self, reason: str) -> None:
        """The breaker's side: `reason` is a sentence for people; an empty one makes it available again."""
        Filter.objects.filter(pk=self.pk).update(unavailable_reason=reason[:300])
        self.unavailable_reason = reason[:300]

    def adopt(self, version: FilterVersion, *, live: FilterVersion | None = None) -> None:
        """Make `version` the one that new renders use, and `live` its twin; without one there is none any more."""
        Filter.objects.filter(pk=self.pk).update(current=version, live=live)
        type(version).objects.filter(pk=version.pk).update(twin=live)  # for who comes back to it from another
        self.current, self.live, version.twin = version, live, live

    def _move(self, old: set[State], new: State, **also: object) -> bool:
        values: dict[str, object] = {"state": new}
        if new == self.State.PUBLISHED:
            values["published_at"] = timezone.now()
        moved = Filter.objects.filter(pk=self.pk, state__in=old, **also).update(**values)
        if moved:
            self.refresh_from_db()
        return bool(moved)
