"""A collection: renders and comparisons that belong together, with a text."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Max, Q
from django.urls import reverse

from videos.refs import new_ref

from .removable import Leading, Removable, Standing
from .video import Visibility

MOST = 10_000  # items that can be put in order


class Collection(Removable):
    """What somebody found, gathered and explained."""

    ref = models.CharField(max_length=16, unique=True, default=new_ref, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="collections")
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    visibility = models.CharField(max_length=20, choices=Visibility, default=Visibility.UNLISTED)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Standing["Collection"]()
    everything = models.Manager["Collection"]()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("collection", args=[self.ref])

    @transaction.atomic
    def add(self, **work: models.Model) -> bool:
        """Put a work (`render` or `comparison`) at the end; False where it is in the collection already."""
        Collection.objects.select_for_update().get(pk=self.pk)  # two at once do not take the same place
        if self._places().filter(**work).exists():
            return False
        last = self._places().aggregate(last=Max("position"))["last"]
        self.items.create(position=0 if last is None else last + 1, **work)
        return True

    @transaction.atomic
    def put_in_order(self, order: Sequence[int]) -> None:
        """Let its items, by primary key, stand in this order. Whoever calls has locked its row.

        Works that were deleted keep their places. Positions are unique, so all are lifted out of the way first.
        """
        named, places = set(order), list(order)
        for place, pk in enumerate(self._places().values_list("pk", flat=True)):
            if pk not in named:
                places.insert(place, pk)
        self._places().update(position=F("position") + MOST)
        items = [CollectionItem(pk=pk, position=position) for position, pk in enumerate(places)]
        CollectionItem.everything.bulk_update(items, ["position"], batch_size=500)

    @transaction.atomic
    def put_back(self, place: int, **work: models.Model) -> bool:
        """Put a work that was taken out where it stood, before what is `place`th now; False where it is there."""
        if not self.add(**work):
            return False
        order = list(self.items.values_list("pk", flat=True))
        order.insert(place, order.pop())
        self.put_in_order(order)
        return True

    def _places(self) -> models.QuerySet[CollectionItem]:
        """Its items in their order, with works that were deleted and may be brought back."""
        return CollectionItem.everything.filter(collection=self).order_by("position")


class CollectionItems(Leading["CollectionItem"]):
    """What is in collections, without works that were deleted."""

    WAYS = ("render", "comparison")


class CollectionItem(models.Model):
    """One render or one comparison in a collection."""

    collection = models.ForeignKey("Collection", on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    render = models.ForeignKey("Render", null=True, blank=True, on_delete=models.CASCADE)
    comparison = models.ForeignKey("Comparison", null=True, blank=True, on_delete=models.CASCADE)

    objects = CollectionItems()
    everything = models.Manager["CollectionItem"]()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["collection", "position"], name="one_item_per_position"),
            models.CheckConstraint(
                condition=Q(render__isnull=False, comparison__isnull=True)
                | Q(render__isnull=True, comparison__isnull=False),
                name="item_is_one_thing",
            ),
        ]
