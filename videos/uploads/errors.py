"""What may be wrong with an upload: each with a sentence for people and the status of the answer."""

from __future__ import annotations


class UploadError(Exception):
    """The request cannot be met; `status` is the HTTP status that says so."""

    status = 400


class TooLarge(UploadError):
    """More bytes than are allowed, promised or free."""

    status = 413


class NoRoom(UploadError):
    """The disk of this machine is too full."""

    status = 507


class WrongOffset(UploadError):
    """The client believes in another offset than we do."""

    status = 409


class Gone(UploadError):
    """It got no bytes for too long, or was ended."""

    status = 410


class Busy(UploadError):
    """Somebody else is writing to it right now."""

    status = 423


class ChecksumMismatch(UploadError):
    """The bytes are not the ones that were sent (tus: 460). Nothing of them is kept."""

    status = 460
