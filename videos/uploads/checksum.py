"""The Upload-Checksum header of tus: an algorithm and the Base64 of the digest of one request's body."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import zlib
from collections.abc import Callable
from typing import Protocol

from .errors import ChecksumMismatch, UploadError


class Hasher(Protocol):
    """What hashlib's objects can do."""

    def update(self, data: bytes, /) -> None: ...

    def digest(self) -> bytes: ...


class Crc32:
    """CRC-32 as a hasher; the digest is its four bytes, most significant first."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        """The four bytes of the sum so far."""
        return self._value.to_bytes(4, "big")


ALGORITHMS: dict[str, Callable[[], Hasher]] = {"sha256": hashlib.sha256, "sha1": hashlib.sha1, "crc32": Crc32}


class Checksum:
    """What the client says, and what has come in so far."""

    def __init__(self, algorithm: str, expected: bytes) -> None:
        self._hasher = ALGORITHMS[algorithm]()
        self._expected = expected

    @classmethod
    def from_header(cls, header: str) -> Checksum:
        """Read “sha256 Base64”. Raises UploadError for unknown algorithms and for what is not Base64."""
        algorithm, _, encoded = header.strip().partition(" ")
        if algorithm not in ALGORITHMS:
            raise UploadError(f"Checksums may be {', '.join(ALGORITHMS)}.")
        try:
            return cls(algorithm, base64.b64decode(encoded, validate=True))
        except binascii.Error:
            raise UploadError("The Upload-Checksum header is not Base64.") from None

    def update(self, data: bytes) -> None:
        """Take in more bytes of the body."""
        self._hasher.update(data)

    def check(self) -> None:
        """Raises ChecksumMismatch unless the bytes taken in are the ones that were meant."""
        if not hmac.compare_digest(self._hasher.digest(), self._expected):
            raise ChecksumMismatch("These bytes were damaged on their way. Send them again.")
