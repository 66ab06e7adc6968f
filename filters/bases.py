"""The base networks that styles run on: those that ship, and every one that this installation has shipped with before.

A style is numbers on one certain base, which it names by the SHA-256 of its file. When a new base takes the place of
an old one, filters that people trained or mixed, and renders that still wait, go on with the base they belong to: each
is kept in storage from the first start with it (`filters.shipped.load`).
"""

from __future__ import annotations

import re
from pathlib import Path

from filters import sha256
from filters.engines.weights import base_of_style
from filters.models import FilterVersion
from rotoscope.common.files import local_path

SHIPPED = Path(__file__).parent / "catalogue" / "bases"
NAME = re.compile(r"[a-z0-9-]{1,80}")


def base_of(version: FilterVersion) -> Path:
    """The file of the base that a version of kind “style” runs on. Raises FileNotFoundError, BadWeights."""
    return find(version.base, base_of_style(local_path(version.weights)))


def find(name: str, digest: str) -> Path:
    """The base of that name ("base-fine") and SHA-256. Raises FileNotFoundError, with what could be done."""
    path = shipped(name)
    if sha256.of_file(path) == digest:
        return path
    try:
        return local_path(kept_name(digest))
    except FileNotFoundError:
        raise FileNotFoundError(
            f"it was made for an earlier base network, {digest[:16]}…, which is not among the media as "
            f"{kept_name(digest)}"
        ) from None


def shipped(name: str) -> Path:
    """The base that ships under a name today. Raises FileNotFoundError for a name that is not shipped."""
    path = SHIPPED / f"{name}.safetensors"
    # What came in as a file may say anything, such as a name that no file system takes.
    if not NAME.fullmatch(name) or not path.is_file():
        raise FileNotFoundError(f"no base network is called “{name}”")
    return path


def kept_name(digest: str) -> str:
    """The name under which a base is kept in storage, by its SHA-256."""
    return f"bases/{digest}.safetensors"
