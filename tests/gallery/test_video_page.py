"""The page of a video: who sees it, what is on it, how looks are counted, what changes by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from tests.factories import make_filter, make_render_row, make_video_row
from videos.models import Comparison, DayOfLooks, Render, Segment, ShareLink, Video, Visibility

Queries = Callable[..., AbstractContextManager[Any]]


def test_it_shows_public_footage_and_its_finished_renders(visitor: Client, owner: User) -> None:
    video = make_video_row(owner, title="Low tide")
    make_render_row(video, make_filter(name="Blue"))
    make_render_row(video, make_filter(name="Half done"), state=Render.State.RENDERING)
    page = visitor.get(video.get_absolute_url()).content.decode()
    assert "Low tide" in page and "Blue" in page
    assert "Half done" not in page


def test_the_owner_sees_how_far_renders_are(owner_client: Client, owner: User) -> None:
    video = make_video_row(owner)
    running = make_render_row(
        video, make_filter(name="Half done"), state=Render.State.RENDERING, frames_total=100, frames_done=50
    )
    for index, state in enumerate(["finished", "running", "pending", "pending"]):
        Segment.objects.create(render=running, index=index, start=index, stop=index + 1, state=state)
    make_render_row(video, make_filter(name="Broken"), state=Render.State.FAILED, error="Out of memory.")
    page = owner_client.get(video.get_absolute_url()).content.decode()
    assert "49 % · segment 1 of 4" in page
    assert "Out of memory." in page
    assert "data-live=" in page


def test_looking_how_far_renders_are_asks_no_more_for_many(
    owner_client: Client,
    owner: User,
    django_assert_num_queries: Queries,
    django_assert_max_num_queries: Queries,
) -> None:
    """A page that is open asks every other second."""
    video, one = make_video_row(owner), make_filter()
    address = f"{video.get_absolute_url()}live/"

    def begun(number: int, state: str) -> None:
        made = make_render_row(video, one, state=state, start_frame=number)
        Segment.objects.create(render=made, index=0, start=number, stop=48, state="finished")

    begun(0, "queued")
    begun(1, "rendering")
    with django_assert_max_num_queries(8) as few:
        owner_client.get(address)
    for number in range(2, 10):
        begun(number, ("queued", "rendering")[number % 2])
    with django_assert_num_queries(len(few.captured_queries)):
        page = owner_client.get(address).content.decode()
    assert "8 before it in the queue" in page and "segment 1 of 1" in page


def test_private_footage_is_the_same_404_as_none_at_all(
    visitor: Client, stranger_client: Client, owner_client: Client, owner: User
) -> None:
    video = make_video_row(owner, visibility=Visibility.PRIVATE)
    render = make_render_row(video)
    for address in (
        video.get_absolute_url(),
        f"{video.get_absolute_url()}live/",
        f"{video.get_absolute_url()}compare/",
        f"{video.get_absolute_url()}contact/",
        render.get_absolute_url(),
    ):
        assert visitor.get(address).status_code == 404, address
        assert stranger_client.get(address).status_code == 404, address
        assert owner_client.get(address).status_code == 200, address
    assert visitor.get("/v/nothing-here/").status_code == 404


def test_a_share_link_opens_it_and_goes_along_in_its_links(visitor: Client, owner: User) -> None:
    video = make_video_row(owner, visibility=Visibility.PRIVATE)
    shown = make_render_row(video, make_filter(name="Shown"))
    make_render_row(video, make_filter(name="Kept back"))
    _, token = ShareLink.make(owner, shown)
    page = visitor.get(video.get_absolute_url(), {"share": token}).content.decode()
    assert "Shown" in page
    assert "Kept back" not in page
    assert f"/media/video/{video.ref}/footage.mp4?share={token}" in page
    assert f"{shown.get_absolute_url()}?share={token}" in page


def test_the_page_of_a_render_puts_it_on_the_stage(visitor: Client, owner: User) -> None:
    video = make_video_row(owner)
    render = make_render_row(video)
    page = visitor.get(render.get_absolute_url()).content.decode()
    assert f"/media/render/{render.ref}/video.mp4" in page
    assert f"b={render.ref}" in page, "the button compares this one"


def test_why_an_upload_failed_and_what_its_file_is_called_is_its_owners_business(
    owner_client: Client, visitor: Client, owner: User
) -> None:
    """A link may be sent before the footage is ready."""
    facts = {"source_name": "for_the_lawyers.mp4", "source_size": 9, "error": "The file is not a video."}
    video = make_video_row(owner, state="failed", visibility=Visibility.PRIVATE, **facts)
    _, token = ShareLink.make(owner, video)
    shared = visitor.get(reverse("share", args=[token])).content.decode()
    own = owner_client.get(video.get_absolute_url()).content.decode()
    for words in ("for_the_lawyers", "The file is not a video."):
        assert words in own and words not in shared
    assert "This footage cannot be shown." in shared


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "ingesting", "stage": "making playable footage", "progress": 0.42, "source": "s"}, "42 %"),
        ({"state": "failed", "error": "The file is not a video. Choose another."}, "Choose another."),
    ],
)
def test_it_says_how_far_an_ingest_is_and_why_it_failed(
    owner_client: Client, visitor: Client, owner: User, fields: dict[str, Any], words: str
) -> None:
    video = make_video_row(owner, **fields)
    assert words in owner_client.get(video.get_absolute_url()).content.decode()
    assert visitor.get(video.get_absolute_url()).status_code == 404


def test_the_live_part_reloads_the_page_once_the_footage_is_ready(owner_client: Client, owner: User) -> None:
    video = make_video_row(owner, state=Video.State.INGESTING, source="s")
    live = f"{video.get_absolute_url()}live/?waits=ingest"
    assert "data-live" in owner_client.get(live).content.decode()
    Video.objects.filter(pk=video.pk).update(state=Video.State.READY)
    assert "data-reload" in owner_client.get(live).content.decode()


def test_deleting_a_render_is_asked_on_a_page_of_its_own(owner_client: Client, owner: User) -> None:
    """A question by script alone would not be asked without it."""
    render = make_render_row(make_video_row(owner))
    page = owner_client.get(render.get_absolute_url()).content.decode()
    address = reverse("render-delete", args=[render.ref])
    assert f'href="{address}"' in page and f'action="{address}"' not in page
    asked = owner_client.get(address).content.decode()
    assert f'href="{render.get_absolute_url()}">Keep it' in asked


@pytest.mark.parametrize("state", [Video.State.READY, Video.State.FAILED])
def test_deleting_footage_is_asked_once_where_what_is_lost_is_told(
    owner_client: Client, owner: User, state: str
) -> None:
    """A question in the menu before it would be answered “OK, for good”, and nothing would be deleted yet."""
    video = make_video_row(owner, state=state)
    page = owner_client.get(video.get_absolute_url()).content.decode()
    address = reverse("video-delete", args=[video.ref])
    assert f'href="{address}"' in page and f'action="{address}"' not in page
    assert owner_client.get(address).status_code == 200


def test_there_is_no_menu_where_it_would_be_empty(
    colleague_client: Client, owner_client: Client, owner: User
) -> None:
    video = make_video_row(owner)
    render = make_render_row(video)
    menu = 'aria-label="More"'
    assert menu not in colleague_client.get(video.get_absolute_url()).content.decode()
    assert menu in colleague_client.get(render.get_absolute_url()).content.decode()
    assert menu in owner_client.get(video.get_absolute_url()).content.decode()


def test_a_render_is_tried_again_without_leaving_the_page(owner_client: Client, owner: User) -> None:
    video = make_video_row(owner)
    shown = make_render_row(video)
    broken = make_render_row(video, state=Render.State.FAILED)
    for here in (video.get_absolute_url(), shown.get_absolute_url()):
        goal = re.search(r'name="next" value="([^"]+)"', owner_client.get(here).content.decode())
        assert goal is not None and goal[1] == f"{here}#renders"
        again = owner_client.post(f"{broken.get_absolute_url()}resume/", {"next": unescape(goal[1])})
        assert again["Location"] == f"{here}#renders"
        Render.objects.filter(pk=broken.pk).update(state=Render.State.FAILED)


def test_the_live_list_keeps_what_is_on_the_stage(owner_client: Client, owner: User) -> None:
    video = make_video_row(owner)
    shown = make_render_row(video)
    make_render_row(video, state=Render.State.RENDERING)
    for _ in range(2):
        page = owner_client.get(shown.get_absolute_url()).content.decode()
        live = re.search(r'data-live="([^"]+)"', page)
        assert live is not None
        page = owner_client.get(unescape(live[1])).content.decode()
        assert f'class="pick on" id="render-{shown.ref}"' in page
        assert 'class="pick" id="render-original"' in page


@pytest.mark.parametrize("state", [Render.State.FINISHED, Render.State.FAILED])
def test_the_page_of_a_render_that_is_waited_for_is_loaded_anew_once(
    owner_client: Client, owner: User, state: str
) -> None:
    video = make_video_row(owner)
    awaited = make_render_row(video, state=Render.State.RENDERING)
    make_render_row(video, state=Render.State.RENDERING)

    def live() -> str:
        page = owner_client.get(awaited.get_absolute_url()).content.decode()
        address = re.search(r'data-live="([^"]+)"', page)
        assert address is not None
        return unescape(address[1])

    while_it_runs = live()
    assert "data-reload" not in owner_client.get(while_it_runs).content.decode()
    Render.objects.filter(pk=awaited.pk).update(state=state)
    assert "data-reload" in owner_client.get(while_it_runs).content.decode()
    assert "data-reload" not in owner_client.get(live()).content.decode(), "and no more"


def test_the_live_list_stops_asking_when_nothing_runs_any_more(owner_client: Client, owner: User) -> None:
    video = make_video_row(owner)
    render = make_render_row(video, state=Render.State.QUEUED)
    live = f"{video.get_absolute_url()}live/"
    assert "data-live" in owner_client.get(live).content.decode()
    Render.objects.filter(pk=render.pk).update(state=Render.State.FINISHED)
    assert "data-live" not in owner_client.get(live).content.decode()


def test_a_look_counts_once_a_browser_and_not_for_the_owner(
    visitor: Client, owner_client: Client, owner: User
) -> None:
    video = make_video_row(owner)
    for client in (visitor, visitor, owner_client):
        client.get(video.get_absolute_url())
    visitor.head(video.get_absolute_url())
    video.refresh_from_db()
    assert video.views == 1
    assert DayOfLooks.objects.get(video=video).looks == 1


def test_visits_without_cookies_leave_no_sessions_behind(owner: User) -> None:
    render = make_render_row(make_video_row(owner))
    _, token = ShareLink.make(owner, render)
    compared = f"{render.video.get_absolute_url()}compare/"
    for address in (render.video.get_absolute_url(), render.get_absolute_url(), compared, f"/s/{token}/"):
        assert Client().get(address).status_code == 200
    assert not Session.objects.exists()
    render.video.refresh_from_db()
    assert render.video.views == 4


def test_a_forged_memory_of_looks_is_none(visitor: Client, owner: User) -> None:
    video = make_video_row(owner)
    visitor.cookies["looked_at"] = f"v{video.pk}"
    visitor.get(video.get_absolute_url())
    video.refresh_from_db()
    assert video.views == 1


def test_a_look_at_a_render_is_one_at_its_footage_too(visitor: Client, owner: User) -> None:
    video = make_video_row(owner)
    render = make_render_row(video)
    for address in (render.get_absolute_url(), render.get_absolute_url(), video.get_absolute_url()):
        visitor.get(address)
    video.refresh_from_db()
    render.refresh_from_db()
    assert (video.views, render.views) == (1, 1)


def test_unlisted_comparisons_of_others_push_none_from_the_page(
    visitor: Client, stranger_client: Client, owner: User, stranger: User, colleague: User
) -> None:
    video = make_video_row(owner)
    Comparison.objects.create(video=video, owner=owner, title="Everybodys", visibility=Visibility.PUBLIC)
    Comparison.objects.create(video=video, owner=stranger, title="Her own", visibility=Visibility.PRIVATE)
    Comparison.objects.bulk_create(
        Comparison(video=video, owner=colleague, title="Not listed", ref=f"ref-{n}") for n in range(51)
    )
    hers = stranger_client.get(video.get_absolute_url())
    assert [one.title for one in hers.context["comparisons"]] == ["Her own", "Everybodys"]
    assert [one.title for one in visitor.get(video.get_absolute_url()).context["comparisons"]] == [
        "Everybodys"
    ]


def test_what_owners_can_do_is_offered_to_owners_only(
    owner_client: Client, stranger_client: Client, owner: User
) -> None:
    video = make_video_row(owner)
    mine = owner_client.get(video.get_absolute_url()).content.decode()
    theirs = stranger_client.get(video.get_absolute_url()).content.decode()
    for part in (f"/v/{video.ref}/lab/", f"/v/{video.ref}/edit/", f"/v/{video.ref}/delete/", "download=1"):
        assert part in mine, part
        assert part not in theirs, part


def test_the_number_of_queries_does_not_grow_with_the_renders(
    visitor: Client, owner: User, django_assert_num_queries: Queries, django_assert_max_num_queries: Queries
) -> None:
    video = make_video_row(owner)
    make_render_row(video)
    visitor.get(video.get_absolute_url())
    with django_assert_max_num_queries(12) as few:
        visitor.get(video.get_absolute_url())
    for _ in range(4):
        make_render_row(video)
    with django_assert_num_queries(len(few.captured_queries)):
        visitor.get(video.get_absolute_url())
