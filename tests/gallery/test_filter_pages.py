"""The catalogue of filters and the page of one: meaning, figures, works, and who sees drafts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import product
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.test import Client
from django.urls import reverse

from filters.models import Filter, FilterVersion, StyleImage
from tests.factories import make_filter, make_render_row, make_video_row
from videos import access
from videos.models import Visibility

Queries = Callable[..., AbstractContextManager[Any]]


def names(client: Client, address: str = "/filters/") -> list[str]:
    return [one.name for one in client.get(address).context["page"]]


def style_image(**fields: Any) -> StyleImage:
    values = {
        "image": "styles/wave.jpg",
        "sha256": "0" * 64,
        "width": 640,
        "height": 400,
        "title": "Under the Wave off Kanagawa",
        "artist": "Katsushika Hokusai",
        "origin": "The Metropolitan Museum of Art",
        "licence": "CC0",
    }
    return StyleImage.objects.create(**(values | fields))


def test_it_lists_published_filters_by_name(visitor: Client, db: None) -> None:
    make_filter(name="Wave")
    make_filter(name="Ink")
    make_filter(name="Draft", published=False)
    assert names(visitor) == ["Ink", "Wave"]


def test_a_card_says_what_a_filter_is_like_where_its_picture_is_but_our_drawing_of_it(
    visitor: Client, db: None
) -> None:
    drawn = style_image(title="Agate", artist="Rotoscope", sha256="1" * 64)
    make_filter(name="Agate", style_image=drawn, description=f"Bands of stone{' and more' * 19}.")
    make_filter(name="Wave", style_image=style_image(), description="Of the sea.")
    page = visitor.get("/filters/").content.decode()
    words = " ".join(["Bands of stone", *["and more"] * 13, "and …"])
    assert f'<p class="small muted says">{words}</p>' in page
    assert 'after <span class="work">Under the Wave off Kanagawa</span>, Katsushika Hokusai' in page
    assert 'after <span class="work">Agate</span>' not in page and "Of the sea." not in page


def test_a_draft_that_is_still_being_learned_is_its_owners_to_see_on_its_page_and_over_the_api(
    owner_client: Client, colleague_client: Client, staff_client: Client, owner: User
) -> None:
    draft = Filter.objects.create(slug="deep-sea", name="Deep Sea", owner=owner)
    for address in (draft.get_absolute_url(), f"/api/filters/{draft.slug}"):
        seen = [client.get(address).status_code for client in (owner_client, staff_client, colleague_client)]
        assert seen == [200, 200, 404], address


def test_the_database_decides_as_the_right_to_look_at_a_filter_does(
    owner: User, colleague: User, staff: User
) -> None:
    for state, maker in product(Filter.State.values, (None, owner, colleague)):
        Filter.objects.create(name=f"{state} of {maker}", slug=f"{state}-{maker}", owner=maker, state=state)
    nobody_in = User(username="shut", pk=staff.pk, is_active=False, is_staff=True)
    for person in (AnonymousUser(), owner, colleague, staff, nobody_in):
        viewer = access.Viewer(person)
        expected = {one for one in Filter.objects.all() if access.can_see_filter(viewer, one)}
        assert set(access.filters_seen_by(viewer)) == expected, person
        assert len(expected) == (9 if viewer.is_staff else 6 + (person in (owner, colleague)))


def test_people_see_drafts_of_their_own(owner_client: Client, colleague_client: Client, owner: User) -> None:
    draft = make_filter(name="Draft", published=False, owner=owner)
    assert names(owner_client) == ["Draft"]
    assert names(colleague_client) == []
    assert owner_client.get(draft.get_absolute_url()).status_code == 200
    assert colleague_client.get(draft.get_absolute_url()).status_code == 404


def test_it_searches_names_artists_and_what_they_suit(visitor: Client, db: None) -> None:
    make_filter(name="Great Wave", style_image=style_image(), tags=["print"], suits=["water"])
    make_filter(name="Ink", description="brush on paper")
    make_filter(name="Dusk", suits=["evening light"])
    for words in ("wave", "hokusai", "print", "Water", "kanagawa", "hokusai  wave", "water print"):
        assert names(visitor, f"/filters/?q={words}") == ["Great Wave"], words
        told = visitor.get(f"/api/filters?q={words}").json()["items"]
        assert [one["name"] for one in told] == ["Great Wave"], words
    assert names(visitor, "/filters/?q=hokusai brush") == []
    assert names(visitor, "/filters/?q=evening light") == ["Dusk"]
    assert names(visitor, "/filters/?tag=Water") == ["Great Wave"]
    assert names(visitor, "/filters/?tag=water") == ["Great Wave"]
    assert names(visitor, "/filters/?q=brush") == ["Ink"]


def test_all_counts_what_is_shown_without_the_tag(visitor: Client, db: None) -> None:
    make_filter(name="Great Wave", tags=["print"])
    make_filter(name="Ink", tags=["brush"])
    make_filter(name="Little Wave", tags=["brush"])
    for address, count in (("", 3), ("?tag=print", 3), ("?tag=print&q=wave", 2), ("?q=ink", 1)):
        assert f">all {count}</a>" in visitor.get(f"/filters/{address}").content.decode(), address


def test_it_says_why_a_filter_is_unavailable(visitor: Client, db: None) -> None:
    one = make_filter(name="Away", unavailable_reason="The service does not answer since noon.")
    assert "does not answer since noon" in visitor.get("/filters/").content.decode()
    assert "does not answer since noon" in visitor.get(one.get_absolute_url()).content.decode()


def test_a_draft_that_cannot_run_now_says_so_to_its_owner(
    owner_client: Client, stranger_client: Client, owner: User
) -> None:
    one = make_filter(name="Quilt", owner=owner, published=False, unavailable_reason="Its weights are gone.")
    for address in (
        one.get_absolute_url(),
        reverse("filters"),
        reverse("lab", args=[make_video_row(owner).ref]),
    ):
        assert "Its weights are gone." in owner_client.get(address).content.decode(), address
    assert stranger_client.get(one.get_absolute_url()).status_code == 404
    assert "Quilt" not in stranger_client.get(reverse("filters")).content.decode()


def test_the_page_tells_the_origin_and_licence_of_the_style_image(visitor: Client, db: None) -> None:
    one = make_filter(style_image=style_image())
    page = visitor.get(one.get_absolute_url()).content.decode()
    for words in (
        "Under the Wave off Kanagawa",
        "Katsushika Hokusai",
        "The Metropolitan Museum of Art",
        "CC0",
    ):
        assert words in page


def test_the_page_shows_metrics_that_are_defined(visitor: Client, db: None) -> None:
    one = make_filter()
    assert one.current is not None
    one.current.metrics = {"style_distance": 0.19, "temporal_error": 0.0431, "style_sha": "abc"}
    one.current.save()
    page = visitor.get(one.get_absolute_url()).content.decode()
    assert "0.19" in page and "0.0431" in page
    assert "abc" not in page


def test_versions_stand_beside_one_another_with_their_figures(visitor: Client, db: None) -> None:
    one = make_filter()
    fine = one.current
    assert fine is not None
    fine.metrics = {"style_distance": 0.2, "temporal_error": 0.0185, "milliseconds_per_frame": 231.6}
    fine.save()
    twin = FilterVersion.objects.create(
        filter=one, number=2, kind=fine.kind, weights=fine.weights.name, sha256="1" * 64,
        metrics={"style_distance": 0.28, "milliseconds_per_frame": 99.2},
    )  # fmt: skip
    one.live = twin
    one.save()
    shown = visitor.get(one.get_absolute_url()).context["versions"]
    assert [(version.number, [written for _, written in cells]) for version, cells in shown] == [
        (2, ["0.28", "", "", "", "99 ms"]),
        (1, ["0.20", "", "0.0185", "", "232 ms"]),
    ]


def test_the_page_shows_public_works_only(visitor: Client, owner: User) -> None:
    one = make_filter()
    make_render_row(make_video_row(owner, title="For all"), one)
    make_render_row(make_video_row(owner, title="Not for all", visibility=Visibility.UNLISTED), one)
    make_render_row(make_video_row(owner, title="Under another"), make_filter())
    works = [render.video.title for render in visitor.get(one.get_absolute_url()).context["page"]]
    assert works == ["For all"]


def test_a_retired_filter_keeps_its_page_and_says_so(visitor: Client, db: None) -> None:
    one = make_filter(name="Old")
    one.retire()
    assert "Retired" in visitor.get(one.get_absolute_url()).content.decode()
    assert names(visitor) == []


def test_the_number_of_queries_does_not_grow_with_the_filters(
    visitor: Client, owner: User, django_assert_num_queries: Queries, django_assert_max_num_queries: Queries
) -> None:
    def add(number: int) -> None:
        one: Filter = make_filter(style_image=style_image(sha256=f"{number:064d}"))
        video = make_video_row(owner, poster="posters/v.jpg")
        make_render_row(video, one, poster="posters/r.jpg")

    add(0)
    with django_assert_max_num_queries(5) as few:
        visitor.get("/filters/")
    for number in range(1, 5):
        add(number)
    with django_assert_num_queries(len(few.captured_queries)):
        visitor.get("/filters/")
