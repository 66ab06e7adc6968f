"""Collections: made, added to, put in order, shown to whom they are meant for."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.at_once import at_once, browser_of
from tests.factories import make_filter, make_render_row, make_video_row
from videos.models import Collection, Comparison, Render, Visibility
from videos.views.collections import WORKS


def test_it_makes_a_collection_with_its_first_render(owner_client: Client, owner: User) -> None:
    render = make_render_row(make_video_row(owner))
    words = {"kind": "render", "ref": render.ref, "title": "For snow"}
    answer = owner_client.post("/collections/add/", words)
    made = Collection.objects.get()
    assert (made.title, made.owner, made.visibility) == ("For snow", owner, Visibility.UNLISTED)
    assert [item.render for item in made.items.all()] == [render]
    assert answer.headers["Location"] == made.get_absolute_url()


def test_a_typed_title_makes_a_new_one_though_another_is_chosen(owner_client: Client, owner: User) -> None:
    render = make_render_row(make_video_row(owner))
    first = Collection.objects.create(owner=owner, title="The first of hers")
    words = {"kind": "render", "ref": render.ref, "to": first.ref, "title": " For snow "}
    owner_client.post("/collections/add/", words)
    made = Collection.objects.exclude(pk=first.pk).get()
    assert made.title == "For snow"
    assert [item.render for item in made.items.all()] == [render]
    assert not first.items.exists()


def test_it_adds_each_work_once(owner_client: Client, owner: User) -> None:
    video = make_video_row(owner)
    render = make_render_row(video)
    comparison = Comparison.objects.create(video=video, owner=owner, title="Two")
    target = Collection.objects.create(owner=owner, title="Both")
    for _ in range(2):
        owner_client.post("/collections/add/", {"kind": "render", "ref": render.ref, "to": target.ref})
        owner_client.post(
            "/collections/add/", {"kind": "comparison", "ref": comparison.ref, "to": target.ref}
        )
    assert [(item.render, item.comparison) for item in target.items.all()] == [
        (render, None),
        (None, comparison),
    ]


@pytest.mark.django_db(transaction=True)
def test_clicks_at_the_same_moment_add_each_work_once(owner: User) -> None:
    video = make_video_row(owner)
    works = [make_render_row(video) for _ in range(2)] * 2
    target = Collection.objects.create(owner=owner, title="Both")
    clicks = [
        partial(
            browser_of(owner).post,
            "/collections/add/",
            {"kind": "render", "ref": work.ref, "to": target.ref},
        )
        for work in works
    ]
    assert [answer.status_code for answer in at_once(*clicks)] == [302] * len(works)
    assert sorted(target.items.values_list("position", flat=True)) == [0, 1]
    assert {item.render for item in target.items.all()} == set(works)


def test_nobody_adds_to_a_collection_of_others_or_what_they_cannot_see(
    colleague_client: Client, visitor: Client, owner: User
) -> None:
    render = make_render_row(make_video_row(owner))
    hidden = make_render_row(make_video_row(owner, visibility=Visibility.PRIVATE))
    target = Collection.objects.create(owner=owner, title="Hers")
    to_hers = {"kind": "render", "ref": render.ref, "to": target.ref}
    assert colleague_client.post("/collections/add/", to_hers).status_code == 404
    of_hidden = {"kind": "render", "ref": hidden.ref, "title": "Stolen"}
    assert colleague_client.post("/collections/add/", of_hidden).status_code == 404
    assert "/login/" in visitor.post("/collections/add/", to_hers).headers["Location"]
    assert not target.items.exists()


def _ordered(owner: User, count: int = 3) -> Collection:
    target = Collection.objects.create(owner=owner, title="Three", visibility=Visibility.PUBLIC)
    video = make_video_row(owner)
    for position in range(count):
        render = make_render_row(video, make_filter(name=f"f{position}"))
        target.items.create(position=position, render=render)
    return target


def names(target: Collection) -> list[str]:
    return [item.render.version.filter.name for item in target.items.order_by("position") if item.render]


def test_it_moves_works_and_takes_them_out(owner_client: Client, owner: User) -> None:
    target = _ordered(owner)
    first, _, last = target.items.order_by("position")
    move = f"{target.get_absolute_url()}items/"
    there = owner_client.post(f"{move}{last.pk}/", {"by": "-1"})["Location"]
    assert names(target) == ["f0", "f2", "f1"]
    assert there == f"{target.get_absolute_url()}#item-{last.pk}", "and on goes who sees it moved"
    assert f'<li id="item-{last.pk}" tabindex="-1">' in owner_client.get(there).content.decode()
    owner_client.post(f"{move}{first.pk}/", {"by": "1"})
    assert names(target) == ["f2", "f0", "f1"]
    owner_client.post(f"{move}{first.pk}/", {"by": "0"})
    assert names(target) == ["f2", "f1"]


def test_a_move_writes_nothing_but_two_positions(owner_client: Client, owner: User) -> None:
    target = _ordered(owner, 4)
    target.items.filter(position=3).update(position=40_000)  # as after a long life
    before = dict(target.items.values_list("pk", "position"))
    last = target.items.last()
    assert last is not None
    owner_client.post(f"{target.get_absolute_url()}items/{last.pk}/", {"by": "-1"})
    assert names(target) == ["f0", "f1", "f3", "f2"]
    after = dict(target.items.values_list("pk", "position"))
    assert sorted(after.values()) == [0, 1, 2, 40_000]
    assert len(before.items() - after.items()) == 2


def test_a_collection_is_rotated_as_long_as_one_likes(owner_client: Client, owner: User) -> None:
    target = _ordered(owner)
    target.items.filter(position=2).update(position=32_767)
    more = make_render_row(make_video_row(owner), make_filter(name="more"))
    owner_client.post("/collections/add/", {"kind": "render", "ref": more.ref, "to": target.ref})
    assert names(target) == ["f0", "f1", "f2", "more"]
    target.put_in_order([item.pk for item in target.items.order_by("-position")])
    assert names(target) == ["more", "f2", "f1", "f0"]
    assert [item.position for item in target.items.all()] == [0, 1, 2, 3]


def test_a_full_collection_says_so(
    owner_client: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = _ordered(owner, 3)
    first = target.items.all()[0]
    monkeypatch.setattr("videos.models.collection.MOST", 3)
    more = make_render_row(make_video_row(owner))
    words = {"kind": "render", "ref": more.ref, "to": target.ref}
    page = owner_client.post("/collections/add/", words, follow=True).content.decode()
    assert "A collection holds 3 works at most" in page
    assert names(target) == ["f0", "f1", "f2"]
    assert first.render is not None
    owner_client.post(f"{target.get_absolute_url()}items/{first.pk}/", {"by": "0"})
    assert owner_client.post("/collections/add/", words).status_code == 302
    undo = reverse("collection-put-back", args=[target.ref, "render", first.render.ref, 0])
    page = owner_client.post(undo, follow=True).content.decode()
    assert "A collection holds 3 works at most" in page
    assert [item.render for item in target.items.all()][-1] == more


def test_a_long_collection_is_shown_in_pages_and_moves_follow_the_work(
    owner_client: Client, owner: User
) -> None:
    target = _ordered(owner, WORKS + 2)
    first, second = owner_client.get(target.get_absolute_url()), f"{target.get_absolute_url()}?page=2"
    assert len(first.context["page"].object_list) == WORKS
    assert f"{WORKS + 2} works" in first.content.decode()
    page = owner_client.get(second).content.decode()
    assert f'start="{WORKS + 1}"' in page
    assert page.count("disabled") == 1, "the first of a page passes the last of the page before"
    item = target.items.all()[WORKS]
    move = f"{target.get_absolute_url()}items/{item.pk}/"
    goal = owner_client.post(move, {"by": "-1"}).headers["Location"]
    assert goal == f"{target.get_absolute_url()}#item-{item.pk}"
    goal = owner_client.post(move, {"by": "1"}).headers["Location"]
    assert goal == f"{second}#item-{item.pk}"
    assert owner_client.post(move, {"by": "0"}).headers["Location"] == f"{second}#arrange"


def test_cards_read_no_more_works_than_they_show(visitor: Client, owner: User) -> None:
    target = _ordered(owner, 9)
    hidden = make_render_row(make_video_row(owner, visibility=Visibility.PRIVATE))
    target.items.filter(position=1).update(render=hidden)
    page = visitor.get("/collections/")
    card = page.context["others"][0].gathered
    assert ([item.position for item in card.first], card.count) == ([0, 2, 3, 4], 8)
    assert "8 works" in page.content.decode()


def test_a_move_passes_works_that_are_not_to_be_seen_any_more(
    owner_client: Client, owner: User, colleague: User
) -> None:
    target = _ordered(owner, 2)
    first, last = target.items.order_by("position")
    hidden = make_render_row(
        make_video_row(colleague, visibility=Visibility.PRIVATE), make_filter(name="hidden")
    )
    target.items.filter(pk=last.pk).update(position=2)
    target.items.create(position=1, render=hidden)
    move = f"{target.get_absolute_url()}items/"
    owner_client.post(f"{move}{last.pk}/", {"by": "-1"})
    assert names(target) == ["f1", "hidden", "f0"], "which keep their places"
    owner_client.post(f"{move}{last.pk}/", {"by": "1"})
    assert names(target) == ["f0", "hidden", "f1"]
    owner_client.post(f"{move}{last.pk}/", {"by": "1"})
    owner_client.post(f"{move}{first.pk}/", {"by": "-1"})
    assert names(target) == ["f0", "hidden", "f1"], "there is nothing to be seen beyond them"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by", ["-1", "0", "1"])
def test_a_click_on_what_another_takes_out_finds_nothing(owner: User, by: str) -> None:
    target = _ordered(owner)
    address = f"{target.get_absolute_url()}items/{target.items.all()[1].pk}/"
    clicks = [partial(browser_of(owner).post, address, {"by": by}) for by in ("0", by, by)]
    answers = [answer.status_code for answer in at_once(*clicks)]
    assert set(answers) <= {302, 404}
    assert by != "0" or answers.count(302) == 1
    assert names(target) == ["f0", "f2"]


def test_it_refuses_odd_moves_and_strangers(
    owner_client: Client, colleague_client: Client, owner: User
) -> None:
    target = _ordered(owner)
    item = target.items.order_by("position")[1]
    address = f"{target.get_absolute_url()}items/{item.pk}/"
    assert owner_client.post(address, {"by": "700"}).status_code == 404
    assert colleague_client.post(address, {"by": "0"}).status_code == 404
    assert names(target) == ["f0", "f1", "f2"]


def test_it_shows_only_works_that_the_viewer_may_see(visitor: Client, owner: User) -> None:
    target = _ordered(owner, 1)
    hidden = make_render_row(make_video_row(owner, title="Hidden", visibility=Visibility.PRIVATE))
    target.items.create(position=5, render=hidden)
    page = visitor.get(target.get_absolute_url()).content.decode()
    assert "f0" in page
    assert "Hidden" not in page


def test_cards_of_collections_show_no_pictures_of_private_works(visitor: Client, owner: User) -> None:
    target = _ordered(owner, 1)
    hidden = make_render_row(make_video_row(owner, visibility=Visibility.PRIVATE), poster="posters/h.jpg")
    target.items.create(position=5, render=hidden)
    assert hidden.ref not in visitor.get("/collections/").content.decode()


def test_private_collections_are_their_owners_business(
    owner_client: Client, visitor: Client, owner: User
) -> None:
    mine = Collection.objects.create(owner=owner, title="Mine", visibility=Visibility.PRIVATE)
    assert visitor.get(mine.get_absolute_url()).status_code == 404
    assert "Mine" not in visitor.get("/collections/").content.decode()
    assert "Mine" in owner_client.get("/collections/").content.decode()


def test_only_its_owner_edits_and_deletes_it(
    owner_client: Client, colleague_client: Client, owner: User
) -> None:
    target = _ordered(owner, 1)
    words = {"title": "Renamed", "text": "Why", "visibility": "private"}
    assert colleague_client.post(f"{target.get_absolute_url()}edit/", words).status_code == 404
    assert colleague_client.post(f"{target.get_absolute_url()}delete/").status_code == 404
    owner_client.post(f"{target.get_absolute_url()}edit/", words)
    target.refresh_from_db()
    assert (target.title, target.text, target.visibility) == ("Renamed", "Why", "private")
    owner_client.post(f"{target.get_absolute_url()}delete/")
    assert not Collection.objects.exists()


def test_the_form_makes_one_and_asks_for_a_title(owner_client: Client, visitor: Client, owner: User) -> None:
    asked = owner_client.post("/collections/", {"title": "", "visibility": "public"})
    assert asked.status_code == 422
    said = re.search(r'aria-describedby="([^"]+)"', asked.content.decode())
    assert said is not None and f'id="{said[1]}"' in asked.content.decode()
    assert visitor.post("/collections/", {"title": "No", "visibility": "public"}).status_code == 404
    owner_client.post("/collections/", {"title": "Yes", "text": "", "visibility": "public"})
    assert Collection.objects.get().title == "Yes"


def listed(client: Client, address: str = "/collections/") -> tuple[list[str], list[str]]:
    """The titles of one's own collections and of those of others on a page."""
    context = client.get(address).context
    return [one.title for one in context["mine"]], [one.title for one in context["others"]]


def test_all_lists_show_the_public_ones_and_ones_own(
    visitor: Client, owner_client: Client, staff_client: Client, owner: User, colleague: User, staff: User
) -> None:
    for maker in (owner, colleague):
        for visibility in Visibility.values:
            title = f"{maker.username}, {visibility}"
            Collection.objects.create(owner=maker, title=title, visibility=visibility)
    Collection.objects.create(owner=owner, title="Gone", visibility="public", removed_at=timezone.now())
    public = {f"{maker.username}, public" for maker in (owner, colleague)}
    own = {f"{owner.username}, {visibility}" for visibility in Visibility.values}
    for client, person, expected in (
        (visitor, AnonymousUser(), public),
        (owner_client, owner, public | own),
        (staff_client, staff, public),
    ):
        assert {one.title for one in Collection.objects.listed_for(person)} == expected
        assert {one.title for one in client.get("/collections/").context["page"]} == expected
        assert {one["title"] for one in client.get("/api/collections").json()["items"]} == expected


def test_ones_own_collections_come_first_and_pages_turn_through_both(
    owner_client: Client, owner: User, stranger: User
) -> None:
    for number in range(19):
        Collection.objects.create(owner=owner, title=f"mine {number}")
    Collection.objects.create(owner=stranger, title="theirs", visibility=Visibility.PUBLIC)
    Collection.objects.create(owner=stranger, title="not for all", visibility=Visibility.UNLISTED)
    assert listed(owner_client) == ([f"mine {number}" for number in range(18, 0, -1)], [])
    assert listed(owner_client, "/collections/?page=2") == (["mine 0"], ["theirs"])


def compared(*renders: Render | None) -> Comparison:
    """A comparison of some renders and, where None stands, of their footage."""
    (video,) = {render.video for render in renders if render}
    made = Comparison.objects.create(video=video, owner=video.owner, title="Both", visibility="public")
    for position, render in enumerate(renders):
        made.items.create(position=position, render=render)
    return made


def test_a_comparison_shows_what_it_compares_wherever_its_picture_is(visitor: Client, owner: User) -> None:
    video = make_video_row(owner, poster="posters/v.jpg")
    night, wave = (make_render_row(video, make_filter(), poster="posters/r.jpg") for _ in range(2))
    unfinished = make_render_row(video, poster="posters/r.jpg", state=Render.State.QUEUED)
    comparison = compared(night, None, wave, night, unfinished)
    target = Collection.objects.create(owner=owner, title="Gathered", visibility=Visibility.PUBLIC)
    target.add(comparison=comparison)
    itself, gathered = comparison.get_absolute_url(), target.get_absolute_url()
    person = f"/people/{owner.username}/"
    for address, link in (
        (gathered, itself),
        ("/collections/", gathered),
        (video.get_absolute_url(), itself),
        (person, itself),
    ):
        page = visitor.get(address).content.decode()
        _, _, picture = page.partition(f'href="{link}"')
        slices = re.findall(r'--from:(\S+);.*?src="/media/([^"?]+)', picture.partition("</a>")[0])
        assert slices == [
            ("0.0000", f"render/{night.ref}/poster.jpg"),
            ("0.3333", f"video/{video.ref}/poster.jpg"),
            ("0.6667", f"render/{wave.ref}/poster.jpg"),
        ], address


def test_a_comparison_of_hidden_footage_shows_none_of_it(
    colleague_client: Client, owner: User, colleague: User
) -> None:
    video = make_video_row(owner, poster="posters/v.jpg")
    render = make_render_row(video, poster="posters/r.jpg")
    comparison = compared(None, render)
    Comparison.objects.update(owner=colleague)
    target = Collection.objects.create(owner=colleague, title="Gathered")
    target.add(comparison=comparison)
    assert "poster.jpg" in colleague_client.get(target.get_absolute_url()).content.decode()
    type(video).objects.update(visibility=Visibility.PRIVATE)
    page = colleague_client.get(target.get_absolute_url()).content.decode()
    assert comparison.title in page
    assert "poster.jpg" not in page


def test_many_collections_ask_the_database_no_more_than_one(
    owner_client: Client, owner: User, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    render = make_render_row(make_video_row(owner, poster="posters/v.jpg"), poster="posters/r.jpg")

    def collect() -> None:
        target = Collection.objects.create(owner=owner, title="Gathered")
        target.add(render=render)
        target.add(comparison=compared(render, None))

    collect()
    with django_assert_max_num_queries(12) as one:
        owner_client.get("/collections/")
    for _ in range(5):
        collect()
    with django_assert_num_queries(len(one.captured_queries)):
        owner_client.get("/collections/")
