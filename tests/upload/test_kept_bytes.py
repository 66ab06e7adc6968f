"""What is on disk after cuts, kills and two senders at once."""

from __future__ import annotations

import errno
import io
import os
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.upload.client import created, head, patch, sha256
from videos.models import Upload
from videos.uploads import append as appending
from videos.uploads import parts
from videos.uploads.append import append
from videos.uploads.checksum import Checksum
from videos.uploads.errors import Busy, UploadError

pytestmark = pytest.mark.django_db


class Wire:
    """A body of some blocks; between them something may happen."""

    def __init__(self, *blocks: bytes | Callable[[], None]) -> None:
        self._blocks = list(blocks)

    def read(self, size: int, /) -> bytes:
        """The next block."""
        while self._blocks:
            block = self._blocks.pop(0)
            if isinstance(block, bytes):
                return block
            block()
        return b""


@pytest.fixture
def upload(owner: User) -> Upload:
    row = Upload.objects.create(owner=owner, filename="a.mp4", length=100)
    parts.create(row.pk)
    return row


def test_what_came_before_a_cut_is_kept(upload: Upload) -> None:
    assert append(upload, 0, Wire(b"a" * 30), 50) == 30
    assert append(upload, 30, Wire(b"b" * 20), 20) == 50
    assert parts.path_of(upload.pk).read_bytes() == b"a" * 30 + b"b" * 20


def test_with_a_checksum_a_cut_keeps_nothing_of_the_piece(upload: Upload) -> None:
    checksum = Checksum.from_header(sha256(b"a" * 50))
    with pytest.raises(UploadError):
        append(upload, 0, Wire(b"a" * 30), 50, checksum)
    assert parts.size(upload.pk) == 0
    assert Upload.objects.get(pk=upload.pk).offset == 0


def test_a_killed_server_leaves_only_what_was_acknowledged(upload: Upload, owner_client: Client) -> None:
    patch(owner_client, upload, b"a" * 10, 0)
    with parts.path_of(upload.pk).open("ab") as part:  # written, but killed before the row was
        part.write(b"half a piece")
    assert head(owner_client, upload)["Upload-Offset"] == "10"
    assert patch(owner_client, upload, b"b" * 5, 10).status_code == 204
    assert parts.path_of(upload.pk).read_bytes() == b"a" * 10 + b"b" * 5


def test_bytes_that_the_disk_lost_are_asked_for_again(upload: Upload, owner_client: Client) -> None:
    patch(owner_client, upload, b"a" * 10, 0)
    with parts.opened(upload.pk) as part:
        part.cut(4)
    assert head(owner_client, upload)["Upload-Offset"] == "4"
    assert patch(owner_client, upload, b"b" * 5, 4).status_code == 204
    assert parts.path_of(upload.pk).read_bytes() == b"aaaabbbbb"


def test_bytes_are_on_disk_before_they_are_acknowledged(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    offsets = []
    real = parts.OpenPart.sync

    def sync(part: parts.OpenPart) -> None:
        real(part)
        offsets.append(Upload.objects.get(pk=upload.pk).offset)

    monkeypatch.setattr(parts.OpenPart, "sync", sync)
    monkeypatch.setattr(appending, "COMMIT", 20)
    append(upload, 0, Wire(b"a" * 20, b"b" * 20), 40)
    assert offsets == [0, 20]


def test_a_second_connection_is_told_to_wait(upload: Upload) -> None:
    def second() -> None:
        with pytest.raises(Busy):
            append(Upload.objects.get(pk=upload.pk), 0, Wire(b"zzz"), 3)

    assert append(upload, 0, Wire(b"a", second, b"b"), 2) == 2
    assert parts.path_of(upload.pk).read_bytes() == b"ab"


def test_over_http_that_is_423(upload: Upload, owner_client: Client) -> None:
    Upload.objects.filter(pk=upload.pk).update(
        lease_token=uuid.uuid4(), lease_until=timezone.now() + timedelta(seconds=9)
    )
    assert patch(owner_client, upload, b"data", 0).status_code == 423


def test_a_connection_that_died_silently_is_taken_over_and_fenced_off(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appending, "ASK_EVERY", 0.0)

    def taken_over() -> None:
        Upload.objects.filter(pk=upload.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert append(Upload.objects.get(pk=upload.pk), 0, Wire(b"new"), 3) == 3

    with pytest.raises(Busy):
        append(upload, 0, Wire(b"old", taken_over, b"late"), 7)
    assert parts.path_of(upload.pk).read_bytes() == b"new"
    assert Upload.objects.get(pk=upload.pk).offset == 3


def test_an_upload_that_is_ended_while_bytes_come_takes_no_more(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    from videos.uploads.expiry import terminate

    monkeypatch.setattr(appending, "ASK_EVERY", 0.0)
    with pytest.raises(Busy):
        append(upload, 0, Wire(b"old", lambda: assert_true(terminate(upload)), b"late"), 7)
    assert not parts.path_of(upload.pk).exists()


def assert_true(held: bool) -> None:
    assert held


def test_memory_holds_a_block_and_not_the_body(upload: Upload) -> None:
    asked: list[int] = []

    class Counting(io.RawIOBase):
        def read(self, size: int = -1, /) -> bytes:
            asked.append(size)
            return b"x" * size

    Upload.objects.filter(pk=upload.pk).update(length=3 * appending.BLOCK)
    upload.refresh_from_db()
    assert append(upload, 0, Counting(), 3 * appending.BLOCK) == 3 * appending.BLOCK
    assert max(asked) == appending.BLOCK


@pytest.mark.parametrize("call", ["pwrite", "fdatasync"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_on_a_full_disk_what_was_acknowledged_stays_and_the_rest_is_refused(
    upload: Upload, owner_client: Client, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    def full(*_: object) -> int:
        raise OSError(number, "No space left on device")

    patch(owner_client, upload, b"a" * 10, 0)
    with monkeypatch.context() as disk:
        disk.setattr(os, call, full)
        answer = patch(owner_client, upload, b"b" * 5, 10)
        assert (answer.status_code, answer["Tus-Resumable"]) == (507, "1.0.0")
        assert "disk is full" in answer.content.decode()
        assert parts.path_of(upload.pk).read_bytes() == b"a" * 10
    assert head(owner_client, upload)["Upload-Offset"] == "10"
    assert patch(owner_client, upload, b"b" * 5, 10).status_code == 204


def test_created_rows_have_a_file(owner_client: Client) -> None:
    assert parts.path_of(created(owner_client, 10).pk).exists()
