"""Renders and stills over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from tests.api.conftest import Program, finish, program_of
from tests.factories import make_filter, make_render_row, make_video_row
from videos.models import Render, Still, Video
from videos.pipeline import stills


def test_a_render_is_asked_for_once(
    olgas: Program, video: Video, queue: Any, django_capture_on_commit_callbacks: Any
) -> None:
    make_filter("negative")
    wish = {"filter": "negative", "strength": 0.5, "images_per_second": 2, "height": 64}
    with django_capture_on_commit_callbacks(execute=True):
        told = olgas.post(f"/videos/{video.ref}/renders", wish)
    assert (told["state"], told["strength"], told["images_per_second"], told["height"]) == (
        "queued",
        0.5,
        2,
        64,
    )
    assert told["frames_total"] == 4
    assert olgas.post(f"/videos/{video.ref}/renders", wish, 200)["ref"] == told["ref"]
    assert queue.queues["render"].qsize() >= 1


def test_an_estimate_asks_for_nothing(olgas: Program, video: Video) -> None:
    make_filter("negative", cost_per_image="0.5")
    told = olgas.post(f"/videos/{video.ref}/estimate", {"filter": "negative", "images_per_second": 1}, 200)
    assert (told["images"], told["cost"]) == (2, 1.0)
    assert not Render.objects.exists()


def test_a_render_that_would_cost_more_than_one_may_is_not_begun(
    olgas: Program, video: Video, settings: Settings
) -> None:
    make_filter("negative", cost_per_image="0.5")
    path, settings.ALGORITHMIA_COST_PER_RENDER = f"/videos/{video.ref}", 1.0
    wish = {"filter": "negative", "images_per_second": 2}
    told = olgas.post(f"{path}/estimate", wish, 200)
    why = olgas.post(f"{path}/renders", wish, 422)["detail"]
    assert (told["cost"], told["refused"]) == (2.0, why)
    assert "It would cost $2.00, and one render may cost $1.00 here." in why
    assert not Render.objects.exists()
    affordable = {"filter": "negative", "images_per_second": 1}
    assert olgas.post(f"{path}/estimate", affordable, 200)["refused"] == ""
    settings.ALGORITHMIA_COST_PER_RENDER = 0.0
    olgas.post(f"{path}/renders", wish)


def test_a_render_that_has_become_too_dear_is_not_gone_on_with(
    olgas: Program, video: Video, queue: Any, settings: Settings, owner_client: Client
) -> None:
    make_filter("negative", cost_per_image="0.5")
    wish = {"filter": "negative", "smoothing": 0.5}
    whole = olgas.post(f"/videos/{video.ref}/estimate", wish, 200)["cost"]
    path = f"/renders/{olgas.post(f'/videos/{video.ref}/renders', wish)['ref']}"
    olgas.post(f"{path}/cancel", status=200)
    settings.ALGORITHMIA_COST_PER_RENDER = whole - 0.5
    assert f"It would cost ${whole:.2f}" in olgas.post(f"{path}/resume", status=422)["detail"]
    olgas.post(f"/videos/{video.ref}/renders", wish, 422)
    page = owner_client.post(reverse("render-resume", args=[path.split("/")[2]]), follow=True)
    assert f"It would cost ${whole:.2f}" in page.content.decode()
    assert Render.objects.get().state == "cancelled"
    settings.ALGORITHMIA_COST_PER_RENDER = whole
    assert olgas.post(f"{path}/resume", status=200)["state"] == "queued"


def test_stills_of_a_filter_cost_no_more_than_a_render_may(
    olgas: Program, video: Video, queue: Any, settings: Settings, owner_client: Client
) -> None:
    settings.ALGORITHMIA_COST_PER_RENDER = 0.05
    make_filter("dear", cost_per_image="0.01")
    path = f"/videos/{video.ref}/stills"
    for frame in range(5):
        olgas.post(path, {"filter": "dear", "frame": frame}, 202)
    for more in ({"frame": 5}, {"frame": 0, "height": 45}, {"frame": 0, "strength": 0.5}):
        assert "would cost $0.06 together" in olgas.post(path, {"filter": "dear", **more}, 422)["detail"]
    olgas.post(path, {"filter": "dear", "frame": 4}, 202)
    page = owner_client.post(
        reverse("lab-stills", args=[video.ref]), {"filter": ["dear"], "frame": "9", "height": "90"}
    )
    assert "would cost $0.06 together" in page.json()["stills"][0]["error"]
    assert Still.objects.count() == 5
    Still.objects.update(state="finished", cost="0.01")
    for softer in (0.5, 0.4):
        olgas.post(
            path, {"filter": "dear", "frame": 0, "strength": softer}, 202
        )  # painted already, and paid for
    olgas.post(path, {"filter": "dear", "frame": 5}, 422)
    Still.objects.filter(frame_index=1).update(state="failed")  # it was paid for all the same
    olgas.post(path, {"filter": "dear", "frame": 5}, 422)
    Still.objects.filter(frame_index=1).update(cost=0)
    Still.objects.filter(frame_index=0).exclude(strength=1).update(state="finished")
    olgas.post(path, {"filter": "dear", "frame": 5}, 202)
    long_ago = (
        timezone.now() - 2 * stills.REMEMBERED
    )  # nobody will paint that one, unless it is asked for again
    Still.objects.filter(frame_index=5).update(created_at=long_ago)
    olgas.post(path, {"filter": "dear", "frame": 6}, 202)


def test_a_filter_that_is_away_says_why(olgas: Program, video: Video) -> None:
    make_filter("negative").mark_unavailable("The service does not answer.")
    for path, more in (("renders", {}), ("estimate", {}), ("stills", {"frame": 0})):
        answer = olgas.ask("POST", f"/videos/{video.ref}/{path}", {"filter": "negative", **more})
        assert (answer.status_code, answer["Retry-After"]) == (503, "60")
        assert "The service does not answer." in answer.json()["detail"]


def test_stills_are_listed(olgas: Program, stellas: Program, video: Video, queue: Any) -> None:
    for slug in ("negative", "other"):
        make_filter(slug)
        for frame in (1, 2):
            olgas.post(f"/videos/{video.ref}/stills", {"filter": slug, "frame": frame}, 202)
    path = f"/videos/{video.ref}/stills"
    assert olgas.get(path)["count"] == 4
    [one] = olgas.get(f"{path}?filter=other&frame=2")["items"]
    assert (one["filter"], one["frame"], one["state"]) == ("other", 2, "queued")
    stellas.get(path, 404)


def test_stills_of_one_person_do_not_pile_up(
    olgas: Program, video: Video, queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stills, "MOST_UNFINISHED", 2)
    make_filter("negative")
    path = f"/videos/{video.ref}/stills"
    for frame in range(2):
        olgas.post(path, {"filter": "negative", "frame": frame}, 202)
    assert (
        "2 of your stills are waiting" in olgas.post(path, {"filter": "negative", "frame": 2}, 409)["detail"]
    )
    Still.objects.filter(frame_index=0).update(state="finished")
    olgas.post(path, {"filter": "negative", "frame": 2}, 202)


@pytest.mark.parametrize(
    ("wish", "status", "words"),
    [
        ({"filter": "nothing"}, 404, "no filter “nothing”"),
        ({"filter": "negative", "strength": 2}, 422, "strength"),
        ({"filter": "negative", "start_frame": 40, "stop_frame": 40}, 422, "range"),
        ({"filter": "negative", "stop_frame": 1000}, 422, "range"),
        ({"filter": "negative", "height": 10}, 422, "height"),
    ],
)
def test_a_wish_that_cannot_be_met_is_explained(
    olgas: Program, video: Video, wish: dict[str, Any], status: int, words: str
) -> None:
    make_filter("negative")
    assert words in olgas.post(f"/videos/{video.ref}/renders", wish, status)["detail"]
    assert not Render.objects.exists()


def test_nobody_paints_anothers_footage(stellas: Program, nobodys: Program, video: Video) -> None:
    make_filter("negative")
    stellas.post(f"/videos/{video.ref}/renders", {"filter": "negative"}, 404)
    nobodys.post(f"/videos/{video.ref}/renders", {"filter": "negative"}, 401)


def test_an_unfinished_render_is_its_owners(olgas: Program, nobodys: Program, render: Render) -> None:
    assert olgas.get(f"/renders/{render.ref}")["filter"] == "negative"
    assert olgas.get("/renders?state=queued&filter=negative")["count"] == 1
    assert olgas.get(f"/videos/{render.video.ref}/renders")["count"] == 1
    assert nobodys.get(f"/videos/{render.video.ref}/renders")["count"] == 0
    nobodys.get(f"/renders/{render.ref}", 404)
    finish(render)
    assert nobodys.get(f"/renders/{render.ref}")["video"].endswith(f"/media/render/{render.ref}/video.mp4")


def test_who_is_no_longer_staff_sees_and_changes_what_anybody_does(
    colleague: User, olgas: Program, video: Video
) -> None:
    was_staff = program_of(colleague)
    session = Client()
    session.force_login(colleague)
    now = timezone.now()
    private = make_video_row(video.owner, title="Where we live now", visibility="private")
    hidden = make_render_row(private, owner=colleague, finished_at=now)
    seen = make_render_row(video, owner=colleague, finished_at=now)
    make_render_row(video, owner=colleague, state="failed", finished_at=now)
    assert [one["ref"] for one in was_staff.get("/renders")["items"]] == [seen.ref]
    for page in (reverse("queue"), "/api/renders"):
        assert "Where we live now" not in session.get(page).content.decode()
    assert was_staff.get(f"/renders/{seen.ref}")["may_change"] is False
    for one in (hidden, seen):
        assert was_staff.ask("DELETE", f"/renders/{one.ref}").status_code == 404
    assert len(olgas.get("/renders")["items"]) == 3
    User.objects.filter(pk=colleague.pk).update(is_staff=True)
    assert len(was_staff.get("/renders")["items"]) == 3
    assert was_staff.ask("DELETE", f"/renders/{seen.ref}").status_code == 204


def test_segments_tell_the_progress(olgas: Program, stellas: Program, render: Render) -> None:
    told = olgas.get(f"/renders/{render.ref}/segments")
    assert told["count"] == render.segments.count()
    assert told["items"][0]["state"] == "pending"
    stellas.get(f"/renders/{render.ref}/segments", 404)


def test_a_render_is_paused_gone_on_with_and_cancelled(
    olgas: Program, stellas: Program, render: Render
) -> None:
    path = f"/renders/{render.ref}"
    stellas.post(f"{path}/cancel", status=404)
    for step, state in (
        ("pause", "paused"),
        ("resume", "queued"),
        ("cancel", "cancelled"),
        ("resume", "queued"),
    ):
        assert olgas.post(f"{path}/{step}", status=200)["state"] == state
    assert olgas.post(f"{path}/resume", status=409)["detail"].startswith("It is neither")
    assert olgas.ask("DELETE", path).status_code == 204
    assert not Render.objects.exists()


def test_a_still_is_painted_and_asked_after(
    olgas: Program, stellas: Program, video: Video, queue: Any
) -> None:
    make_filter("negative")
    told = olgas.post(f"/videos/{video.ref}/stills", {"filter": "negative", "frame": 3}, 202)
    Still.objects.update(state="finished", image="stills/x.jpg")
    again = olgas.post(f"/videos/{video.ref}/stills", {"filter": "negative", "frame": 3}, 200)
    assert again["id"] == told["id"]
    assert again["image"].endswith(f"/media/still/{told['id']}.jpg")
    stellas.get(f"/stills/{told['id']}", 404)
    assert (
        "frames 0 to 47"
        in olgas.post(f"/videos/{video.ref}/stills", {"filter": "negative", "frame": 48}, 422)["detail"]
    )


def test_a_list_of_renders_that_wait_asks_no_more_for_many_than_for_few(
    olgas: Program, video: Video, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        make_render_row(video, state=Render.State.QUEUED)
    for path in ("/renders?state=queued", f"/videos/{video.ref}/renders"):
        with django_assert_max_num_queries(9):
            told = olgas.get(path)
        assert sorted(one["before"] for one in told["items"]) == list(range(12))
    last = told["items"][0]
    assert olgas.get(f"/renders/{last['ref']}")["before"] == last["before"]


def test_a_page_of_many_renders_reads_no_more_than_that_page(
    nobodys: Program, olgas: Program, video: Video, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        make_render_row(video)
    for program in (nobodys, olgas):
        with django_assert_max_num_queries(9) as asked:
            told = program.get(f"/videos/{video.ref}/renders?page_size=1&page=2")
        assert (told["count"], len(told["items"])) == (3, 1)
        read = [one["sql"] for one in asked if '"videos_render"' in one["sql"] and "COUNT(" not in one["sql"]]
        assert read and all("LIMIT 1" in sql for sql in read)


def test_a_still_that_nobody_will_paint_is_told_as_failed(olgas: Program, video: Video, queue: Any) -> None:
    make_filter("negative")
    wish = {"filter": "negative", "frame": 3}
    still = olgas.post(f"/videos/{video.ref}/stills", wish, 202)["id"]
    Still.objects.update(created_at=timezone.now() - stills.REMEMBERED - timedelta(minutes=1))
    told = olgas.get(f"/stills/{still}")
    assert (told["state"], told["error"]) == ("failed", "Nobody painted it in time. Ask for it again.")
    assert olgas.post(f"/videos/{video.ref}/stills", wish, 202)["state"] == "queued"
