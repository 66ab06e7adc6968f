"""From a file to footage that can be painted."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile
from dramatiq.brokers.stub import StubBroker
from pytest_django import Settings

from rotoscope.common import loose
from rotoscope.common.files import local_path, store
from rotoscope.common.lease import claim
from tests.clips import decoded, draw_clip, number_of
from tests.factories import make_filter, make_video
from videos.media import probe as media_probe
from videos.media import stills
from videos.media.errors import MediaError
from videos.models import Render, Video
from videos.pipeline import ingest, receive, renders, separate

pytestmark = pytest.mark.django_db(transaction=True)  # leases are renewed through a connection of their own


def received(owner: User, path: Path) -> Video:
    return receive.video_from_file(owner, path, path.name)


def kept(stored: FieldFile) -> bool:
    return default_storage.exists(str(stored.name))


def test_it_makes_footage_frame_by_frame(owner: User) -> None:
    video = make_video(owner, frames=50, rate=25)
    assert (video.frame_count, video.rate) == (50, Fraction(25))
    assert (video.width, video.height) == (160, 90)
    assert [number_of(picture) for picture in decoded(local_path(video.footage))] == list(range(50))


def test_it_keeps_the_upload_untouched(owner: User, tmp_path: Path, queue: StubBroker) -> None:
    path = draw_clip(tmp_path / "flight.mp4")
    content = path.read_bytes()
    video = received(owner, path)
    ingest.run(video.pk)
    video.refresh_from_db()
    assert local_path(video.source).read_bytes() == content
    assert video.checksum == ingest.checksum(local_path(video.source))
    assert not path.exists()


def test_it_separates_one_image_a_second(owner: User) -> None:
    video = make_video(owner, frames=60, rate=24)
    frames = list(video.frames.all())
    assert [frame.index for frame in frames] == [0, 24, 48]
    assert [float(frame.timestamp) for frame in frames] == [0, 1, 2]
    assert all(frame.palette and kept(frame.image) for frame in frames)


def test_it_makes_poster_and_filmstrip(owner: User) -> None:
    video = make_video(owner)
    assert kept(video.poster)
    assert video.filmstrip_tiles == 24


@pytest.mark.parametrize(
    ("width", "height", "tile"), [(90, 160, 54), (96, 96, 90), (120, 90, 120), (160, 90, 160), (200, 80, 160)]
)
def test_the_tiles_of_a_filmstrip_have_the_shape_of_the_clip(
    owner: User, width: int, height: int, tile: int
) -> None:
    video = make_video(owner, frames=24, width=width, height=height)
    strip = stills.read_image(local_path(video.filmstrip))
    assert strip.shape == (90, 24 * tile, 3)
    shown = stills.read_image(local_path(video.frames.get(index=0).image))
    whole = stills.cover(shown, tile, 90)
    assert np.abs(strip[:, :tile].astype(int) - whole).mean() < 4, "nothing is magnified, cut or squeezed"


def test_what_is_stored_for_a_video_that_was_deleted_meanwhile_goes(
    owner: User, tmp_path: Path, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = received(owner, draw_clip(tmp_path / "clip.mp4", frames=4))
    stored: list[str] = []

    def deleted_meanwhile(path: Path, name: str) -> str:
        Video.objects.filter(pk=video.pk).delete()
        stored.append(store(path, name))
        return stored[-1]

    monkeypatch.setattr(loose, "store", deleted_meanwhile)
    assert ingest.run(video.pk) is False
    assert len(stored) == 1 and not default_storage.exists(stored[0])


def test_removing_footage_removes_what_was_made_since_it_was_looked_at(
    owner: User, tmp_path: Path, queue: StubBroker
) -> None:
    looked_at = received(owner, draw_clip(tmp_path / "clip.mp4", frames=4))
    ingest.run(looked_at.pk)
    video = Video.objects.get(pk=looked_at.pk)
    assert all(kept(field) for field in (video.source, video.footage, video.poster, video.filmstrip))
    renders.remove_video(looked_at)
    assert not any(kept(field) for field in (video.source, video.footage, video.poster, video.filmstrip))
    renders.remove_video(looked_at)
    assert not Video.objects.exists()


@pytest.mark.parametrize("what", ["frames", "posters", "filmstrips"])
def test_an_image_stored_for_a_video_that_was_deleted_meanwhile_goes(
    owner: User, tmp_path: Path, queue: StubBroker, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    video = received(owner, draw_clip(tmp_path / "clip.mp4", frames=48))
    write_jpeg = stills.write_jpeg

    def deleted_meanwhile(picture: separate.Picture, path: Path) -> None:
        if f"{path.stem}s" == what:
            renders.remove_video(Video.objects.get(pk=video.pk))
        write_jpeg(picture, path)

    monkeypatch.setattr(stills, "write_jpeg", deleted_meanwhile)
    assert ingest.run(video.pk) is False
    assert not Video.objects.filter(pk=video.pk).exists()
    media = Path(default_storage.path(""))
    assert [path for path in media.rglob("*.*") if path.is_file() and video.ref in str(path)] == []


@pytest.mark.parametrize(
    ("name", "content"), [("empty.mp4", b""), ("words.mp4", b"Not a video at all. " * 99)]
)
def test_it_refuses_what_is_no_video_and_keeps_nothing_of_it(
    owner: User, tmp_path: Path, name: str, content: bytes, queue: StubBroker
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    video = received(owner, path)
    stored = str(video.source.name)
    ingest.run(video.pk)
    video.refresh_from_db()
    assert video.state == Video.State.FAILED
    assert video.error.endswith(".")
    assert not video.source
    assert video.source_size == 0
    assert not default_storage.exists(stored)


def test_two_workers_do_not_ingest_the_same_video(owner: User, tmp_path: Path, queue: StubBroker) -> None:
    video = received(owner, draw_clip(tmp_path / "clip.mp4", frames=4))
    assert claim(Video.objects.filter(pk=video.pk), state=Video.State.INGESTING)
    assert ingest.run(video.pk) is False


def test_it_fails_with_a_sentence_after_five_attempts(owner: User, tmp_path: Path, queue: StubBroker) -> None:
    video = received(owner, draw_clip(tmp_path / "clip.mp4", frames=4))
    Video.objects.filter(pk=video.pk).update(attempts=ingest.MAX_ATTEMPTS)
    ingest.run(video.pk)
    video.refresh_from_db()
    assert (video.state, video.error) == (Video.State.FAILED, ingest.UNEXPECTED)
    assert ingest.retry(video)
    ingest.run(video.pk)
    video.refresh_from_db()
    assert video.state == Video.State.READY


def test_an_unexpected_error_gives_the_video_back(
    owner: User, tmp_path: Path, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = received(owner, draw_clip(tmp_path / "clip.mp4", frames=4))

    def broken(*args: object, **more: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(ingest, "probe", broken)
    with pytest.raises(OSError, match="disk is full"):
        ingest.run(video.pk)
    monkeypatch.setattr(ingest, "probe", media_probe.probe)
    assert ingest.run(video.pk)
    video.refresh_from_db()
    assert video.state == Video.State.READY


def test_what_was_made_playable_has_all_its_attempts_for_the_rest(
    owner: User, tmp_path: Path, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = received(owner, draw_clip(tmp_path / "clip.mp4", frames=4))
    Video.objects.update(attempts=ingest.MAX_ATTEMPTS - 1)

    def broken(*args: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(separate, "separate", broken)
    attempts = []
    for _ in range(2):
        with pytest.raises(OSError, match="disk is full"):
            ingest.run(video.pk)
        attempts.append(Video.objects.get().attempts)
    assert attempts == [1, 2]


def test_a_look_that_was_cut_short_costs_nobody_their_upload(
    owner: User, tmp_path: Path, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = received(owner, draw_clip(tmp_path / "clip.mp4", frames=4))

    def killed(*args: object, **more: object) -> None:
        raise MediaError(media_probe.CUT_SHORT)

    monkeypatch.setattr(ingest, "probe", killed)
    for _ in range(ingest.MAX_ATTEMPTS):
        with pytest.raises(MediaError):
            ingest.run(video.pk)
    ingest.run(video.pk)
    video.refresh_from_db()
    assert (video.state, video.error) == (Video.State.FAILED, media_probe.CUT_SHORT)
    assert kept(video.source)
    monkeypatch.setattr(ingest, "probe", media_probe.probe)
    assert ingest.retry(video)
    ingest.run(video.pk)
    video.refresh_from_db()
    assert video.state == Video.State.READY


def test_receiving_twice_makes_one_source(owner: User, tmp_path: Path, queue: StubBroker) -> None:
    path = draw_clip(tmp_path / "clip.mp4", frames=4)
    video = receive.make_video(owner, "clip.mp4")
    receive.take_file(video, path)
    receive.take_file(video, path)
    assert kept(video.source)


def test_it_queues_the_renders_that_were_planned(
    owner: User, tmp_path: Path, queue: StubBroker, settings: Settings
) -> None:
    """One that cannot be, since it would cost more than it may, holds up no other."""
    make_filter("negative")
    make_filter("dear", cost_per_image=1)
    settings.ALGORITHMIA_COST_PER_RENDER = 0.5
    path = draw_clip(tmp_path / "clip.mp4")
    video = receive.video_from_file(
        owner, path, path.name, receive.Words(planned_filters=["dear", "negative", "gone"])
    )
    ingest.run(video.pk)
    assert [render.version.filter.slug for render in Render.objects.filter(video=video)] == ["negative"]
