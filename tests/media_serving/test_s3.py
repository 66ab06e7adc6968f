"""Media in S3, a real one: streamed through us by ranges, or fetched there by a signed address."""

from __future__ import annotations

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from rotoscope import storage
from rotoscope.common import silence
from tests.factories import make_video_row
from tests.media_serving.conftest import DATA, store
from tests.media_serving.test_delivery import body
from tests.platform.servers import Bucket, seaweed
from videos import stored
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


class SilentServer:
    """Takes connections on the loopback and never says anything; `calls` is how many."""

    def __init__(self) -> None:
        self.calls = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.bucket = Bucket(f"http://127.0.0.1:{self._listener.getsockname()[1]}")
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        taken = []  # kept open
        while True:
            try:
                taken.append(self._listener.accept())
            except OSError:
                return
            self.calls += 1

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def silent(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[SilentServer]:
    """A store of files that does not answer, and whose answers are waited for but briefly."""
    monkeypatch.setattr(storage, "ANSWER", 0.2)
    with closing(SilentServer()) as server:
        for name, value in server.bucket.environment().items():
            monkeypatch.setenv(name, value)
        settings.STORAGES = {**settings.STORAGES, "default": storage.read()[1]}
        yield server


def test_a_store_that_says_nothing_keeps_one_visitor_waiting_and_not_all(
    visitor: Client, silent: SilentServer, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(stored, "SILENCE", silence.Silence(lambda: clock[0]))
    video = make_video_row(owner, footage="footage/x.mp4", poster="posters/x.jpg")
    answers = [visitor.get(video_media(video, name)) for name in ("footage.mp4", "poster.jpg", "poster.jpg")]
    assert [answer.status_code for answer in answers] == [503] * 3
    assert {answer.content.decode() for answer in answers} == {silence.SENTENCE}
    assert silent.calls == storage.TRIES
    clock[0] += silence.REST
    assert visitor.get(video_media(video, "poster.jpg")).status_code == 503
    assert silent.calls == 2 * storage.TRIES


def test_one_who_asks_again_may_and_the_others_go_on_without() -> None:
    clock = [0.0]
    store_of_files = silence.Silence(lambda: clock[0])

    def ask(problem: Exception | None = None) -> None:
        with store_of_files.asking():
            if problem:
                raise problem

    unanswered = ReadTimeoutError(endpoint_url="http://127.0.0.1")
    with pytest.raises(silence.StoreSilent):
        ask(unanswered)
    with pytest.raises(silence.StoreSilent):
        ask()
    clock[0] += silence.REST
    with store_of_files.asking(), pytest.raises(silence.StoreSilent):
        ask()
    ask()
    with pytest.raises(ClientError):
        ask(ClientError({}, "HeadObject"))
    ask()


def test_our_patience_leaves_style_and_signature_as_they_are(silent: SilentServer) -> None:
    options = storage.read()[1]["OPTIONS"]
    config = options["client_config"]
    assert (config.s3, config.signature_version) == ({"addressing_style": "path"}, "s3v4")
    assert (config.connect_timeout, config.retries["total_max_attempts"]) == (storage.CONNECT, storage.TRIES)
