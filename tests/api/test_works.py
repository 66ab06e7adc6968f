"""Comparisons, collections and share links over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.api.conftest import Program, finish
from tests.factories import make_filter
from videos.models import Collection, Comparison, Render, ShareLink, Video


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
