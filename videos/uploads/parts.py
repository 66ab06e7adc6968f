"""The file of an unfinished upload: ROTOSCOPE_HOME/uploads/<id>.part.

Bytes up to the row's offset are on disk for good; what may follow them was never acknowledged, and the next
writer cuts it off. Web servers on several machines need this folder on a disk they share.
"""

from __future__ import annotations

import errno
import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from .errors import NoRoom


def folder() -> Path:
    """Where parts lie; made when first asked for."""
    path = Path(settings.ROTOSCOPE_HOME) / "uploads"
    path.mkdir(parents=True, exist_ok=True)
    return path


def path_of(pk: uuid.UUID) -> Path:
    """The file of an upload, whether it exists or not."""
    return folder() / f"{pk}.part"


def create(pk: uuid.UUID) -> None:
    """An empty file, there even after a power cut. Raises NoRoom."""
    with _room():
        path_of(pk).touch(exist_ok=False)
        _sync_folder()


def size(pk: uuid.UUID) -> int:
    """Bytes in the file, acknowledged or not; 0 when there is none."""
    try:
        return path_of(pk).stat().st_size
    except FileNotFoundError:
        return 0


def remove(pk: uuid.UUID) -> None:
    """Remove the file; a missing one is no error."""
    path_of(pk).unlink(missing_ok=True)


def all_there() -> Iterator[tuple[uuid.UUID, float]]:
    """Every part with the time of its last change, in seconds since 1970."""
    for path in folder().glob("*.part"):
        with suppress(ValueError, FileNotFoundError):  # not a part of ours, or just finished
            yield uuid.UUID(path.stem), path.stat().st_mtime


class OpenPart:
    """An open part. Its bytes are changed within `alone()`, in which no other writer can act."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other writer out, of this process or another, for as long as the block runs."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def cut(self, length: int) -> None:
        """Keep the first `length` bytes."""
        os.ftruncate(self._descriptor, length)

    def write(self, data: bytes, offset: int) -> None:
        """Put all of `data` at `offset`. Raises NoRoom, perhaps with a part of it there."""
        rest = memoryview(data)
        while rest:
            with _room():
                written = os.pwrite(self._descriptor, rest, offset)
            rest, offset = rest[written:], offset + written

    def sync(self) -> None:
        """Return once the bytes survive a power cut. Raises NoRoom: some disks look for it only now."""
        with _room():
            os.fdatasync(self._descriptor)


@contextmanager
def opened(pk: uuid.UUID) -> Iterator[OpenPart]:
    """Open the file for writing, made anew where it is missing."""
    descriptor = os.open(path_of(pk), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield OpenPart(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _room() -> Iterator[None]:
    """Raises NoRoom for the block's error where the disk is full, or what we may have of it."""
    try:
        yield
    except OSError as problem:
        if problem.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise NoRoom(
            "This server’s disk is full. What has arrived is kept: go on once there is room again."
        ) from problem


def _sync_folder() -> None:
    descriptor = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
