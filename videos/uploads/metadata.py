"""The Upload-Metadata header of tus: pairs of a key and a Base64 value, separated by commas."""

from __future__ import annotations

import base64
import binascii
import unicodedata
from pathlib import PureWindowsPath

from .errors import UploadError

LONGEST = 8192  # characters of the whole header


def decode(header: str) -> dict[str, str]:
    """The values by key, as text. Raises UploadError on anything that is not well formed."""
    if len(header) > LONGEST:
        raise UploadError("The Upload-Metadata header is too long.")
    values: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, encoded = pair.partition(" ")
        if key in values or not key.isascii():
            raise UploadError("The Upload-Metadata header names a key twice, or one that is not ASCII.")
        values[key] = _text(encoded.strip())
    return values


def encode(values: dict[str, str]) -> str:
    """The header for these values."""
    return ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}".strip() for key, value in values.items()
    )


def clean_filename(name: str) -> str:
    """The last part of a path of any system, without control characters, at most 255 characters long."""
    last = PureWindowsPath(name).name  # knows / and \ alike
    readable = "".join(one for one in last if unicodedata.category(one)[0] != "C").strip()
    return readable[-255:] or "upload"


def _text(encoded: str) -> str:
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise UploadError("The Upload-Metadata header holds a value that is not Base64 of UTF-8.") from None
    return text.replace("\x00", "")
