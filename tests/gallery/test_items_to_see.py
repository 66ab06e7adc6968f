"""What lists show of collections is what may be seen one by one: access_items.py is access.can_see_item in SQL."""

from __future__ import annotations

from itertools import product
from typing import Any

from django.contrib.auth.models import AnonymousUser, User

from tests.factories import make_render_row, make_video_row
from videos import access
from videos.access import Viewer
from videos.access_items import items_to_see
from videos.gathered import gathered
from videos.models import Collection, CollectionItem, Comparison, ShareLink, Video, Visibility
from videos.pipeline import removal


def test_the_database_decides_as_the_rights_do(
    owner: User, colleague: User, stranger: User, staff: User
) -> None:
    collection = Collection.objects.create(owner=colleague, title="All", visibility=Visibility.PUBLIC)
    works: list[Any] = []
    for visibility, state in product(Visibility.values, (Video.State.READY, Video.State.INGESTING)):
        video = make_video_row(owner, visibility=visibility, state=state)
        works += [{"render": make_render_row(video, state=of)} for of in ("finished", "rendering")]
        works += [
            {"comparison": Comparison.objects.create(video=video, owner=maker, title="Two", visibility=of)}
            for maker, of in product((owner, colleague), Visibility.values)
        ]
    for work in works:
        collection.add(**work)
    removal.put_away(works[0]["render"])
    Video.objects.filter(pk=works[-1]["comparison"].video_id).update(removed_at="2026-01-01T00:00Z")
    links = [
        ShareLink.make(owner, Video.objects.filter(visibility=Visibility.PRIVATE)[0])[1],
        ShareLink.make(colleague, collection)[1],
    ]
    with_links = [Viewer(AnonymousUser(), access.link_of(token), token) for token in links]
    assert all(viewer.share for viewer in with_links)
    people = [Viewer(person) for person in (AnonymousUser(), owner, colleague, stranger, staff)]
    for viewer in with_links + people:
        items = CollectionItem.objects.select_related("render__video", "comparison__video")
        expected = [item.pk for item in items if access.can_see_item(viewer, item)]
        assert [item.pk for item in items_to_see(viewer, items)] == expected, viewer
        found = gathered(viewer, [collection], 4)[collection.pk]
        assert ([item.pk for item in found.first], found.count) == (expected[:4], len(expected))
