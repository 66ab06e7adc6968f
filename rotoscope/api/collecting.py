"""What stands in a collection, and in which order."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest

from rotoscope.api.errors import Refused
from videos import access
from videos.access_items import items_to_see
from videos.models import Collection, CollectionItem, Comparison, Render
from videos.models.collection import CollectionFull

Name = tuple[str, str]  # (kind, ref)


def work(request: HttpRequest, kind: str, ref: str) -> dict[str, Render | Comparison]:
    """A work that the asker may keep, as a collection takes it. Raises Http404."""
    find: dict[str, Any] = {"render": access.render_or_404, "comparison": access.comparison_or_404}
    found: Render | Comparison = find[kind](request, ref)
    if not access.can_keep(access.viewer_of(request), found):
        raise Http404
    return {kind: found}


def add(collection: Collection, found: dict[str, Any]) -> bool:
    """Put a work at the end; False where it stands there already. Raises Refused."""
    try:
        return collection.add(**found)
    except CollectionFull as full:
        raise Refused(str(full)) from None


@transaction.atomic
def arrange(request: HttpRequest, collection: Collection, names: list[Name]) -> None:
    """Let exactly these stand there, in this order; what the asker may not see keeps its place. Raises Refused."""
    wanted = set(names)
    if len(wanted) < len(names):
        raise Refused("items: each work stands in a collection once.", 422)
    collection.hold()
    seen, hidden = _standing(request, collection)
    collection.items.filter(pk__in=[pk for name, pk in seen.items() if name not in wanted]).delete()
    for name in names:
        if name not in seen:
            seen[name] = _added(request, collection, name)
    order = [seen[name] for name in names]
    for place, pk in hidden:
        order.insert(place, pk)
    collection.put_in_order(order)


def _standing(request: HttpRequest, collection: Collection) -> tuple[dict[Name, int], list[tuple[int, int]]]:
    """What stands there: what the asker sees by its name, and of what they do not the places; by primary keys."""
    to_see = set(items_to_see(access.viewer_of(request), collection.items.all()).values_list("pk", flat=True))
    seen: dict[Name, int] = {}
    hidden = []
    items = collection.items.select_related("render", "comparison").order_by("position")
    for place, item in enumerate(items):
        if item.pk in to_see:
            seen[_name(item)] = item.pk
        else:
            hidden.append((place, item.pk))
    return seen, hidden


def _name(item: CollectionItem) -> Name:
    if item.render is not None:
        return ("render", item.render.ref)
    assert item.comparison is not None
    return ("comparison", item.comparison.ref)


def _added(request: HttpRequest, collection: Collection, name: Name) -> int:
    """The primary key of a work that was not there yet. Raises Refused."""
    try:
        found = work(request, *name)
    except Http404:
        raise Refused(f"items: “{name[1]}” is no {name[0]} that you may see.", 422) from None
    add(collection, found)
    return collection.items.get(**found).pk
