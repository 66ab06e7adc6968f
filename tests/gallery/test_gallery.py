"""The public gallery: what is listed, searched, chosen, and what is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.factories import make_filter, make_render_row, make_video_row
from videos.models import DayOfLooks, Video, Visibility
from videos.pipeline import removal

Queries = Callable[..., AbstractContextManager[Any]]


def titles(client: Client, address: str = "/") -> list[str]:
    return [video.title for video in client.get(address).context["page"]]


def test_it_shows_public_footage_newest_first(visitor: Client, owner: User) -> None:
    make_video_row(owner, title="Older")
    make_video_row(owner, title="Newer")
    assert titles(visitor) == ["Newer", "Older"]


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.UNLISTED])
def test_it_lists_nothing_that_is_not_public(
    owner_client: Client, visitor: Client, owner: User, visibility: str
) -> None:
    make_video_row(owner, title="Mine", visibility=visibility)
    assert titles(visitor) == []
    assert titles(visitor, "/?q=mine") == []
    assert titles(owner_client) == []


def test_it_finds_ones_own_private_footage_by_searching(owner_client: Client, owner: User) -> None:
    make_video_row(owner, title="Mine", visibility=Visibility.PRIVATE)
    assert titles(owner_client, "/?q=mine") == ["Mine"]


def test_it_leaves_out_footage_that_is_not_ready(visitor: Client, owner: User) -> None:
    make_video_row(owner, state=Video.State.INGESTING)
    make_video_row(owner, state=Video.State.FAILED)
    assert titles(visitor) == []


def test_it_orders_by_looks(visitor: Client, owner: User) -> None:
    make_video_row(owner, title="Much", views=9)
    make_video_row(owner, title="Little", views=1)
    assert titles(visitor, "/?order=looks") == ["Much", "Little"]


def test_it_finds_by_title_tag_owner_and_filter(visitor: Client, owner: User) -> None:
    video = make_video_row(owner, title="Low tide", tags=["beach"])
    make_render_row(video, make_filter("starry-night"))
    make_video_row(owner, title="Desert")
    for words in ("tide", "beach", "olga tide", "starry"):
        assert titles(visitor, f"/?q={words}") == ["Low tide"], words
    assert titles(visitor, "/?q=nothing+like+it") == []


def test_it_finds_by_a_tag_of_several_words(visitor: Client, owner: User) -> None:
    make_video_row(owner, title="Sand", tags=["low tide"])
    make_video_row(owner, title="Cliff", tags=["low sun", "tide"])
    for written in ("low tide", "Low  Tide"):
        assert titles(visitor, f"/?q={written}") == ["Sand"], written


def test_a_search_finds_footage_once_however_many_of_its_renders_match(visitor: Client, owner: User) -> None:
    video = make_video_row(owner, title="Low tide")
    for slug in ("starry-night", "starry-day", "starry-dusk"):
        make_render_row(video, make_filter(slug))
    make_render_row(make_video_row(owner, title="Unfinished"), make_filter("starry-dawn"), state="queued")
    page = visitor.get("/?q=starry+tide").context["page"]
    assert ([one.title for one in page], page.paginator.count) == (["Low tide"], 1)
    assert titles(visitor, "/?q=starry") == ["Low tide"]


def test_a_search_asks_for_people_and_filters_once_and_not_for_every_video(owner: User, staff: User) -> None:
    """What depends on the row would be looked up for each of twenty thousand."""
    negative, rain = make_filter(name="Negative"), make_filter(name="Rain")
    painted, gone, drying = (make_video_row(owner, title=title) for title in ("one", "two", "three"))
    theirs = make_video_row(staff, title="four")
    make_render_row(painted, negative)
    make_render_row(painted, negative, strength=0.5)
    make_render_row(painted, rain)
    removal.put_away(make_render_row(gone, rain))
    make_render_row(drying, rain, state="rendering")

    def found(words: str) -> list[Video]:
        return list(Video.objects.search(words).order_by("pk"))

    assert found("rain") == found("negative rain") == [painted]
    assert found("olga") == [painted, gone, drying]
    assert found("ADA") == [theirs]
    assert found("olga rain") == [painted]
    assert found("ada rain") == []
    sql = str(Video.objects.search("olga rain").query)
    assert "EXISTS" not in sql and 'JOIN "auth_user"' not in sql


def test_a_search_names_filters_and_people_too(visitor: Client, owner: User) -> None:
    make_filter("olga-blue")
    answer = visitor.get("/?q=olga")
    assert [one.slug for one in answer.context["filters_found"]] == ["olga-blue"]
    assert list(answer.context["people_found"]) == [owner]


def test_a_search_shows_what_was_typed_as_text_only(visitor: Client, owner: User) -> None:
    page = visitor.get("/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_it_chooses_by_tag_and_names_the_usual_ones(visitor: Client, owner: User) -> None:
    make_video_row(owner, title="Sea", tags=["water", "summer"])
    make_video_row(owner, title="Lake", tags=["water"])
    make_video_row(owner, title="Dune", tags=["sand"])
    for written in ("water", "Water", "%20WATER"):
        assert titles(visitor, f"/?tag={written}") == ["Lake", "Sea"], written
    assert visitor.get("/").context["tags"] == ["water", "sand", "summer"]


def test_a_search_within_a_tag_says_so_and_leads_out_of_it(visitor: Client, owner: User) -> None:
    make_video_row(owner, title="Sea", tags=["water"])
    make_video_row(owner, title="Dune", tags=["sand"])
    found = visitor.get("/?q=sea&tag=water").content.decode()
    assert re.search("“sea” tagged <span[^>]*>water</span>", found)
    nothing = visitor.get("/?q=sea&tag=sand&page=2").content.decode()
    assert "No footage found for “sea” tagged “sand”" in nothing
    out = re.search(r'href="([^"]+)">Search without the tag', nothing)
    assert out is not None
    assert titles(visitor, f"/{out[1]}") == ["Sea"]
    of_the_tag = visitor.get("/?tag=stone").content.decode()
    assert "tagged “stone”" in of_the_tag and "Every word" not in of_the_tag


def test_it_turns_pages_and_survives_odd_ones(visitor: Client, owner: User) -> None:
    for number in range(20):
        make_video_row(owner, title=f"n{number}")
    first, second = titles(visitor), titles(visitor, "/?page=2")
    assert len(first) == 18 and len(second) == 2 and not set(first) & set(second)
    assert titles(visitor, "/?page=99") == second
    assert titles(visitor, "/?page=x") == first


def test_the_hero_is_what_was_looked_at_most_this_week(visitor: Client, owner: User) -> None:
    filter = make_filter()
    for title, days_ago, looks in (("Long ago", 30, 50), ("Lately", 2, 5), ("Today", 0, 3)):
        video = make_video_row(owner, title=title, poster="posters/p.jpg")
        make_render_row(video, filter, poster="posters/r.jpg")
        day = timezone.localdate() - timedelta(days=days_ago)
        DayOfLooks.objects.create(video=video, day=day, looks=looks)
    hero = visitor.get("/").context["hero"]
    assert (hero["video"].title, hero["heading"]) == ("Lately", "Looked at most this week")


def test_the_hero_names_its_filters_each_once_and_leads_to_what_they_made(
    visitor: Client, owner: User
) -> None:
    video = make_video_row(owner, poster="posters/p.jpg")
    names = [f"Filter {n}" for n in range(10)]
    made = [make_render_row(video, make_filter(name=name), poster="posters/r.jpg") for name in names]
    make_render_row(video, made[0].version.filter, poster="posters/r.jpg", strength="0.50")
    page = visitor.get("/").content.decode()
    listed = re.search(r'<p class="hero-filters">(.*?)</p>', page)
    assert listed is not None
    links = re.findall(r'<a class="work" href="([^"]+)">([^<]+)</a>', listed[1])
    assert links == [(one.get_absolute_url(), one.version.filter.name) for one in made[:8]]


def test_a_card_shows_the_original_and_each_filter_once(visitor: Client, owner: User) -> None:
    video = make_video_row(owner, poster="posters/p.jpg")
    filter = make_filter(name="Blue")
    for strength in ("1.00", "0.50"):
        make_render_row(video, filter, poster="posters/r.jpg", strength=strength)
    make_render_row(video, make_filter(name="Part"), poster="posters/q.jpg", start_frame=10)
    page = visitor.get("/").content.decode()
    assert page.count("<b>Blue</b>") == 1
    assert "<b>Original</b>" in page
    assert "<b>Part</b>" not in page, "its poster shows another frame"


def test_an_empty_gallery_says_what_to_do(visitor: Client, db: None) -> None:
    page = visitor.get("/").content.decode()
    assert "Upload the first footage" in page
    assert 'aria-label="Order"' not in page  # there is nothing to put in order


def test_the_number_of_queries_does_not_grow_with_the_cards(
    visitor: Client, owner: User, django_assert_num_queries: Queries, django_assert_max_num_queries: Queries
) -> None:
    def add() -> None:
        video = make_video_row(owner, poster="posters/p.jpg", tags=["a"])
        for _ in range(3):
            make_render_row(video, make_filter(), poster="posters/r.jpg")

    add()
    with django_assert_max_num_queries(9) as few:
        visitor.get("/")
    for _ in range(4):
        add()
    with django_assert_num_queries(len(few.captured_queries)):
        visitor.get("/")
