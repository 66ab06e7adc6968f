"""Footage over the API: lists, words, uploads, frames, and who may see what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.api.conftest import Program
from tests.clips import draw_clip
from tests.factories import make_filter, make_video_row
from tests.styled import make_styled
from videos.models import Frame, ShareLink, Upload, Video


@pytest.fixture
def video(owner: User) -> Video:
    """Olga's public footage."""
    return make_video_row(owner, title="Over the dunes", tags=["desert"])


def test_filters_are_listed_and_found(nobodys: Program) -> None:
    make_filter("negative", tags=["plain"])
    make_filter("quiet", published=False)
    assert [one["slug"] for one in nobodys.get("/filters")["items"]] == ["negative"]
    assert nobodys.get("/filters?q=nega&tag=plain")["count"] == 1
    assert nobodys.get("/filters?q=loud")["count"] == 0
    assert nobodys.get("/filters/negative")["version"] == 1
    nobodys.get("/filters/quiet", 404)


def test_a_list_of_filters_asks_the_database_a_fixed_number_of_times(
    nobodys: Program, django_assert_max_num_queries: Any
) -> None:
    for place in range(4):
        make_styled(f"Style {place}", place)
    with django_assert_max_num_queries(5):
        told = nobodys.get("/filters?page_size=100")["items"]
    assert [[picture["title"] for picture in one["pictures"]] for one in told] == [
        [f"Picture of Style {place}"] for place in range(4)
    ]


def test_public_footage_is_listed_for_all(nobodys: Program, video: Video) -> None:
    told = nobodys.get("/videos")
    assert told["count"] == 1
    [one] = told["items"]
    assert (one["ref"], one["owner"], one["rate"], one["duration"]) == (video.ref, "olga", "24/1", 2.0)
    assert one["may_change"] is False


def test_lists_come_in_pages(nobodys: Program, owner: User) -> None:
    for number in range(5):
        make_video_row(owner, title=f"Clip {number}")
    told = nobodys.get("/videos?page=2&page_size=2")
    assert told["count"] == 5
    assert [one["title"] for one in told["items"]] == ["Clip 2", "Clip 1"]
    assert "page_size" in nobodys.get("/videos?page_size=1000", 422)["detail"]


def test_footage_is_found_by_words_tags_and_people(nobodys: Program, video: Video, owner: User) -> None:
    make_video_row(owner, title="A harbour")
    for query in ("q=dunes", "tag=desert", "q=desert&owner=olga"):
        assert [one["ref"] for one in nobodys.get(f"/videos?{query}")["items"]] == [video.ref], query


def test_private_footage_is_its_owners(
    olgas: Program, stellas: Program, nobodys: Program, video: Video
) -> None:
    Video.objects.filter(pk=video.pk).update(visibility="private")
    assert olgas.get("/videos?mine=true")["count"] == 1
    for program in (stellas, nobodys):
        assert program.get("/videos")["count"] == 0
        program.get(f"/videos/{video.ref}", 404)
        program.get(f"/videos/{video.ref}/frames", 404)


def test_a_share_link_opens_private_footage(nobodys: Program, video: Video) -> None:
    Video.objects.filter(pk=video.pk).update(visibility="private", poster="posters/x.jpg")
    link, token = ShareLink.make(video.owner, video)
    told = nobodys.get(f"/videos/{video.ref}?share={token}")
    assert f"share={token}" in told["poster"]
    assert Client().get(told["page"]).status_code == 200
    link.revoke()
    nobodys.get(f"/videos/{video.ref}?share={token}", 404)


def test_words_are_changed_by_the_owner_alone(
    olgas: Program, stellas: Program, nobodys: Program, video: Video
) -> None:
    change = {"title": "Dunes", "tags": ["Sand ", "sand"], "visibility": "unlisted"}
    assert stellas.ask("PATCH", f"/videos/{video.ref}", change).status_code == 404
    assert nobodys.ask("PATCH", f"/videos/{video.ref}", change).status_code == 401
    told = olgas.ask("PATCH", f"/videos/{video.ref}", change).json()
    assert (told["title"], told["tags"], told["visibility"], told["description"]) == (
        "Dunes",
        ["sand"],
        "unlisted",
        "",
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [({"title": ""}, "title"), ({"visibility": "secret"}, "visibility"), ({"tags": ["a"] * 13}, "tags")],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    olgas: Program, video: Video, change: dict[str, Any], words: str
) -> None:
    answer = olgas.ask("PATCH", f"/videos/{video.ref}", change)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(words)


def test_errors_and_stages_are_the_owners_business(olgas: Program, nobodys: Program, video: Video) -> None:
    Video.objects.filter(pk=video.pk).update(stage="separating images", error="odd")
    assert olgas.get(f"/videos/{video.ref}")["stage"] == "separating images"
    assert nobodys.get(f"/videos/{video.ref}")["stage"] == nobodys.get(f"/videos/{video.ref}")["error"] == ""


def test_a_list_of_footage_that_waits_asks_no_more_for_many(
    olgas: Program, owner: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        make_video_row(owner, state="receiving", source="sources/x.mp4")
    with django_assert_max_num_queries(7):
        told = olgas.get("/videos?mine=true")
    assert [one["before"] for one in told["items"]] == list(range(8))[::-1]


def test_texts_have_an_end(olgas: Program, owner_client: Client, video: Video) -> None:
    """A list of a hundred descriptions would be as many megabytes."""
    long = "x" * 10_001
    assert (
        "description: " in olgas.ask("PATCH", f"/videos/{video.ref}", {"description": long}).json()["detail"]
    )
    assert "text: " in olgas.post("/collections", {"title": "x", "text": long}, 422)["detail"]
    form = {"title": "x", "description": long, "tags": "", "visibility": "public"}
    page = owner_client.post(f"/v/{video.ref}/edit/", form).content.decode()
    assert "At most 10000 characters, please; these are 10001." in page
    form = {"title": "x", "text": long, "visibility": "public"}
    assert owner_client.post("/collections/", form).status_code == 422
    video.refresh_from_db()
    assert video.description == ""


def test_what_was_sent_is_told_to_its_owner(olgas: Program, nobodys: Program, video: Video) -> None:
    Video.objects.update(source_name="DJI_0012.MOV", source_size=1000, probe={"codec": "hevc"})
    hers, others = olgas.get(f"/videos/{video.ref}"), nobodys.get(f"/videos/{video.ref}")
    assert [hers[name] for name in ("source_name", "source_size", "codec", "may_download")] == [
        "DJI_0012.MOV",
        1000,
        "hevc",
        True,
    ]
    assert [others[name] for name in ("source_name", "source_size", "codec", "may_download")] == [
        "",
        0,
        "hevc",
        False,
    ]


def test_what_was_looked_at_most_comes_first(nobodys: Program, owner: User) -> None:
    for title, views in (("little", 1), ("much", 9), ("none", 0)):
        make_video_row(owner, title=title, views=views)
    titles = [one["title"] for one in nobodys.get("/videos?sort=looks")["items"]]
    assert titles == ["much", "little", "none"]
    assert nobodys.get("/videos?sort=best", 422)["detail"].startswith("sort: ")


def test_an_upload_gets_other_words_on_its_way(olgas: Program, stellas: Program, video: Video) -> None:
    begun = olgas.post("/videos", {"filename": "x.mp4", "length": 10, "title": "A", "tags": ["sea"]})
    path = f"/uploads/{begun['id']}"
    told = olgas.ask("PATCH", path, {"visibility": "public", "tags": ["Coast", "coast"]}).json()
    assert (told["title"], told["visibility"], told["tags"]) == ("A", "public", ["coast"])
    assert olgas.get(path)["visibility"] == "public"
    assert stellas.ask("PATCH", path, {"title": "B"}).status_code == 404
    Upload.objects.update(video=video)
    assert olgas.ask("PATCH", path, {"title": "B"}).status_code == 409


def test_footage_is_deleted_by_its_owner_alone(olgas: Program, stellas: Program, video: Video) -> None:
    assert stellas.ask("DELETE", f"/videos/{video.ref}").status_code == 404
    assert olgas.ask("DELETE", f"/videos/{video.ref}").status_code == 204
    assert not Video.objects.exists()


def test_only_failed_footage_is_tried_again(olgas: Program, video: Video, queue: Any) -> None:
    assert olgas.post(f"/videos/{video.ref}/retry", status=409)["detail"] == "It has not failed."
    Video.objects.filter(pk=video.pk).update(state="receiving", source="sources/x.mp4", attempts=3)
    assert olgas.post(f"/videos/{video.ref}/retry", status=409)["detail"] == "It has not failed."
    assert Video.objects.get().attempts == 3
    Video.objects.filter(pk=video.pk).update(state="failed", source="sources/x.mp4")
    assert olgas.post(f"/videos/{video.ref}/retry", status=202)["state"] == "receiving"


def test_refused_footage_has_to_be_sent_again(olgas: Program, video: Video) -> None:
    Video.objects.filter(pk=video.pk).update(state="failed", error="This is a playlist.")
    told = olgas.post(f"/videos/{video.ref}/retry", status=409)
    assert told["detail"] == "Its file was refused and not kept. Please upload it again."


def test_images_are_separated_at_another_rate(olgas: Program, video: Video, queue: Any) -> None:
    told = olgas.post(f"/videos/{video.ref}/separate", {"images_per_second": "source"}, 202)
    assert told["images_per_second"] == "source"
    olgas.post(f"/videos/{video.ref}/separate", {"images_per_second": 0}, 422)


def test_frames_are_told_with_their_statistics(nobodys: Program, video: Video) -> None:
    figures = {"luminance": 0.4, "contrast": 0.2, "colourfulness": 0.3, "sharpness": 0.1}
    for index in (0, 24):
        Frame.objects.create(
            video=video,
            index=index,
            timestamp=index / 24,
            image="x.jpg",
            palette=[["#112233", 1.0]],
            **figures,
        )
    told = nobodys.get(f"/videos/{video.ref}/frames")
    assert [(one["index"], one["timestamp"]) for one in told["items"]] == [(0, 0.0), (24, 1.0)]
    assert told["items"][1]["image"].endswith(f"/media/frame/{video.ref}/24.jpg")


def test_an_upload_goes_the_whole_way_with_one_key(olgas: Program, tmp_path: Path, queue: Any) -> None:
    data = draw_clip(tmp_path / "clip.mp4").read_bytes()
    told = olgas.post(
        "/videos", {"filename": "clip.mp4", "length": len(data), "title": "Sent", "tags": ["api"]}
    )
    assert told["offset"] == 0
    path = told["address"].removeprefix("http://testserver")
    client = Client(enforce_csrf_checks=True)
    half = len(data) // 2
    for start, part in ((0, data[:half]), (half, data[half:])):
        headers = {
            "Authorization": f"Bearer {olgas.key}",
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": str(start),
        }
        kind = "application/offset+octet-stream"
        assert client.generic("PATCH", path, part, content_type=kind, headers=headers).status_code == 204
    made = Video.objects.get(ref=olgas.get(f"/uploads/{told['id']}")["video"])
    assert (made.title, made.tags, made.source_size, made.visibility) == (
        "Sent",
        ["api"],
        len(data),
        "private",
    )


def test_an_upload_beyond_the_quota_is_refused(olgas: Program) -> None:
    told = olgas.post("/videos", {"filename": "x.mp4", "length": 10**15}, 413)
    assert "larger" in told["detail"]


def test_uploads_are_their_owners(olgas: Program, stellas: Program) -> None:
    told = olgas.post("/videos", {"filename": "x.mp4", "length": 1000})
    stellas.get(f"/uploads/{told['id']}", 404)
    assert stellas.get("/uploads")["count"] == 0


def test_uploads_that_were_begun_are_found_again_and_given_up(olgas: Program, video: Video) -> None:
    told = [olgas.post("/videos", {"filename": name, "length": 1000}) for name in ("a.mp4", "b.mp4")]
    assert olgas.get("/uploads")["items"] == told[::-1]
    assert olgas.ask("DELETE", f"/uploads/{told[0]['id']}").status_code == 204
    assert olgas.get("/uploads")["items"] == told[1:]
    olgas.get(f"/uploads/{told[0]['id']}", 404)
    Upload.objects.update(video=video)
    answer = olgas.ask("DELETE", f"/uploads/{told[1]['id']}")
    assert (answer.status_code, answer.json()["detail"]) == (409, "It is a video already: delete that.")
    assert olgas.get("/uploads")["count"] == 0
