"""Media in S3, a real one: streamed through us by ranges, or fetched there by a signed address."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from rotoscope import storage
from tests.factories import make_video_row
from tests.media_serving.conftest import DATA, store
from tests.media_serving.test_delivery import body
from tests.platform.servers import Bucket, seaweed
from videos.links import video_media
from videos.models import Video

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """A server with one empty bucket."""
    with seaweed(tmp_path_factory.mktemp("s3")) as made:
        yield made


@pytest.fixture
def kept_there(bucket: Bucket, settings: Settings, monkeypatch: pytest.MonkeyPatch, owner: User) -> Video:
    """A public video whose footage is in the bucket."""
    for name, value in bucket.environment().items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = {**settings.STORAGES, "default": storage.read()[1]}
    video = make_video_row(owner, title="Far away")
    store(video)
    return video


def test_ranges_are_streamed_from_there(visitor: Client, kept_there: Video) -> None:
    address = video_media(kept_there, "footage.mp4")
    whole = visitor.get(address)
    part = visitor.get(address, headers={"Range": "bytes=1000-1999"})
    assert (whole.status_code, body(whole)) == (200, DATA)
    assert (part.status_code, body(part)) == (206, DATA[1000:2000])
    assert part["Content-Range"] == f"bytes 1000-1999/{len(DATA)}"
    assert visitor.get(address, headers={"If-None-Match": whole["ETag"]}).status_code == 304


def test_what_is_not_there_is_404(visitor: Client, kept_there: Video) -> None:
    kept_there.footage.storage.delete(kept_there.footage.name or "")
    assert visitor.get(video_media(kept_there, "footage.mp4")).status_code == 404


def test_a_store_that_refuses_us_has_lost_nothing(
    visitor: Client, kept_there: Video, settings: Settings
) -> None:
    there = settings.STORAGES["default"]
    refused = {**there, "OPTIONS": {**there["OPTIONS"], "secret_key": "another"}}
    settings.STORAGES = {**settings.STORAGES, "default": refused}
    with pytest.raises(ClientError, match="403"):
        visitor.get(video_media(kept_there, "footage.mp4"))


def test_a_signed_address_gives_the_bytes_the_type_and_the_name(
    owner_client: Client, kept_there: Video, settings: Settings
) -> None:
    settings.MEDIA_DELIVERY = "presigned"
    answer = owner_client.get(video_media(kept_there, "footage.mp4", download=True))
    assert answer.status_code == 302
    assert "no-store" in answer["Cache-Control"]
    with urllib.request.urlopen(answer["Location"], timeout=20) as there:
        assert there.read() == DATA
        assert there.headers["Content-Type"] == "video/mp4"
        assert there.headers["Content-Disposition"] == 'attachment; filename="Far_away.mp4"'
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(answer["Location"].split("?")[0], timeout=20)


def test_who_asks_for_the_head_gets_an_address_that_is_signed_for_that(
    owner_client: Client, kept_there: Video, settings: Settings
) -> None:
    settings.MEDIA_DELIVERY = "presigned"
    answer = owner_client.head(video_media(kept_there, "footage.mp4"))
    assert answer.status_code == 302
    asked = urllib.request.Request(answer["Location"], method="HEAD")
    with urllib.request.urlopen(asked, timeout=20) as there:
        assert there.headers["Content-Length"] == str(len(DATA))
        assert there.headers["Content-Type"] == "video/mp4"


def test_a_signed_address_is_only_for_those_who_may(
    visitor: Client, kept_there: Video, settings: Settings
) -> None:
    settings.MEDIA_DELIVERY = "presigned"
    Video.objects.filter(pk=kept_there.pk).update(visibility="private")
    assert visitor.get(video_media(kept_there, "footage.mp4")).status_code == 404
