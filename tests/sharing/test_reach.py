"""How far a link to several works reaches: to each of them, to the footage beside it, and to nothing else."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import make_filter, make_render_row, make_video_row
from videos.links import render_media, video_media
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

pytestmark = pytest.mark.django_db


def with_files(render: Render) -> Render:
    """A render and its footage that can be fetched."""
    render.output.save("video.mp4", ContentFile(b"painted"))
    if not render.video.footage:
        render.video.footage.save("footage.mp4", ContentFile(b"original"))
    return render


@pytest.fixture
def other(painted: Render) -> Render:
    """Another render of the same footage, which is in nothing."""
    with_files(painted)
    return with_files(make_render_row(painted.video, make_filter()))


@pytest.fixture
def foreign(colleague: User) -> Render:
    """A render of Conrad's footage, which everybody may see for now."""
    return with_files(make_render_row(make_video_row(colleague, visibility=Visibility.PUBLIC)))


def opened(client: Client, token: str, *works: Render | Video) -> list[bool]:
    """Whether a link opens the film of each work."""
    addresses = [
        render_media(one, "video.mp4") if isinstance(one, Render) else video_media(one, "footage.mp4")
        for one in works
    ]
    return [client.get(address, {"share": token}).status_code == 200 for address in addresses]


def test_a_link_to_a_comparison_opens_what_is_compared(
    visitor: Client, comparison: Comparison, painted: Render, other: Render
) -> None:
    _, token = ShareLink.make(comparison.owner, comparison)
    assert opened(visitor, token, painted, painted.video, other) == [True, True, False]
    assert opened(visitor, "", painted, painted.video, other) == [False, False, False]


def test_a_link_to_a_collection_opens_its_renders_and_what_its_comparisons_compare(
    visitor: Client, collection: Collection, comparison: Comparison, painted: Render, other: Render
) -> None:
    _, token = ShareLink.make(collection.owner, collection)
    assert opened(visitor, token, painted, painted.video, other) == [True, True, False]
    ComparisonItem.objects.create(comparison=comparison, position=2, render=other)
    assert opened(visitor, token, other) == [False]
    CollectionItem.objects.create(collection=collection, position=1, comparison=comparison)
    assert opened(visitor, token, other) == [True]
    assert visitor.get(f"{comparison.get_absolute_url()}?share={token}").status_code == 200


@pytest.mark.parametrize("beside_it", [False, True], ids=["compared", "compared and collected"])
def test_it_opens_nothing_of_others_that_its_maker_may_not_share(
    visitor: Client, owner: User, collection: Collection, foreign: Render, beside_it: bool
) -> None:
    """What Conrad makes private later is not kept open by Olga's collection, nor by a comparison of hers in it."""
    compared = Comparison.objects.create(video=foreign.video, owner=owner, title="Seen", visibility="private")
    ComparisonItem.objects.create(comparison=compared, position=0, render=foreign)
    CollectionItem.objects.create(collection=collection, position=1, comparison=compared)
    if beside_it:
        CollectionItem.objects.create(collection=collection, position=2, render=foreign)
    _, token = ShareLink.make(owner, collection)
    page = f"{compared.get_absolute_url()}?share={token}"
    assert opened(visitor, token, foreign, foreign.video) == [True, True]
    assert visitor.get(page).status_code == 200
    Video.objects.filter(pk=foreign.video.pk).update(visibility=Visibility.PRIVATE)
    assert opened(visitor, token, foreign, foreign.video) == [False, False]
    assert visitor.get(page).status_code == 404


def test_a_link_to_a_collection_lets_its_works_be_kept_only_where_it_says_so(
    visitor: Client, collection: Collection, painted: Render, other: Render
) -> None:
    _, looking = ShareLink.make(collection.owner, collection)
    _, keeping = ShareLink.make(collection.owner, collection, downloads=True)

    def kept(token: str, one: Render) -> bool:
        address = render_media(one, "video.mp4", download=True)
        return visitor.get(f"{address}&share={token}").status_code == 200

    assert [kept(looking, painted), kept(keeping, painted), kept(keeping, other)] == [False, True, False]
    Video.objects.update(visibility=Visibility.PUBLIC)  # what everybody may see is not everybody's to keep
    assert [kept(looking, painted), kept(keeping, painted), kept(keeping, other)] == [False, True, False]


def test_a_link_to_a_comparison_offers_what_it_gives_away(
    visitor: Client, comparison: Comparison, painted: Render, other: Render
) -> None:
    """And that is what can be fetched. What is in a collection's comparison is offered there too."""
    _, looking = ShareLink.make(comparison.owner, comparison)
    _, keeping = ShareLink.make(comparison.owner, comparison, downloads=True)
    gathered = Collection.objects.create(owner=comparison.owner, title="Both")
    CollectionItem.objects.create(collection=gathered, position=0, comparison=comparison)
    _, collected = ShareLink.make(comparison.owner, gathered, downloads=True)

    def offered(address: str) -> list[str]:
        page = visitor.get(address).content.decode()
        return [unescape(one) for one in re.findall(r'href="([^"]+download=1[^"]*)"', page)]

    there = comparison.get_absolute_url()
    assert offered(reverse("share", args=[looking])) == offered(f"{there}?share={looking}") == []
    for page, token in (
        (reverse("share", args=[keeping]), keeping),
        (f"{there}?share={collected}", collected),
    ):
        found = offered(page)
        assert [urlsplit(one).path for one in found] == [
            video_media(painted.video, "footage.mp4"),
            render_media(painted, "video.mp4"),
        ]
        for one in found:
            answer = visitor.get(one)
            assert (answer.status_code, token in one) == (200, True)
            assert answer["Content-Disposition"].startswith("attachment")


def test_footage_is_given_away_only_where_it_is_what_the_link_shows(
    visitor: Client, collection: Collection, comparison: Comparison, painted: Render, other: Render
) -> None:
    """A link to a render shows the whole original to compare with, and gives away the render."""
    film, owner = painted.video, painted.owner
    film.source.save("sent.mov", ContentFile(b"as it was sent"))
    alone = Comparison.objects.create(video=film, owner=owner, title="Two renders")
    for place, render in enumerate((painted, other)):
        ComparisonItem.objects.create(comparison=alone, position=place, render=render)
    gathered = Collection.objects.create(owner=owner, title="Both")
    CollectionItem.objects.create(collection=gathered, position=0, comparison=comparison)

    def kept(target: Render | Video | Comparison | Collection) -> list[bool]:
        _, token = ShareLink.make(owner, target, downloads=True)
        addresses = [video_media(film, "footage.mp4", download=True) + "&", video_media(film, "source") + "?"]
        assert visitor.get(video_media(film, "footage.mp4"), {"share": token}).status_code == 200
        return [visitor.get(f"{address}share={token}").status_code == 200 for address in addresses]

    nothing, footage = [False, False], [True, False]
    assert [kept(one) for one in (painted, alone, collection)] == [nothing, nothing, nothing]
    assert [kept(one) for one in (film, comparison, gathered)] == [footage, footage, footage]


def test_who_has_a_link_looks_and_keeps_nothing_of_what_would_not_open_without_it(
    stranger: User, stranger_client: Client, collection: Collection, comparison: Comparison, painted: Render
) -> None:
    """Neither a comparison of private footage nor a collected work: on pages and over the API alike."""
    film, theirs = with_files(painted).video, Collection.objects.create(owner=stranger, title="Theirs")
    CollectionItem.objects.create(collection=collection, position=1, comparison=comparison)
    saved = {"title": "Mine", "visibility": "public", "layout": "wipe", "a": "o", "b": painted.ref}
    written = {"title": "Mine", "visibility": "public", "renders": [None, painted.ref]}
    works = [("render", painted.ref), ("comparison", comparison.ref)]
    items = f"/api/collections/{theirs.ref}/items"

    def tried(token: str) -> list[int]:
        """What each way of keeping something is answered with."""
        form: dict[str, Any] = {"query_params": {"share": token}}
        as_json = form | {"content_type": "application/json"}
        named = [{"kind": kind, "ref": ref} for kind, ref in works]
        answers = [
            stranger_client.post(reverse("comparison-save", args=[film.ref]), saved, **form),
            stranger_client.post(f"/api/videos/{film.ref}/comparisons", written, **as_json),
            *(
                stranger_client.post(reverse("collection-add"), one | {"to": theirs.ref}, **form)
                for one in named
            ),
            *(stranger_client.post(items, one, **as_json) for one in named),
            stranger_client.put(items, {"items": named}, **as_json),
        ]
        return [answer.status_code for answer in answers]

    for target in (film, collection):
        _, token = ShareLink.make(painted.owner, target)
        assert opened(stranger_client, token, painted) == [True]
        assert tried(token) == [404, 404, 404, 404, 404, 404, 422]
    assert not theirs.items.exists() and not stranger.comparisons.exists()
    Video.objects.update(visibility=Visibility.PUBLIC)
    Comparison.objects.update(visibility=Visibility.PUBLIC)
    assert tried(token) == [302, 201, 302, 302, 409, 409, 200]


def test_a_link_to_a_large_collection_asks_no_more_than_one_to_a_small_one(
    visitor: Client, collection: Collection, comparison: Comparison, painted: Render
) -> None:
    """Neither its pages nor the API ask item by item, and a file of one item does not ask for all the others."""
    with_files(painted)
    _, token = ShareLink.make(collection.owner, collection)
    CollectionItem.objects.create(collection=collection, position=1, comparison=comparison)
    film = video_media(painted.video, "footage.mp4")
    asked = (reverse("share", args=[token]), f"/api/collections/{collection.ref}", film)

    def queries() -> list[list[str]]:
        found = []
        for address in asked:
            visitor.get(address, {"share": token})  # a look is counted once
            with CaptureQueriesContext(connection) as captured:
                assert visitor.get(address, {"share": token}).status_code == 200
            found.append([one["sql"] for one in captured.captured_queries])
        return found

    few = queries()
    for place in range(2, 8, 2):
        one = make_render_row(make_video_row(collection.owner, visibility=Visibility.PRIVATE))
        both = Comparison.objects.create(video=one.video, owner=collection.owner, title="Both")
        ComparisonItem.objects.create(comparison=both, position=0, render=one)
        CollectionItem.objects.create(collection=collection, position=place, render=one)
        CollectionItem.objects.create(collection=collection, position=place + 1, comparison=both)
    many = queries()
    assert [len(one) for one in many] == [len(one) for one in few]
    page = visitor.get(asked[0]).content.decode()
    assert page.count("Both") >= 3
    of_items = [sql for sql in many[2] if "collectionitem" in sql]
    assert of_items and all(f'"video_id" = {painted.video.pk}' in sql for sql in of_items)
    assert all(sql.endswith("LIMIT 1") for sql in of_items), "nor are its works read"
