"""Media in S3, for real: a SeaweedFS on the loopback."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pytest_django import Settings

from rotoscope import storage
from rotoscope.common import files
from tests.platform.servers import Bucket, seaweed

pytestmark = pytest.mark.slow

FILM = bytes(range(256)) * 4096 * 12  # 12 MB: more than is kept in memory, and sent in parts


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """A server with one empty bucket."""
    with seaweed(tmp_path_factory.mktemp("s3")) as made:
        yield made


@pytest.fixture
def s3(bucket: Bucket, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bucket:
    """Our settings as they are when the environment names the bucket."""
    for name, value in bucket.environment().items():
        monkeypatch.setenv(name, value)
    kind, backend = storage.read()
    assert kind == "s3"
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    settings.ROTOSCOPE_HOME = tmp_path / "home"
    return bucket


def test_a_stored_film_is_the_same_when_it_comes_back(s3: Bucket, tmp_path: Path) -> None:
    source = tmp_path / "film.mp4"
    source.write_bytes(FILM)
    name = files.store(source, "footage/one/film.mp4")
    assert name == "footage/one/film.mp4"
    assert not source.exists()
    assert files.local_path(name).read_bytes() == FILM


def test_the_same_work_done_twice_has_the_same_name(s3: Bucket, tmp_path: Path) -> None:
    for content in (b"first", b"second"):
        source = tmp_path / "segment.ts"
        source.write_bytes(content)
        assert files.store(source, "segments/7/0.ts") == "segments/7/0.ts"
    with default_storage.open("segments/7/0.ts") as stored:
        assert stored.read() == b"second"


def test_what_is_not_there_is_not_found(s3: Bucket) -> None:
    with pytest.raises(FileNotFoundError):
        files.local_path("footage/none.mp4")


def test_what_is_forgotten_is_gone(s3: Bucket, tmp_path: Path) -> None:
    source = tmp_path / "poster.jpg"
    source.write_bytes(b"picture")
    name = files.store(source, "posters/gone.jpg")
    files.forget(name)
    assert not default_storage.exists(name)
    many = [default_storage.save(f"posters/{number}.jpg", ContentFile(b"picture")) for number in range(20)]
    files.forget(*many, "posters/gone.jpg", "")
    assert default_storage.listdir("posters")[1] == []


def test_a_signed_address_serves_a_range_and_an_unsigned_one_nothing(s3: Bucket, tmp_path: Path) -> None:
    source = tmp_path / "film.mp4"
    source.write_bytes(FILM)
    name = files.store(source, "renders/range.mp4")
    request = urllib.request.Request(default_storage.url(name), headers={"Range": "bytes=256-511"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 206
        assert answer.read() == FILM[256:512]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{s3.endpoint}/{s3.name}/{name}")
    assert refused.value.code == 403


def test_a_wrong_secret_is_refused(s3: Bucket, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROTOSCOPE_S3_SECRET_KEY", "somebody else's")
    settings.STORAGES = {**settings.STORAGES, "default": storage.read()[1]}
    with pytest.raises(ClientError) as refused:
        default_storage.exists("footage/one/film.mp4")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
