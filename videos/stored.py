"""A stored file as a web server sees it: size, entity tag, time of change, and its bytes in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import ClientError
from django.core.files.storage import default_storage
from django.utils.http import http_date

from rotoscope.common.silence import Silence

BLOCK = 256 * 1024
SILENCE = Silence()


class Blocks(Protocol):
    """Something that is read block by block and closed in the end."""

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


class FileBlocks:
    """Bytes [start, start + length) of a local file, never more than BLOCK of them in memory."""

    def __init__(self, path: Path, start: int, length: int) -> None:
        self._file = path.open("rb")
        self._file.seek(start)
        self._left = length

    def __iter__(self) -> Iterator[bytes]:
        while self._left > 0 and (data := self._file.read(min(BLOCK, self._left))):
            self._left -= len(data)
            yield data

    def close(self) -> None:
        """Close the file; Django does so when the answer is sent or the visitor has gone."""
        self._file.close()


class ObjectBlocks:
    """The body of an S3 object's range."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield from iter(partial(self._body.read, BLOCK), b"")

    def close(self) -> None:
        """Give the connection back."""
        self._body.close()


@dataclass(frozen=True)
class StoredFile:
    """What is known before a byte is read. `etag` is strong and has its quotes; `modified` is in seconds."""

    name: str
    size: int
    etag: str
    modified: int

    @property
    def last_modified(self) -> str:
        """The value of Last-Modified."""
        return http_date(self.modified)

    def read(self, start: int, length: int) -> Blocks:
        """Bytes [start, start + length)."""
        bucket = getattr(default_storage, "bucket", None)
        if bucket is None:
            return FileBlocks(Path(default_storage.path(self.name)), start, length)
        if length == 0:
            return ObjectBlocks(_Nothing())
        asked = f"bytes={start}-{start + length - 1}"
        with SILENCE.asking():
            return ObjectBlocks(bucket.Object(self.name).get(Range=asked)["Body"])


class _Nothing:
    def read(self, size: int) -> bytes:
        return b""

    def close(self) -> None:
        return


def look_up(name: str) -> StoredFile:
    """The stored file called `name`. Raises FileNotFoundError, StoreSilent where S3 does not answer, and ClientError
    where it does not tell us: a wrong key is no missing file, and whoever looks for the cause finds it in the log."""
    if not name:
        raise FileNotFoundError("nothing is stored here")
    bucket = getattr(default_storage, "bucket", None)
    if bucket is None:
        found = Path(default_storage.path(name)).stat()
        return StoredFile(
            name, found.st_size, f'"{found.st_mtime_ns:x}-{found.st_size:x}"', int(found.st_mtime)
        )
    try:
        stored = bucket.Object(name)
        with SILENCE.asking():
            stored.load()
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != HTTPStatus.NOT_FOUND:
            raise
        raise FileNotFoundError(name) from error
    return StoredFile(name, stored.content_length, stored.e_tag, int(stored.last_modified.timestamp()))
