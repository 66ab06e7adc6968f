"""What lists show of collections is what may be seen one by one: access_items.py is access.can_see_item in SQL, and
access_shared.py what access.py says of share links."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User

from tests.factories import make_render_row, make_video_row
from videos import access, access_shared
from videos.access import Viewer
from videos.access_items import items_to_see
from videos.gathered import gathered
from videos.models import (
    Collection,
    CollectionItem,
    Comparison,
    ComparisonItem,
    Render,
    ShareLink,
    Video,
    Visibility,
)
from videos.pipeline import removal


@pytest.fixture
def collection(owner: User, colleague: User) -> Collection:
    """Carl's collection of works of Olga's footage, and comparisons of both, of every visibility and state."""
    made = Collection.objects.create(owner=colleague, title="All", visibility=Visibility.PUBLIC)
    works: list[Any] = []
    for visibility, state in product(Visibility.values, (Video.State.READY, Video.State.INGESTING)):
        video = make_video_row(owner, visibility=visibility, state=state)
        works += [{"render": make_render_row(video, state=of)} for of in ("finished", "rendering")]
        for maker, of in product((owner, colleague), Visibility.values):
            comparison = Comparison.objects.create(video=video, owner=maker, title="Two", visibility=of)
            ComparisonItem.objects.create(comparison=comparison, position=0, render=make_render_row(video))
            works.append({"comparison": comparison})
    for work in works:
        made.add(**work)
    removal.put_away(works[0]["render"])
    Video.objects.filter(pk=works[-1]["comparison"].video_id).update(removed_at="2026-01-01T00:00Z")
    return made


def by_link(maker: User, target: Any) -> Viewer:
    """Whoever has a link to it."""
    _, token = ShareLink.make(maker, target)
    link = access.link_of(token)
    assert link is not None
    return Viewer(AnonymousUser(), link, token)


def test_the_database_decides_as_the_rights_do(
    collection: Collection, owner: User, colleague: User, stranger: User, staff: User
) -> None:
    hidden = Video.objects.filter(visibility=Visibility.PRIVATE)[0]
    others = Collection.objects.create(owner=owner, title="Compared alone")
    others.add(comparison=hidden.comparisons.filter(owner=owner)[0])
    of_staff = Collection.objects.create(owner=staff, title="Of staff")
    for item in collection.items.all()[::2]:
        of_staff.add(**({"render": item.render} if item.render else {"comparison": item.comparison}))
    links = [
        by_link(owner, hidden),
        by_link(owner, hidden.renders.finished()[0]),
        by_link(owner, hidden.comparisons.filter(owner=owner)[0]),
        by_link(owner, others),
        by_link(colleague, collection),
        by_link(staff, collection),
        by_link(staff, of_staff),
    ]
    people = [Viewer(person) for person in (AnonymousUser(), owner, colleague, stranger, staff)]
    counts = []
    for viewer in links + people:
        items = CollectionItem.objects.filter(collection=collection)
        items = items.select_related("render__video", "comparison__video")
        expected = [item.pk for item in items if access.can_see_item(viewer, item)]
        assert [item.pk for item in items_to_see(viewer, items)] == expected, viewer
        found = gathered(viewer, [collection], 4)[collection.pk]
        assert ([item.pk for item in found.first], found.count) == (expected[:4], len(expected))
        for video in Video.everything.all():
            renders = set(access.renders_to_see(viewer, video))
            of_it = Render.everything.filter(video=video).select_related("video")
            assert renders == {one for one in of_it if access.can_see_render(viewer, one)}, (viewer, video)
        counts.append(len(expected))
    assert counts == [14, 13, 14, 14, 11, 34, 26, 9, 34, 20, 9, 39]


def test_a_link_to_a_collection_gives_what_its_maker_may_share(
    collection: Collection, owner: User, colleague: User, stranger: User, staff: User
) -> None:
    items = CollectionItem.everything.select_related("render__video", "comparison__video")
    given = {}
    for person in (owner, colleague, stranger, staff):
        maker = Viewer(person)
        expected = {
            one.pk
            for one in items
            if access.can_share(maker, one.render or one.comparison)  # type: ignore[arg-type]
        }
        assert {one.pk for one in access_shared.given(maker, collection)} == expected
        given[person.username] = len(expected)
    assert given == {"olga": 24, "conrad": 6, "stella": 0, "ada": 39}
