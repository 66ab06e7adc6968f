"""A comparison: a chosen set of renders of one video, arranged to be looked at and shared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Prefetch, Q
from django.urls import reverse

from videos.refs import new_ref

from .removable import Leading, Removable, Standing
from .video import Visibility

if TYPE_CHECKING:
    from .render import Render


class ComparisonQuerySet(models.QuerySet["Comparison"]):
    """Named queries over comparisons. Who may see what is decided in videos/access.py."""

    def listed_for(self, user: Any) -> ComparisonQuerySet:
        """What lists show to `user`: public comparisons and their own."""
        public = Q(visibility=Visibility.PUBLIC)
        return self.filter(public | Q(owner=user) if user.is_authenticated else public)

    def with_places(self) -> ComparisonQuerySet:
        """With what their pictures show, in one query more."""
        return self.prefetch_related(places_prefetch("items"))


ComparisonManager = Standing.from_queryset(ComparisonQuerySet)


class Comparison(Removable):
    """`view` holds what the page needs to come back as it was: cut, loop, zoom, frame."""

    class Layout(models.TextChoices):
        WIPE = "wipe"
        GRID = "grid"
        BLINK = "blink"
        LOUPE = "loupe"

    ref = models.CharField(max_length=16, unique=True, default=new_ref, editable=False)
    video = models.ForeignKey("Video", on_delete=models.CASCADE, related_name="comparisons")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comparisons")
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    layout = models.CharField(max_length=20, choices=Layout, default=Layout.WIPE)
    view = models.JSONField(default=dict, blank=True)
    visibility = models.CharField(max_length=20, choices=Visibility, default=Visibility.UNLISTED)
    views = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ComparisonManager()
    everything = ComparisonQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("comparison", args=[self.ref])

    @transaction.atomic
    def arrange(self, layout: str, view: dict[str, Any], renders: Sequence[Render | None] | None) -> None:
        """Let these stand in it, in this order, and be looked at like this; None among them is the original.

        None instead of them leaves what stands there. Its row is locked, so that of two at once one comes after the
        other; raises DoesNotExist where it was deleted meanwhile.
        """
        rows = Comparison.objects.filter(pk=self.pk)
        rows.select_for_update().values_list("pk").get()
        rows.update(layout=layout, view=view)
        self.layout, self.view = layout, view
        if renders is None:
            return
        ComparisonItem.everything.filter(comparison=self).delete()
        ComparisonItem.objects.bulk_create(
            ComparisonItem(comparison=self, position=position, render=render)
            for position, render in enumerate(renders)
        )

    def lacks_a_render(self) -> bool:
        """Whether something that stood in it was deleted: its place is empty, or there is none any more.

        A grid that lost its last ones for good does not know of them.
        """
        places = ComparisonItem.everything.filter(comparison=self).order_by("position")
        found = list(places.values_list("position", "render__removed_at"))
        count = max(1, len(found)) if self.layout == Comparison.Layout.GRID else 2
        return found != [(position, None) for position in range(count)]

    def count_view(self) -> None:
        """One more look."""
        Comparison.objects.filter(pk=self.pk).update(views=F("views") + 1)


def places_prefetch(items: str) -> Prefetch[Any]:
    """The places of comparisons, with the renders in them; `items` leads there from what is asked for."""
    return Prefetch(items, queryset=ComparisonItem.objects.select_related("render__version__filter"))


class ComparisonItems(Leading["ComparisonItem"]):
    """Places without those of renders that were deleted."""

    WAYS = ("render",)


class ComparisonItem(models.Model):
    """One place of a comparison; no render means the original footage."""

    comparison = models.ForeignKey("Comparison", on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    render = models.ForeignKey("Render", null=True, blank=True, on_delete=models.CASCADE)

    objects = ComparisonItems()
    everything = models.Manager["ComparisonItem"]()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["comparison", "position"], name="one_item_per_place")]
