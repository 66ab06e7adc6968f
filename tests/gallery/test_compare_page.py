"""Comparing: what the player is given, and which films an address names."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from filters.models import FilterVersion
from tests.factories import make_filter, make_render_row, make_video_row
from tests.gallery.compared import address, player
from videos.models import Render
from videos.names import told_apart

Queries = Callable[..., AbstractContextManager[Any]]


def test_the_player_knows_the_exact_rate_and_every_finished_render(visitor: Client, owner: User) -> None:
    video = make_video_row(owner, rate_numerator=30000, rate_denominator=1001, frame_count=239)
    whole = make_render_row(video)
    part = make_render_row(video, start_frame=24, stop_frame=96)
    make_render_row(video, state=Render.State.RENDERING)
    data = player(visitor, address(video))
    assert (data["rate"], data["frames"]) == ([30000, 1001], 239)
    assert [(one["ref"], one["start"], one["stop"]) for one in data["picks"]] == [
        ("o", 0, 239),
        (whole.ref, 0, 239),
        (part.ref, 24, 96),
    ]
    assert data["picks"][1]["src"] == f"/media/render/{whole.ref}/video.mp4"


def test_a_window_that_a_small_film_fills_sharply_plays_it(visitor: Client, owner: User) -> None:
    video = make_video_row(owner, width=1280, height=720, proxy="proxies/v.mp4")
    render = make_render_row(video)  # of before there were small films
    media = f"/media/video/{video.ref}"
    page = visitor.get(address(video)).content.decode()
    sources = f'<source media="(max-width: 441px)" src="{media}/proxy.mp4"><source src="{media}/footage.mp4">'
    assert sources in page
    assert f'<video src="/media/render/{render.ref}/video.mp4"' in page
    assert (
        f'<video src="{media}/proxy.mp4"' in visitor.get(address(video), {"layout": "grid"}).content.decode()
    )
    assert player(visitor, address(video))["density"] == pytest.approx(640 / 441, abs=0.01)


def test_keys_are_said_in_the_order_of_what_they_do(visitor: Client, owner: User) -> None:
    page = visitor.get(address(make_video_row(owner))).content.decode()
    keys = (settings.BASE_DIR / "static/js/compare/keys.js").read_text()
    assert "ArrowUp: () => player.next(-1)," in keys
    assert "<kbd>↑</kbd> <kbd>↓</kbd></dt><dd>the previous and next filter at B" in page


def test_renders_under_one_filter_are_told_apart_by_their_names(visitor: Client, owner: User) -> None:
    video, night = make_video_row(owner), make_filter(name="Night")
    make_render_row(video, night)
    make_render_row(video, night, strength="0.5")
    make_render_row(video, night, strength="0.5", start_frame=24, stop_frame=40)
    make_render_row(video, make_filter(name="Day"), strength="0.2")
    data = player(visitor, address(video))
    names = [one["name"] for one in data["picks"]]
    part = "Night · strength 0.5 · frames 24–39"
    assert [name.replace("0.50", "0.5") for name in names] == [
        "Original",
        "Night",
        "Night · strength 0.5",
        part,
        "Day",
    ]


def test_versions_of_a_filter_with_the_same_settings_are_told_apart_too(owner: User) -> None:
    video, night = make_video_row(owner), make_filter(name="Night")
    first = make_render_row(video, night)
    kept = {"weights": "x.onnx", "kind": FilterVersion.Kind.ONNX}
    newer = FilterVersion.objects.create(filter=night, number=2, **kept)
    second = Render.objects.create(video=video, owner=owner, version=newer, height=90, stop_frame=48)
    assert told_apart([first, second]) == {first.pk: "Night · v1", second.pk: "Night · v2"}
    assert told_apart([first, first]) == {first.pk: "Night"}


def test_no_screen_reader_reads_every_frame_aloud(visitor: Client, owner: User) -> None:
    """An output is a live region unless it says otherwise."""
    video = make_video_row(owner)
    for page in (address(video), video.get_absolute_url()):
        shown = visitor.get(page).content.decode()
        for name in ("time", "frame"):
            assert f'<output data-out="{name}" aria-live="off">' in shown


@pytest.mark.parametrize(("first", "last", "kept"), [("3", "20", [3, 20]), ("20", "3", [None, None])])
def test_a_range_that_ends_before_it_begins_is_none(
    visitor: Client, owner: User, first: str, last: str, kept: list[int | None]
) -> None:
    data = player(visitor, address(make_video_row(owner)), **{"in": first, "out": last})
    assert [data["in"], data["out"]] == kept


def test_without_an_arrangement_it_compares_the_original_with_a_render(visitor: Client, owner: User) -> None:
    video = make_video_row(owner)
    render = make_render_row(video)
    data = player(visitor, address(video))
    assert (data["layout"], data["a"], data["b"]) == ("wipe", "o", render.ref)


def test_without_an_arrangement_the_newest_renders_are_shown(visitor: Client, owner: User) -> None:
    """One may have been finished after others that were asked for later."""
    video = make_video_row(owner)
    since = timezone.now()
    made = [
        make_render_row(video, finished_at=since + timedelta(hours=hour)) for hour in (9, 0, *range(1, 9))
    ]
    newest, oldest = made[0].ref, made[1].ref
    data = player(visitor, address(video))
    assert (data["a"], data["b"]) == ("o", newest)
    assert (data["grid"], len(data["picks"])) == (["o", *(one.ref for one in made[3:]), newest], 11)
    assert player(visitor, address(video), a=newest)["b"] == made[-1].ref
    assert player(visitor, address(video), b=oldest)["b"] == oldest


def test_a_single_render_at_a_is_compared_with_the_original(visitor: Client, owner: User) -> None:
    render = make_render_row(make_video_row(owner))
    data = player(visitor, address(render.video), a=render.ref)
    assert (data["a"], data["b"]) == (render.ref, "o")


def test_without_script_it_is_plain_videos_side_by_side(visitor: Client, owner: User) -> None:
    video = make_video_row(owner)
    one, two = make_render_row(video), make_render_row(video)
    page = visitor.get(address(video), {"a": one.ref, "b": two.ref}).content.decode()
    assert page.count("<video ") == 2
    assert page.count(" controls ") == 2
    grid = visitor.get(address(video), {"layout": "grid", "grid": f"o,{one.ref},{two.ref}"}).content.decode()
    assert grid.count("<video ") == 3


def test_it_leaves_out_renders_of_other_footage_and_what_makes_no_sense(visitor: Client, owner: User) -> None:
    video = make_video_row(owner, frame_count=48)
    mine, other = make_render_row(video), make_render_row(make_video_row(owner))
    data = player(
        visitor,
        address(video),
        a=other.ref,
        b="<b>",
        grid=f"o,{other.ref},{mine.ref},{mine.ref}",
        layout="circus",
        t="4711",
        zoom="nan,inf,3",
        cut="-5",
        lens="7,nan",
    )
    assert (data["a"], data["b"], data["grid"]) == ("o", mine.ref, ["o", mine.ref])
    assert (data["layout"], data["t"], data["zoom"], data["cut"]) == ("wipe", 47, [1.0, 0.5, 1.0], 0.0)
    assert data["lens"] == [1.0, 0.5]


def test_the_number_of_queries_does_not_grow_with_the_renders(
    visitor: Client, owner: User, django_assert_num_queries: Queries, django_assert_max_num_queries: Queries
) -> None:
    video = make_video_row(owner)
    make_render_row(video)
    visitor.get(address(video))
    with django_assert_max_num_queries(5) as few:
        visitor.get(address(video))
    for _ in range(5):
        make_render_row(video, make_filter())
    with django_assert_num_queries(len(few.captured_queries)):
        visitor.get(address(video))
