"""A collection: renders and comparisons that belong together, with a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Func, Max, Q, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast
from django.urls import reverse

from videos.refs import new_ref

from .removable import Leading, Removable, Standing
from .video import Visibility

MOST = 10_000
"""Works in a collection, with those that were deleted and may be brought back: so many are put in order at once."""


class CollectionFull(Exception):
    """Nothing more can be added."""

    def __str__(self) -> str:
        most = f"{MOST:,}".replace(",", "\N{NO-BREAK SPACE}")
        return f"A collection holds {most} works at most: take some out first, or begin another."


def _place_in(places: list[int]) -> CombinedExpression:
    """Where the primary key of a row stands in a list, counted from 0."""
    order = Cast(Value(places), ArrayField(models.BigIntegerField()))
    return Func(order, F("pk"), function="array_position", output_field=models.IntegerField()) - 1


class CollectionQuerySet(models.QuerySet["Collection"]):
    """Named queries over collections. Who may see what is decided in videos/access.py."""

    def listed_for(self, user: Any) -> CollectionQuerySet:
        """What lists show to `user`: public collections and their own."""
        public = Q(visibility=Visibility.PUBLIC)
        return self.filter(public | Q(owner=user) if user.is_authenticated else public)


CollectionManager = Standing.from_queryset(CollectionQuerySet)


class Collection(Removable):
    """What somebody found, gathered and explained."""

    ref = models.CharField(max_length=16, unique=True, default=new_ref, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="collections")
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    visibility = models.CharField(max_length=20, choices=Visibility, default=Visibility.UNLISTED)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CollectionManager()
    everything = CollectionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("collection", args=[self.ref])

    def hold(self) -> None:
        """Lock its row: who changes what stands in it does so one after another. Raises DoesNotExist once deleted.

        For the rest of the transaction that the caller has begun.
        """
        Collection.objects.select_for_update().values_list("pk").get(pk=self.pk)

    @transaction.atomic
    def add(self, **work: models.Model) -> bool:
        """Put a work (`render` or `comparison`) at the end; False where it is in the collection already.

        Raises CollectionFull.
        """
        self.hold()
        if self._places().filter(**work).exists():
            return False
        if self._places().count() >= MOST:
            raise CollectionFull
        self.items.create(position=self._end(), **work)
        return True

    @transaction.atomic
    def take_out(self, **item: Any) -> int | None:
        """Take out one of its items, from the place that is returned; None where there is no such item (any more)."""
        self.hold()
        found = self.items.filter(**item).first()
        if found is None:
            return None
        found.delete()
        return self.items.filter(position__lt=found.position).count()

    @transaction.atomic
    def swap(self, one: CollectionItem, other: CollectionItem) -> None:
        """Let two of its items stand in each other's places; all others stay. Whoever calls holds it.

        Positions are unique, so one waits at the end meanwhile.
        """
        for item, position in ((one, self._end()), (other, one.position), (one, other.position)):
            CollectionItem.everything.filter(pk=item.pk).update(position=position)

    @transaction.atomic
    def put_in_order(self, order: Sequence[int]) -> None:
        """Let its items, by primary key, stand in this order. Whoever calls holds it.

        Works that were deleted keep their places. Positions are unique, so what moves is lifted beyond the last first.
        """
        named, places = set(order), list(order)
        stood = dict(self._places().values_list("pk", "position"))
        for place, pk in enumerate(stood):
            if pk not in named:
                places.insert(place, pk)
        moved = CollectionItem.everything.filter(
            pk__in=[pk for to, pk in enumerate(places) if stood.get(pk) != to]
        )
        moved.update(position=F("position") + self._end())
        moved.update(position=_place_in(places))

    @transaction.atomic
    def put_back(self, place: int, **work: models.Model) -> bool:
        """Put a work that was taken out where it stood, before what is `place`th now; False where it is there.

        Raises CollectionFull.
        """
        if not self.add(**work):
            return False
        order = list(self.items.values_list("pk", flat=True))
        order.insert(place, order.pop())
        self.put_in_order(order)
        return True

    def _end(self) -> int:
        """The position after the last."""
        last = self._places().aggregate(last=Max("position"))["last"]
        return 0 if last is None else int(last) + 1

    def _places(self) -> models.QuerySet[CollectionItem]:
        """Its items in their order, with works that were deleted and may be brought back."""
        return CollectionItem.everything.filter(collection=self).order_by("position")


class CollectionItems(Leading["CollectionItem"]):
    """What is in collections, without works that were deleted."""

    WAYS = ("render", "comparison")


class CollectionItem(models.Model):
    """One render or one comparison in a collection."""

    collection = models.ForeignKey("Collection", on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
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
