"""Append bytes to an upload: streamed to disk, on it for good before the offset is acknowledged.

A writer holds the upload's lease and renews it when bytes arrive. So a sender whose connection died
without a word loses the lease after twenty seconds, and may go on over a new connection; what the old
request might still write is fenced off: every write asks, with everybody else locked out, whether the
lease is still its own.
"""

from __future__ import annotations

import time
import uuid
from typing import Protocol

from django.db.models.functions import Now

from rotoscope.common.lease import LEASE, claim, released
from videos.models import Upload
from videos.models.upload import expiry

from . import parts
from .checksum import Checksum
from .errors import Busy, NoRoom, TooLarge, UploadError, WrongOffset

BLOCK = 256 * 1024  # bytes read at once
COMMIT = 5 * 1024**2  # bytes after which an offset is acknowledged even within one request
ASK_EVERY = 1.0  # seconds for which a writer trusts its lease without asking


class Body(Protocol):
    """What is read from: at most `size` bytes, none at the end or when the connection was cut."""

    def read(self, size: int, /) -> bytes: ...


def reconcile(upload: Upload) -> Upload:
    """Lower the offset to what is truly on disk, should the disk have lost bytes."""
    if upload.video_id is None and upload.offset > (there := parts.size(upload.pk)):
        Upload.objects.unfinished().filter(pk=upload.pk, offset=upload.offset).update(offset=there)
        upload.refresh_from_db()
    return upload


def append(upload: Upload, offset: int, body: Body, length: int, checksum: Checksum | None = None) -> int:
    """Write `length` bytes of `body` at `offset`; the new offset.

    With a checksum all of them are kept or none. Without one, what arrived before a cut is kept.
    Raises WrongOffset, TooLarge, Busy, ChecksumMismatch; NoRoom, after which what was acknowledged is kept.
    """
    reconcile(upload)
    if offset != upload.offset:
        raise WrongOffset(f"{upload.offset} bytes are here; go on from there.")
    if offset + length > upload.length:
        raise TooLarge(f"These are more bytes than the {upload.length} that were announced.")
    if length == 0:
        return offset
    token = claim(Upload.objects.unfinished().filter(pk=upload.pk, offset=offset))
    if token is None:
        raise Busy("Another connection is sending this file. Try again in a few seconds.")
    try:
        with parts.opened(upload.pk) as part:
            _Writer(upload, token, part, offset, checksum).take(body, length)
    finally:
        Upload.objects.held_by(token).update(**released())
    upload.refresh_from_db()
    return upload.offset


class _Writer:
    """One request's way into the file; `position` is where its next byte goes."""

    def __init__(
        self, upload: Upload, token: uuid.UUID, part: parts.OpenPart, offset: int, checksum: Checksum | None
    ) -> None:
        self._mine = Upload.objects.filter(pk=upload.pk).held_by(token)
        self._part = part
        self._checksum = checksum
        self._committed = self._position = offset
        self._asked = time.monotonic()
        self._cut()

    def take(self, body: Body, length: int) -> None:
        """Everything of `body`; acknowledged on the way, or at the end when there is a checksum."""
        try:
            self._take(body, length)
        except NoRoom:
            self._cut()
            raise

    def _take(self, body: Body, length: int) -> None:
        missing = length
        while missing and (data := body.read(min(BLOCK, missing))):
            missing -= len(data)
            self._write(data)
            if self._checksum is None and self._position - self._committed >= COMMIT:
                self._commit()
        if self._checksum is not None:
            self._verify(missing)
        self._commit()

    def _verify(self, missing: int) -> None:
        assert self._checksum is not None
        try:
            if missing:
                raise UploadError("The connection was cut before these bytes were complete. Send them again.")
            self._checksum.check()
        except UploadError:
            self._cut()
            raise

    def _write(self, data: bytes) -> None:
        with self._part.alone():
            self._ask()
            self._part.write(data, self._position)
        self._position += len(data)
        if self._checksum is not None:
            self._checksum.update(data)

    def _cut(self) -> None:
        """Remove what was never acknowledged."""
        with self._part.alone():
            self._ask(at_once=True)
            self._part.cut(self._committed)

    def _commit(self) -> None:
        if self._position == self._committed:
            return
        self._part.sync()
        kept = self._mine.update(offset=self._position, expires_at=expiry(), lease_until=Now() + LEASE)
        if not kept:
            raise Busy("This upload was ended, or is being sent over another connection.")
        self._committed = self._position
        self._asked = time.monotonic()

    def _ask(self, *, at_once: bool = False) -> None:
        """Renew the lease now and then. Raises Busy when it is somebody else's."""
        if not at_once and time.monotonic() - self._asked < ASK_EVERY:
            return
        if not self._mine.update(lease_until=Now() + LEASE):
            raise Busy("This upload was ended, or is being sent over another connection.")
        self._asked = time.monotonic()
