"""A collection: renders and comparisons that belong together, with a text."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Max, Q
from django.urls import reverse

from videos.refs import new_ref

from .video import Visibility

MOST = 10_000  # items that can be put in order


class Collection(models.Model):
    """What somebody found, gathered and explained."""

    ref = models.CharField(max_length=16, unique=True, default=new_ref, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="collections")
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    visibility = models.CharField(max_length=20, choices=Visibility, default=Visibility.UNLISTED)
    created_at = models.DateTimeField(auto_now_add=True)

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
        if self.items.filter(**work).exists():
            return False
        last = self.items.aggregate(last=Max("position"))["last"]
        self.items.create(position=0 if last is None else last + 1, **work)
        return True

    @transaction.atomic
    def put_in_order(self, order: Sequence[int]) -> None:
        """Let its items, by primary key, stand in this order. Whoever calls has locked its row.

        Positions are unique, so all are lifted out of the way first.
        """
        self.items.update(position=F("position") + MOST)
        items = [CollectionItem(pk=pk, position=position) for position, pk in enumerate(order)]
        CollectionItem.objects.bulk_update(items, ["position"], batch_size=500)


class CollectionItem(models.Model):
    """One render or one comparison in a collection."""

    collection = models.ForeignKey("Collection", on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    render = models.ForeignKey("Render", null=True, blank=True, on_delete=models.CASCADE)
    comparison = models.ForeignKey("Comparison", null=True, blank=True, on_delete=models.CASCADE)

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
