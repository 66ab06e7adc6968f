"""A whole upload becomes one video, however often it is finished, whatever is killed meanwhile."""

from __future__ import annotations

import os
import uuid
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from dramatiq.brokers.stub import StubBroker
from pytest_django import Settings

from rotoscope.common.files import store
from tests.admin.pages import delete
from tests.at_once import at_once
from tests.clips import draw_clip
from tests.disk import no_room
from tests.upload.client import TUS, address, created, head, patch
from videos.models import Profile, Upload, Video
from videos.pipeline import ingest, receive, reconcile, renders
from videos.uploads import expire, parts
from videos.uploads.finish import finish


def whole_upload(owner: User, data: bytes = b"not really footage") -> Upload:
    """All bytes are here; nobody has finished it yet."""
    upload = Upload.objects.create(
        owner=owner,
        filename="flight one.mp4",
        length=len(data),
        offset=len(data),
        metadata={"title": "", "visibility": "unlisted", "tags": "sea,wind"},
    )
    parts.path_of(upload.pk).write_bytes(data)
    return upload


@pytest.mark.django_db
def test_the_last_byte_makes_the_video(
    owner_client: Client, owner: User, tmp_path: Path, queue: StubBroker
) -> None:
    data = draw_clip(tmp_path / "clip.mp4", frames=5).read_bytes()
    upload = created(owner_client, len(data), filename="Beach_flight.mp4", visibility="public", tags="sea")
    patch(owner_client, upload, data[:1000], 0)
    assert not Video.objects.exists()
    patch(owner_client, upload, data[1000:], 1000)
    video = Video.objects.get()
    assert (video.title, video.owner, video.visibility, video.tags) == (
        "Beach flight",
        owner,
        "public",
        ["sea"],
    )
    assert video.source.open().read() == data
    assert not parts.path_of(upload.pk).exists()
    assert Upload.objects.get(pk=upload.pk).video == video


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["🎬", "..", "????.mp4", "clip.🎬"])
def test_a_name_without_a_letter_keeps_no_upload_out(
    owner_client: Client, owner: User, name: str, queue: StubBroker
) -> None:
    patch(owner_client, created(owner_client, 4, filename=name), b"clip", 0)
    video = Video.objects.get()
    assert video.source_name == name
    assert video.source.open().read() == b"clip"


@pytest.mark.django_db
def test_finishing_twice_makes_one_video(owner: User) -> None:
    upload = whole_upload(owner)
    first = finish(upload)
    assert first is not None
    assert finish(Upload.objects.get(pk=upload.pk)) == first
    assert Video.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_finish_at_once_make_one_video(owner: User) -> None:
    upload = whole_upload(owner)
    mine = [Upload.objects.get(pk=upload.pk) for _ in range(2)]
    made = at_once(*(partial(finish, one) for one in mine))
    assert Video.objects.count() == 1
    assert {video for video in made if video is not None} == {Video.objects.get()}


@pytest.mark.django_db
def test_a_kill_between_the_row_and_the_file_is_mended_by_the_next_question(
    owner: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = whole_upload(owner)
    with monkeypatch.context() as killed:
        killed.setattr(receive, "take_file", _die)
        with pytest.raises(SystemExit):
            finish(upload)
    assert Video.objects.get().source.name == ""
    Upload.objects.update(lease_token=None, lease_until=None)
    assert head(owner_client, upload)["Upload-Offset"] == str(upload.length)
    assert Video.objects.get().source.open().read() == b"not really footage"


@pytest.mark.django_db
def test_a_kill_before_anything_was_made_is_mended_by_the_reconciler(owner: User) -> None:
    upload = whole_upload(owner)
    expire()
    assert Upload.objects.get(pk=upload.pk).video is not None


@pytest.mark.django_db
def test_a_whole_upload_whose_file_is_lost_fails_with_a_sentence_in_the_end(owner: User) -> None:
    upload = whole_upload(owner)
    parts.remove(upload.pk)
    expire()  # it may be on another machine
    assert Video.objects.get().state == Video.State.RECEIVING
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    expire()
    video = Video.objects.get()
    assert video.state == Video.State.FAILED
    assert "Upload it again" in video.error
    assert not Upload.objects.exists()
    assert Profile.of(owner).used_bytes() == 0


@pytest.mark.django_db
def test_of_a_video_that_is_deleted_while_its_file_is_stored_nothing_stays(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = whole_upload(owner)
    stored: list[str] = []

    def deleted_meanwhile(path: Path, name: str) -> str:
        renders.remove_video(Video.objects.get())
        stored.append(store(path, name))
        return stored[-1]

    monkeypatch.setattr(receive, "store", deleted_meanwhile)
    with pytest.raises(Video.DoesNotExist):
        finish(upload)
    assert stored and not default_storage.exists(stored[0])
    assert not Upload.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("door", ["page", "api", "admin"])
def test_of_footage_that_is_deleted_before_its_file_was_taken_over_the_bytes_go(
    owner: User,
    owner_client: Client,
    staff_client: Client,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    door: str,
) -> None:
    """In the admin at once, elsewhere once it is too late to bring the footage back."""
    upload = whole_upload(owner)
    monkeypatch.setattr(receive, "take_file", no_room)
    with pytest.raises(OSError, match="space"):
        finish(upload)
    video = Video.objects.get()
    if door == "page":
        owner_client.post(reverse("video-delete", args=[video.ref]))
    elif door == "api":
        owner_client.delete(f"/api/videos/{video.ref}")
    else:
        delete(staff_client, "videos_video", video.pk)
    assert Upload.objects.exists() == parts.path_of(upload.pk).exists() == (door != "admin")
    settings.ROTOSCOPE_KEEP_REMOVED_HOURS = 0
    reconcile.clear_away()
    assert not Upload.objects.exists()
    assert not parts.path_of(upload.pk).exists()


@pytest.mark.django_db
def test_an_upload_that_cannot_be_stored_holds_up_no_other(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, good = whole_upload(owner), whole_upload(owner)
    take = receive.take_file

    def take_file(video: Video, path: Path) -> None:
        (no_room if path == parts.path_of(stuck.pk) else take)(video, path)

    monkeypatch.setattr(receive, "take_file", take_file)
    expire()
    sources = {upload.pk: str(upload.video and upload.video.source) for upload in Upload.objects.all()}
    assert not sources[stuck.pk]
    assert sources[good.pk]


@pytest.mark.django_db
def test_a_whole_upload_waits_for_storage_as_long_as_it_takes(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = whole_upload(owner)
    with monkeypatch.context() as full:
        full.setattr(receive, "take_file", no_room)
        expire()
        Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        os.utime(parts.path_of(upload.pk), (0, 0))
        expire()
    assert Video.objects.get().source.name == ""
    expire()
    assert Video.objects.get().source.open().read() == b"not really footage"
    assert not Upload.objects.exists(), "and then it is forgotten like others"


@pytest.mark.django_db
def test_refused_footage_is_told_of_and_never_taken_in_again(owner: User, owner_client: Client) -> None:
    upload = whole_upload(owner, b"Dear reader, " * 1000)
    video = finish(upload)
    assert video is not None
    ingest.run(video.pk)
    told = owner_client.get(address(upload)).json()["video"]
    assert told["state"] == "failed"
    assert told["error"]
    expire()
    assert Upload.objects.filter(pk=upload.pk).exists()
    assert owner_client.get(address(upload)).json()["video"] == told


@pytest.mark.django_db
def test_a_lost_file_does_not_break_the_page_that_asks(owner: User, owner_client: Client) -> None:
    upload = whole_upload(owner)
    parts.remove(upload.pk)
    assert owner_client.get(address(upload)).status_code == 200


@pytest.mark.django_db
def test_a_lost_file_does_not_break_the_program_that_asks(owner: User, owner_client: Client) -> None:
    sent_again = whole_upload(owner)
    parts.remove(sent_again.pk)
    told = owner_client.get(f"/api/uploads/{sent_again.pk}").json()
    assert (told["offset"], told["video"]) == (0, None)
    made_already = whole_upload(owner)
    parts.remove(made_already.pk)
    with pytest.raises(FileNotFoundError):
        finish(made_already)
    told = owner_client.get(f"/api/uploads/{made_already.pk}").json()
    assert told["video"] == Video.objects.get().ref


@pytest.mark.django_db
def test_a_finished_upload_cannot_be_ended(owner: User, owner_client: Client) -> None:
    upload = whole_upload(owner)
    finish(upload)
    assert owner_client.delete(address(upload), headers=TUS).status_code == 403
    assert Video.objects.exists()


@pytest.mark.django_db
def test_expired_uploads_and_files_without_a_row_are_removed(owner: User, owner_client: Client) -> None:
    old, fresh = created(owner_client, 10), created(owner_client, 10)
    patch(owner_client, old, b"data", 0)
    Upload.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert head(owner_client, old).status_code == 410
    assert expire() == 1
    assert not parts.path_of(old.pk).exists()
    assert parts.path_of(fresh.pk).exists()
    assert head(owner_client, old).status_code == 404


@pytest.mark.django_db
def test_an_orphan_file_goes_when_it_is_old(home: Path) -> None:
    orphan = parts.path_of(uuid.uuid4())
    orphan.write_bytes(b"left")
    (parts.folder() / "notes.part").write_bytes(b"somebody's")
    expire()
    assert orphan.exists()
    os.utime(orphan, (0, 0))
    expire()
    assert not orphan.exists()
    assert (parts.folder() / "notes.part").exists()


def _die(*_: object) -> None:
    raise SystemExit
