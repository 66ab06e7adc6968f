"""Comparisons that are saved: coming back to them, changing them, who sees what in them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.api.conftest import program_of
from tests.at_once import at_once, browser_of
from tests.factories import make_render_row, make_video_row
from tests.form import Fields
from tests.gallery.compared import address, player
from videos.models import Collection, Comparison, Video, Visibility
from videos.pipeline import removal

Queries = Callable[..., AbstractContextManager[Any]]


def saved_wipe(client: Client, video: Video, **fields: str) -> Any:
    wish = {
        "title": "Keeps the shadows",
        "visibility": "unlisted",
        "layout": "wipe",
        "a": "o",
        "cut": "31.5",
        "t": "7",
    }
    return client.post(f"{address(video)}save/", wish | fields)


def test_it_saves_the_arrangement_and_comes_back_to_it(
    colleague_client: Client, visitor: Client, owner: User
) -> None:
    video = make_video_row(owner)
    render = make_render_row(video)
    view = {"zoom": "2,0.25,0.75", "lens": "0.1,0.9", "in": "3", "out": "20"}
    answer = saved_wipe(colleague_client, video, b=render.ref, **view)
    saved = Comparison.objects.get()
    assert answer.headers["Location"] == saved.get_absolute_url()
    data = player(visitor, saved.get_absolute_url())
    assert (data["a"], data["b"], data["cut"], data["t"]) == ("o", render.ref, 31.5, 7)
    assert (data["in"], data["out"], data["zoom"]) == (3, 20, [2.0, 0.25, 0.75])
    assert data["lens"] == [0.1, 0.9]


def test_a_look_at_a_comparison_counts_once_a_browser_and_not_for_its_owner(
    colleague: User, colleague_client: Client, owner_client: Client, visitor: Client, owner: User
) -> None:
    video = make_video_row(owner)
    saved = Comparison.objects.create(video=video, owner=colleague, title="Two", visibility="public")
    for client in (visitor, visitor, owner_client, colleague_client):
        assert client.get(saved.get_absolute_url()).status_code == 200
    visitor.head(saved.get_absolute_url())
    saved.refresh_from_db()
    assert saved.views == 2


def test_it_saves_a_grid_in_its_order(owner_client: Client, owner: User) -> None:
    video = make_video_row(owner)
    refs = [make_render_row(video).ref for _ in range(3)]
    order = [refs[2], "o", refs[0]]
    saved_wipe(owner_client, video, layout="grid", grid=",".join(order), b=refs[1])
    data = player(owner_client, Comparison.objects.get().get_absolute_url())
    assert (data["layout"], data["grid"], data["b"]) == ("grid", order, refs[1])


def test_nobody_saves_without_signing_in_or_on_footage_they_cannot_see(
    visitor: Client, stranger_client: Client, owner: User
) -> None:
    public = make_video_row(owner)
    assert "/login/" in saved_wipe(visitor, public).headers["Location"]
    assert (
        saved_wipe(stranger_client, make_video_row(owner, visibility=Visibility.PRIVATE)).status_code == 404
    )
    assert not Comparison.objects.exists()


def test_that_private_footage_keeps_its_comparisons_private_is_said_where_they_are_saved(
    owner_client: Client, visitor: Client, owner: User
) -> None:
    """An address that is meant for whoever has it would open to nobody."""
    video, words = make_video_row(owner, visibility=Visibility.PRIVATE), "The footage is private: whatever"
    assert words in owner_client.get(address(video)).content.decode()
    saved_wipe(owner_client, video, visibility="public")
    saved = Comparison.objects.get().get_absolute_url()
    assert words in owner_client.get(saved).content.decode()
    assert visitor.get(saved).status_code == 404
    Video.objects.update(visibility=Visibility.UNLISTED)
    assert words not in owner_client.get(saved).content.decode()
    assert visitor.get(saved).status_code == 200


def test_a_comparison_without_a_title_is_asked_for_one(owner_client: Client, owner: User) -> None:
    answer = saved_wipe(owner_client, make_video_row(owner), title=" ")
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()


def test_only_its_owner_edits_and_deletes_it(
    owner_client: Client, colleague_client: Client, owner: User
) -> None:
    video = make_video_row(owner)
    saved_wipe(owner_client, video)
    saved = Comparison.objects.get()
    words = {"title": "Mine now", "visibility": "public"}
    for act in ("edit/", "delete/"):
        assert colleague_client.post(f"{saved.get_absolute_url()}{act}", words).status_code == 404
    owner_client.post(f"{saved.get_absolute_url()}edit/", words | {"title": "Better"})
    saved.refresh_from_db()
    assert (saved.title, saved.visibility, saved.items.count()) == ("Better", "public", 2)
    owner_client.post(f"{saved.get_absolute_url()}delete/")
    assert not Comparison.objects.exists()
    assert Video.objects.filter(pk=video.pk).exists()


def test_a_saved_comparison_shows_nothing_its_viewer_may_not_see(
    owner_client: Client, visitor: Client, owner: User
) -> None:
    video = make_video_row(owner)
    saved_wipe(owner_client, video, visibility="public")
    saved = Comparison.objects.get()
    assert visitor.get(saved.get_absolute_url()).status_code == 200
    Video.objects.filter(pk=video.pk).update(visibility=Visibility.PRIVATE)
    assert visitor.get(saved.get_absolute_url()).status_code == 404


def test_words_are_edited_and_deleted_where_the_footage_was_made_private_meanwhile(
    colleague_client: Client, owner: User
) -> None:
    """Its page shows its maker no render then: that must not become the arrangement."""
    video = make_video_row(owner)
    render = make_render_row(video)
    saved_wipe(colleague_client, video, b=render.ref)
    saved = Comparison.objects.get()
    Video.objects.filter(pk=video.pk).update(visibility=Visibility.PRIVATE)
    sent = {"title": "Dusk", "visibility": "public", "layout": "wipe", "a": "o", "b": "o", "t": "0"}
    assert colleague_client.post(f"{saved.get_absolute_url()}edit/", sent).status_code == 302
    saved.refresh_from_db()
    assert (saved.title, saved.view["pair"]) == ("Dusk", ["o", render.ref])
    assert [item.render for item in saved.items.all()] == [None, render]
    answer = colleague_client.post(f"{saved.get_absolute_url()}delete/", follow=True)
    assert answer.status_code == 200
    assert "is gone. Its renders are still there." in answer.content.decode()


def test_footage_that_was_made_private_tells_nothing_new_to_whoever_compared_it_before(
    colleague_client: Client, owner: User, colleague: User
) -> None:
    """Neither what it is called by now nor its size, on no page with the comparison."""
    video = make_video_row(owner, title="Open day")
    saved_wipe(colleague_client, video, b=make_render_row(video).ref, text="What dusk does.")
    saved = Comparison.objects.get()
    gathered = Collection.objects.create(owner=colleague, title="Gathered")
    gathered.add(comparison=saved)
    itself = saved.get_absolute_url()
    pages = (itself, f"/people/{colleague.username}/", gathered.get_absolute_url())
    shown = [colleague_client.get(page).content.decode() for page in pages]
    assert all("Open day" in page for page in shown)

    Video.objects.update(visibility=Visibility.PRIVATE, title="Our wedding", width=56788, height=12346)
    shown = [colleague_client.get(page).content.decode() for page in pages]
    refused = colleague_client.post(f"{itself}edit/", {"title": "", "visibility": "public"})
    assert refused.status_code == 422
    assert all("Keeps the shadows" in page for page in shown)
    for page in (*shown, refused.content.decode()):
        assert not [word for word in ("Our wedding", "56788", "12346", video.ref, "olga") if word in page]
    assert "What dusk does." in shown[0]
    assert Fields(shown[0], f"{itself}edit/").sent["title"] == ["Keeps the shadows"]
    assert Fields(shown[0], f"{itself}delete/").sent


DELETED = "One of its renders was deleted."


@pytest.mark.parametrize("for_good", [False, True])
@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        ({"a": "o", "b": "gone"}, ("o", "o", ["o"])),
        ({"a": "gone", "b": "kept"}, ("o", "kept", ["kept"])),
        ({"layout": "grid", "a": "gone", "b": "kept", "grid": "gone,kept,o"}, ("o", "kept", ["kept", "o"])),
        ({"layout": "grid", "a": "o", "b": "gone", "grid": "gone"}, ("o", "o", ["o"])),
    ],
)
def test_a_render_that_was_deleted_leaves_the_comparison_standing_without_one_that_nobody_chose(
    owner_client: Client,
    visitor: Client,
    owner: User,
    chosen: dict[str, str],
    left: tuple[str, str, list[str]],
    for_good: bool,
) -> None:
    video = make_video_row(owner)
    gone, kept = make_render_row(video), make_render_row(video)
    make_render_row(video)  # nobody chose this one

    def named(words: str) -> str:
        return words.replace("gone", gone.ref).replace("kept", kept.ref)

    saved_wipe(owner_client, video, **{field: named(value) for field, value in chosen.items()})
    saved = Comparison.objects.get()
    where = saved.get_absolute_url()
    assert DELETED not in visitor.get(where).content.decode()
    if for_good:
        gone.delete()
    else:
        removal.put_away(gone)
    data = player(visitor, where)
    assert (data["a"], data["b"], data["grid"]) == (named(left[0]), named(left[1]), [*map(named, left[2])])
    assert DELETED in visitor.get(where).content.decode()
    assert DELETED not in visitor.get(where, {"a": "o", "b": kept.ref}).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_leave_the_whole_arrangement_of_one(owner: User) -> None:
    video = make_video_row(owner)
    first, second = make_render_row(video), make_render_row(video)
    saved = Comparison.objects.create(video=video, owner=owner, title="Two")
    saved.arrange("wipe", {}, [None, first])
    program, browser = program_of(owner), browser_of(owner)
    words = {
        "title": "Two",
        "visibility": "unlisted",
        "layout": "grid",
        "grid": f"{first.ref},{second.ref},o",
    }
    wish = {"layout": "blink", "renders": [second.ref, first.ref]}
    answers = at_once(
        lambda: browser.post(f"{saved.get_absolute_url()}edit/", words).status_code,
        lambda: program.ask("PATCH", f"/comparisons/{saved.ref}", wish).status_code,
    )
    assert sorted(answers) == [200, 302]
    saved.refresh_from_db()
    stand = [item.render for item in saved.items.order_by("position")]
    assert (saved.layout, stand) in [("grid", [first, second, None]), ("blink", [second, first])]
