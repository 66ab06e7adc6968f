"""A full disk or a store that is away costs nobody their work: it waits, and goes on by itself."""

from __future__ import annotations

import errno
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from dramatiq.brokers.stub import StubBroker

from filters.models import Filter
from rotoscope.common.lease import Leased
from rotoscope.common.silence import SENTENCE, StoreSilent
from tests.clips import draw_clip
from tests.factories import make_video
from tests.pipeline.worked import asked, painted
from videos.media.errors import DecodeError, EncodeError, FootageError, RebuildError
from videos.models import Render, Segment, Video
from videos.pipeline import dispatch, ingest, outage, paint, proxies, rebuild, receive, separate

pytestmark = pytest.mark.django_db(transaction=True)  # leases are renewed through a connection of their own

FULL = OSError(errno.ENOSPC, "No space left on device")
TRIES = 7  # more than anything has attempts
Broken = Callable[..., None]


def failing(problem: Exception) -> Broken:
    def fail(*_: object, **__: object) -> None:
        raise problem

    return fail


def caused(problem: Exception, cause: Exception) -> Exception:
    """As it is when one is raised from the other."""
    problem.__cause__ = cause
    return problem


@pytest.mark.parametrize(
    ("problem", "stage"),
    [
        (FULL, outage.FULL),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), outage.FULL),
        (FootageError("The video could not be converted: Error closing file: No space left on device"), outage.FULL),
        (caused(RebuildError("The video could not be rebuilt."), FULL), outage.FULL),
        (caused(DecodeError("Frame 3 could not be read."), OSError(errno.EIO, "")), outage.AWAY),
        (OSError(errno.ESTALE, "Stale file handle"), outage.AWAY),
        (StoreSilent(SENTENCE), outage.AWAY),
        (EndpointConnectionError(endpoint_url="http://store"), outage.AWAY),
        (ReadTimeoutError(endpoint_url="http://store"), outage.AWAY),
        (FileNotFoundError(errno.ENOENT, "No such file"), ""),
        (OSError("the disk is full of errors"), ""),
        (EncodeError("The encoder stopped: no reason given"), ""),
    ],
)  # fmt: skip
def test_what_passes_by_itself_is_known(problem: Exception, stage: str) -> None:
    assert outage.stage(problem) == stage
    assert outage.is_outage(problem) == bool(stage)
    with dispatch.inline():
        assert not outage.is_outage(problem), "whoever runs a command is told at once"


def waits_long_enough(row: Leased, run: Callable[[], bool]) -> None:
    """It is worked on at most once a minute, however often it is asked for, and never given up."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    for _ in range(TRIES):
        run()
        row.refresh_from_db()
        assert row.lease_token is None and row.lease_until is not None
        before = row.lease_until
        assert not run(), "it rests"
        row.refresh_from_db()
        assert row.lease_until == before
        rows.update(lease_until=F("lease_until") - timedelta(minutes=2))


def delayed(queue: StubBroker, name: str) -> int:
    """Messages for later."""
    return int(queue.queues[f"{name}.DQ"].qsize())


def test_an_upload_waits(
    owner: User, tmp_path: Path, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", frames=4)
    video = receive.video_from_file(owner, clip, clip.name)
    with monkeypatch.context() as patch:
        patch.setattr(ingest, "make_footage", failing(FULL))
        waits_long_enough(video, lambda: ingest.run(video.pk))
    video.refresh_from_db()
    assert (video.state, video.stage, video.error) == ("receiving", outage.FULL, "")
    assert delayed(queue, "ingest") == TRIES
    assert ingest.run(video.pk)
    video.refresh_from_db()
    assert video.state == Video.State.READY


def test_a_separation_waits(owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    video = make_video(owner, frames=48, rate=24)
    separate.begin(video, "source")
    with monkeypatch.context() as patch:
        patch.setattr(separate, "_store_frame", failing(StoreSilent(SENTENCE)))
        waits_long_enough(video, lambda: separate.run(video.pk))
    assert (video.stage, video.error) == (outage.AWAY, "")
    assert delayed(queue, "ingest") == TRIES
    assert separate.run(video.pk)
    assert video.frames.count() == 48


def test_a_proxy_waits(owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    video = make_video(owner, frames=5, width=800, height=450)
    with monkeypatch.context() as patch:
        patch.setattr(proxies, "make_proxy", failing(FULL))
        waits_long_enough(video, lambda: proxies.run("video", video.pk))
    assert delayed(queue, "proxies") == TRIES
    assert proxies.run("video", video.pk)


def test_segments_wait(
    video: Video, negative: Filter, owner_client: Client, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = asked(video, negative)
    said = escape(f"{outage.FULL}, 0 %")
    count = render.segments.count()
    with monkeypatch.context() as patch:
        patch.setattr(paint, "SegmentWriter", failing(FULL))
        for _ in range(TRIES * count):
            assert paint.run(render.pk)
            if not Segment.objects.claimable().exists():
                assert not paint.run(render.pk), "all rest"
                assert said in owner_client.get(reverse("queue")).content.decode()
                Segment.objects.update(lease_until=F("lease_until") - timedelta(minutes=2))
    segments = Segment.objects.filter(render=render)
    assert set(segments.values_list("state", "attempts", "error")) == {("pending", 0, outage.FULL)}
    assert said not in owner_client.get(reverse("queue")).content.decode()
    painted(render)
    render.refresh_from_db()
    assert render.state == Render.State.REBUILDING


def test_a_rebuild_waits(
    video: Video, negative: Filter, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = painted(asked(video, negative))
    with monkeypatch.context() as patch:
        patch.setattr(rebuild, "rebuild", failing(caused(RebuildError("It could not be rebuilt."), FULL)))
        waits_long_enough(render, lambda: rebuild.run(render.pk))
    assert delayed(queue, "default") == TRIES
    assert rebuild.run(render.pk)


def test_a_rebuild_that_fails_for_another_reason_tells_it_in_the_end(
    video: Video, negative: Filter, owner_client: Client, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = painted(asked(video, negative))
    monkeypatch.setattr(rebuild, "rebuild", failing(RebuildError("The segments do not fit.")))
    for _ in range(rebuild.MAX_ATTEMPTS):
        with pytest.raises(RebuildError):
            rebuild.run(render.pk)
    for address in (render.get_absolute_url(), reverse("queue")):
        assert "do not fit" not in owner_client.get(address).content.decode(), "it may still succeed"
    rebuild.run(render.pk)
    render.refresh_from_db()
    assert render.state == Render.State.FAILED
    assert render.error.endswith("tell us if it fails again. The segments do not fit.")
    assert "do not fit" in owner_client.get(render.get_absolute_url()).content.decode()
