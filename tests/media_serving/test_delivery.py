"""Bytes over HTTP: ranges, conditions, caching, names, and the two ways of handing over."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponseBase
from django.test import Client
from pytest_django import Settings

from tests.media_serving.conftest import DATA, store
from videos.links import video_media
from videos.models import Video

pytestmark = pytest.mark.django_db


def body(answer: HttpResponseBase) -> bytes:
    """The streamed bytes."""
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def footage(video: Video) -> str:
    return video_media(video, "footage.mp4")


def test_the_whole_file_comes_with_its_size_and_the_offer_of_ranges(visitor: Client, film: Video) -> None:
    answer = visitor.get(footage(film))
    assert (answer.status_code, answer["Content-Length"], answer["Accept-Ranges"]) == (
        200,
        str(len(DATA)),
        "bytes",
    )
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("video/mp4", "nosniff")
    assert body(answer) == DATA


@pytest.mark.parametrize(
    ("asked", "told", "data"),
    [
        ("bytes=0-9", "bytes 0-9/10240", DATA[:10]),
        ("bytes=10000-", "bytes 10000-10239/10240", DATA[10000:]),
        ("bytes=-7", "bytes 10233-10239/10240", DATA[-7:]),
    ],
)
def test_a_range_is_206_with_just_these_bytes(
    visitor: Client, film: Video, asked: str, told: str, data: bytes
) -> None:
    answer = visitor.get(footage(film), headers={"Range": asked})
    assert (answer.status_code, answer["Content-Range"], answer["Content-Length"]) == (
        206,
        told,
        str(len(data)),
    )
    assert body(answer) == data


def test_a_range_behind_the_end_is_416_with_the_real_size(visitor: Client, film: Video) -> None:
    answer = visitor.get(footage(film), headers={"Range": "bytes=10240-"})
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */10240")


def test_several_ranges_are_answered_with_the_whole(visitor: Client, film: Video) -> None:
    answer = visitor.get(footage(film), headers={"Range": "bytes=0-1,4-5"})
    assert (answer.status_code, body(answer)) == (200, DATA)


def test_head_tells_everything_and_sends_nothing(visitor: Client, film: Video) -> None:
    answer = visitor.head(footage(film), headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer["Content-Length"], answer.content) == (200, str(len(DATA)), b"")


def test_a_range_holds_only_for_the_same_file(visitor: Client, film: Video) -> None:
    tag = visitor.head(footage(film))["ETag"]
    same = visitor.get(footage(film), headers={"Range": "bytes=0-9", "If-Range": tag})
    other = visitor.get(footage(film), headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    weak = visitor.get(footage(film), headers={"Range": "bytes=0-9", "If-Range": f"W/{tag}"})
    assert (same.status_code, other.status_code, weak.status_code) == (206, 200, 200)


def test_a_range_may_hold_for_a_date(visitor: Client, film: Video) -> None:
    date = visitor.head(footage(film))["Last-Modified"]
    same = visitor.get(footage(film), headers={"Range": "bytes=0-9", "If-Range": date})
    older = visitor.get(
        footage(film), headers={"Range": "bytes=0-9", "If-Range": "Thu, 01 Jan 2015 00:00:00 GMT"}
    )
    assert (same.status_code, older.status_code) == (206, 200)


def test_what_a_browser_has_is_not_sent_again(visitor: Client, film: Video) -> None:
    first = visitor.head(footage(film))
    by_tag = visitor.get(footage(film), headers={"If-None-Match": first["ETag"]})
    by_date = visitor.get(footage(film), headers={"If-Modified-Since": first["Last-Modified"]})
    failed = visitor.get(footage(film), headers={"If-Match": '"another"'})
    assert (by_tag.status_code, by_date.status_code, failed.status_code) == (304, 304, 412)
    assert by_tag["ETag"] == first["ETag"]
    assert by_tag.content == b""


def test_other_bytes_have_another_tag(visitor: Client, film: Video) -> None:
    first = visitor.head(footage(film))["ETag"]
    store(film, data=DATA[::-1])
    assert visitor.head(footage(film))["ETag"] != first


def test_everybodys_media_may_be_cached_by_everybody(visitor: Client, film: Video) -> None:
    assert "public" in visitor.head(footage(film))["Cache-Control"]


def test_private_media_is_cached_by_nobody_else(owner_client: Client, private_film: Video) -> None:
    control = owner_client.head(footage(private_film))["Cache-Control"]
    assert "private" in control
    assert "no-cache" in control


def test_a_download_has_a_safe_name(owner_client: Client, film: Video) -> None:
    answer = owner_client.get(video_media(film, "footage.mp4", download=True))
    assert answer["Content-Disposition"] == 'attachment; filename="Low_tide__1.mp4"'


def test_a_download_has_a_name_also_where_the_title_has_no_letter(owner_client: Client, film: Video) -> None:
    film.title, film.source_name = "🎬 ✈ …", "🎬"
    film.save()
    store(film, "source", "original")
    footage_kept = owner_client.get(video_media(film, "footage.mp4", download=True))
    assert footage_kept["Content-Disposition"] == 'attachment; filename="rotoscope.mp4"'
    assert (
        owner_client.get(video_media(film, "source"))["Content-Disposition"]
        == 'attachment; filename="rotoscope"'
    )


def test_the_upload_itself_is_only_ever_downloaded_and_never_interpreted(
    owner_client: Client, film: Video
) -> None:
    store(film, "source", "original.mov", b"<script>alert(1)</script>")
    answer = owner_client.get(video_media(film, "source"))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert ".MOV" in answer["Content-Disposition"]
    assert "/" not in answer["Content-Disposition"]


def test_a_file_that_storage_lost_is_404(visitor: Client, film: Video) -> None:
    film.footage.storage.delete(film.footage.name or "")
    assert visitor.get(footage(film)).status_code == 404
    assert visitor.get(video_media(film, "poster.jpg")).status_code == 404
    assert visitor.get(video_media(film, "secrets.txt")).status_code == 404


def test_other_methods_are_refused(owner_client: Client, film: Video) -> None:
    assert owner_client.post(footage(film)).status_code == 405


def test_nginx_is_told_which_file(visitor: Client, film: Video, settings: Settings) -> None:
    settings.MEDIA_DELIVERY = "x-accel"
    answer = visitor.get(footage(film))
    assert answer["X-Accel-Redirect"] == f"/protected-media/{film.footage.name}"
    assert (answer.content, answer["Content-Type"]) == (b"", "video/mp4")
    assert "Content-Length" not in answer or answer["Content-Length"] == "0"


def test_nginx_is_told_nothing_about_what_one_may_not_see(
    visitor: Client, private_film: Video, settings: Settings, owner: User
) -> None:
    settings.MEDIA_DELIVERY = "x-accel"
    answer = visitor.get(footage(private_film))
    assert answer.status_code == 404
    assert "X-Accel-Redirect" not in answer
