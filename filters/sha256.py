"""SHA-256 (FIPS 180-4) in hexadecimal: what weights, bases, pictures and models are known by."""

from __future__ import annotations

import hashlib
from pathlib import Path


def of_bytes(data: bytes) -> str:
    """Of these bytes."""
    return hashlib.sha256(data).hexdigest()


def of_file(path: Path) -> str:
    """Of what a file holds. Raises OSError."""
    return of_bytes(path.read_bytes())
