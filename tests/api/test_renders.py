"""Renders, stills, comparisons, collections and share links over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from tests.api.conftest import Program, program_of
from tests.factories import make_filter, make_render_row, make_video_row
from videos.models import Collection, Comparison, Render, ShareLink, Still, Video
from videos.pipeline import renders, stills


@pytest.fixture
def video(owner: User) -> Video:
    """Olga's public footage."""
    return make_video_row(owner, title="Over the dunes")


@pytest.fixture
def render(video: Video, queue: Any) -> Render:
    """A render of it that waits."""
    return renders.request(video, make_filter("negative"), video.owner, renders.RenderSettings())[0]


def finish(render: Render) -> Render:
    """As if it were painted."""
    Render.objects.filter(pk=render.pk).update(
        state="finished", output="renders/x.mp4", finished_at=timezone.now()
    )
    render.refresh_from_db()
    return render


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
    Still.objects.update(state="finished")
    olgas.post(path, {"filter": "dear", "frame": 0, "strength": 0.5}, 202)  # painted already, and paid for


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


def test_a_comparison_is_kept_changed_and_deleted(olgas: Program, stellas: Program, render: Render) -> None:
    finish(render)
    path = f"/videos/{render.video.ref}/comparisons"
    told = olgas.post(path, {"title": "Day and night", "renders": [None, render.ref], "visibility": "public"})
    assert (told["renders"], told["layout"]) == ([None, render.ref], "wipe")
    own = f"/comparisons/{told['ref']}"
    assert stellas.get(path)["count"] == 1
    assert stellas.ask("PATCH", own, {"title": "Mine"}).status_code == 404
    assert olgas.ask("PATCH", own, {"title": "Night and day"}).json()["title"] == "Night and day"
    assert stellas.ask("DELETE", own).status_code == 404
    assert olgas.ask("DELETE", own).status_code == 204
    olgas.get(own, 404)


def test_a_comparison_holds_finished_renders_of_its_video_only(olgas: Program, render: Render) -> None:
    path = f"/videos/{render.video.ref}/comparisons"
    for places, words in (
        ([None, render.ref], "no finished render"),
        ([None, "elsewhere"], "no finished render"),
        ([None, None, None], "two places"),
    ):
        assert words in olgas.post(path, {"title": "x", "renders": places}, 422)["detail"]


def test_how_a_comparison_is_looked_at_is_kept_and_told(
    olgas: Program, visitor: Client, render: Render
) -> None:
    """Its page opens with it, and so does the player for other pages. What is left out is as usual."""
    finish(render)
    path = f"/videos/{render.video.ref}/comparisons"
    look = {"frame": 12, "first_frame": 10, "last_frame": 20, "cut": 31.5}
    wish = {"title": "x", "renders": [None, render.ref], "visibility": "public"}
    told = olgas.post(path, wish | {"look": look | {"zoom": {"scale": 2, "x": 0.25}}})
    usual = {"zoom": {"scale": 2.0, "x": 0.25, "y": 0.5}, "lens": {"x": 0.5, "y": 0.5}}
    assert told["look"] == look | usual
    assert olgas.get(path)["items"][0]["look"] == told["look"]
    arranged = visitor.get(f"/c/{told['ref']}/").context["arranged"]
    assert (arranged.a, arranged.b, arranged.t, arranged.start, arranged.stop) == (
        "o",
        render.ref,
        12,
        10,
        20,
    )
    assert b'data-in="10" data-out="20"' in visitor.get(f"/embed/comparison/{told['ref']}/").content
    told = olgas.post(path, wish)["look"]
    assert (told["frame"], told["cut"], told["zoom"]["scale"]) == (None, 50.0, 1.0)


@pytest.mark.parametrize(
    ("look", "words"),
    [
        ({"last_frame": 48}, "frames 0 to 47"),
        ({"first_frame": 20, "last_frame": 20}, "must come after"),
        ({"cut": 101}, "look.cut"),
        ({"zoom": {"scale": 0}}, "look.zoom.scale"),
    ],
)
def test_a_look_that_cannot_be_is_refused(
    olgas: Program, video: Video, look: dict[str, object], words: str
) -> None:
    wish = {"title": "x", "renders": [None, None], "look": look}
    assert words in olgas.post(f"/videos/{video.ref}/comparisons", wish, 422)["detail"]


def test_footage_that_is_not_ready_has_nothing_to_compare(
    olgas: Program, owner_client: Client, video: Video
) -> None:
    """Its page could show nothing: neither its frames nor their rate are known."""
    Video.objects.filter(pk=video.pk).update(state=Video.State.INGESTING)
    told = olgas.post(f"/videos/{video.ref}/comparisons", {"title": "x", "renders": [None, None]}, 409)
    assert "not ready yet" in told["detail"]
    make_filter("negative")
    for path in ("renders", "estimate", "stills"):
        wish = {"filter": "negative", **({"frame": 0} if path == "stills" else {})}
        assert "not ready yet" in olgas.post(f"/videos/{video.ref}/{path}", wish, 409)["detail"]
    mix = f"/mixes/still?part=negative:1&part=other:1&video={video.ref}"
    assert "not ready yet" in olgas.get(mix, 409)["detail"]
    saved = owner_client.post(f"/v/{video.ref}/compare/save/", {"title": "x", "visibility": "public"})
    assert (saved.status_code, Comparison.objects.count()) == (404, 0)


def test_a_comparison_hides_what_one_may_not_see(olgas: Program, stellas: Program, render: Render) -> None:
    finish(render)
    body = {"title": "x", "renders": [None, render.ref], "visibility": "public"}
    told = olgas.post(f"/videos/{render.video.ref}/comparisons", body)
    Render.objects.filter(pk=render.pk).update(state="cancelled")
    assert stellas.get(f"/comparisons/{told['ref']}")["renders"] == [None]


def test_a_collection_is_filled_and_emptied(
    olgas: Program, stellas: Program, nobodys: Program, render: Render
) -> None:
    finish(render)
    ref = olgas.post("/collections", {"title": "Dunes", "visibility": "public"})["ref"]
    path = f"/collections/{ref}"
    item = {"kind": "render", "ref": render.ref}
    stellas.post(f"{path}/items", item, 404)
    assert olgas.post(f"{path}/items", item)["items"] == [{"render": render.ref, "comparison": None}]
    olgas.post(f"{path}/items", item, 409)
    assert nobodys.get("/collections")["items"][0]["items"] == [{"render": render.ref, "comparison": None}]
    Video.objects.filter(pk=render.video_id).update(visibility="private")
    assert nobodys.get(path)["items"] == []
    assert olgas.ask("DELETE", f"{path}/items/render/{render.ref}").status_code == 204
    assert olgas.ask("DELETE", f"{path}/items/render/{render.ref}").status_code == 404
    assert olgas.ask("PATCH", path, {"text": "Sand."}).json()["text"] == "Sand."
    assert olgas.ask("DELETE", path).status_code == 204


def test_a_share_link_is_made_listed_and_revoked(olgas: Program, stellas: Program, video: Video) -> None:
    later = (timezone.now() + timedelta(days=1)).isoformat()
    body = {"kind": "video", "ref": video.ref, "label": "Ann", "downloads": True, "expires_at": later}
    told = olgas.post("/share-links", body)
    token = told["address"].rstrip("/").rpartition("/")[2]
    assert ShareLink.open(token) is not None
    listed = olgas.get("/share-links")
    assert listed["items"][0]["label"] == "Ann"
    assert token not in str(listed)
    assert olgas.get(f"/share-links/{told['id']}") == listed["items"][0]
    stellas.get(f"/share-links/{told['id']}", 404)
    assert stellas.get("/share-links")["count"] == 0
    assert stellas.ask("DELETE", f"/share-links/{told['id']}").status_code == 404
    assert olgas.ask("DELETE", f"/share-links/{told['id']}").status_code == 204
    assert ShareLink.open(token) is None
    assert olgas.ask("DELETE", f"/share-links/{told['id']}").status_code == 404
    assert olgas.get(f"/share-links/{told['id']}")["is_open"] is False


def test_a_token_alone_tells_what_it_opens(olgas: Program, nobodys: Program, video: Video) -> None:
    Video.objects.update(visibility="private")
    told = olgas.post("/share-links", {"kind": "video", "ref": video.ref, "downloads": True})
    token = told["address"].rstrip("/").rpartition("/")[2]
    opened = nobodys.get(f"/shared?share={token}")
    assert (opened["kind"], opened["ref"], opened["downloads"]) == ("video", video.ref, True)
    seen = nobodys.get(f"/videos/{video.ref}?share={token}")
    assert seen["may_download"] and seen["embed"].endswith(f"/embed/video/{video.ref}/?share={token}")
    for address in (seen["embed"], seen["oembed"]):
        assert Client().get(address.removeprefix("http://testserver")).status_code == 200
    Client().get(f"/s/{token}/")
    assert olgas.ask("DELETE", f"/share-links/{told['id']}").status_code == 204
    closed = olgas.get(f"/share-links/{told['id']}")
    assert closed["last_opened_at"] < closed["revoked_at"]
    assert nobodys.ask("GET", f"/shared?share={token}").status_code == 404
    assert nobodys.ask("GET", "/shared").status_code == 404


def test_only_ones_own_footage_is_given_away(stellas: Program, stranger: User, video: Video) -> None:
    hers = Comparison.objects.create(video=video, owner=stranger, title="Hers, of his")
    body = {"kind": "comparison", "ref": hers.ref}
    assert "downloads" in stellas.post("/share-links", {**body, "downloads": True}, 422)["detail"]
    assert not stellas.post("/share-links", body)["downloads"]


def test_an_earlier_link_says_what_it_does_now(stellas: Program, stranger: User, video: Video) -> None:
    """Once, links to a comparison of others' footage were made with downloads. One closes with the footage."""
    hers = Comparison.objects.create(video=video, owner=stranger, title="Hers, of his")
    ShareLink.make(stranger, hers, downloads=True)
    (told,) = stellas.get("/share-links")["items"]
    assert (told["downloads"], told["is_open"]) == (False, True)
    Video.objects.filter(pk=video.pk).update(visibility="private")
    assert not stellas.get("/share-links")["items"][0]["is_open"]


def test_nobody_shares_what_is_anothers_or_into_the_past(
    olgas: Program, stellas: Program, video: Video
) -> None:
    stellas.post("/share-links", {"kind": "video", "ref": video.ref}, 404)
    body = {"kind": "video", "ref": video.ref, "expires_at": "2020-01-01T00:00:00Z"}
    assert "over already" in olgas.post("/share-links", body, 422)["detail"]


@pytest.mark.parametrize("beyond", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_a_link_has_no_end_that_the_database_cannot_give_back(
    olgas: Program, owner_client: Client, staff_client: Client, video: Video, beyond: str
) -> None:
    body = {"kind": "video", "ref": video.ref, "expires_at": beyond}
    assert olgas.post("/share-links", body, 422)["detail"].startswith("expires_at: ")
    told = olgas.post("/share-links", {**body, "expires_at": "9999-12-31T23:59:59+12:00"})
    assert told["expires_at"] == "9999-12-31T11:59:59Z"
    assert olgas.get("/share-links")["count"] == 1
    for client, page in ((owner_client, "shares"), (staff_client, "admin:videos_sharelink_changelist")):
        assert client.get(reverse(page)).status_code == 200


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


def test_lists_of_arrangements_ask_no_more_for_many_than_for_few(
    olgas: Program, owner: User, video: Video, render: Render, django_assert_max_num_queries: Any
) -> None:
    finish(render)
    for _ in range(12):
        comparison = Comparison.objects.create(video=video, owner=owner, title="x")
        collection = Collection.objects.create(owner=owner, title="x")
        comparison.items.create(position=0)
        comparison.items.create(position=1, render=render)
        collection.items.create(position=0, comparison=comparison)
        collection.items.create(position=1, render=render)
    for path in (f"/videos/{video.ref}/comparisons", "/collections"):
        with django_assert_max_num_queries(9):
            told = olgas.get(path)
        assert told["count"] == 12
    assert told["items"][0]["items"][1] == {"render": render.ref, "comparison": None}
