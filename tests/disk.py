"""A disk that is full."""

from __future__ import annotations

import errno
from typing import NoReturn


def no_room(*_: object, **__: object) -> NoReturn:
    """Stands in for whatever writes."""
    raise OSError(errno.ENOSPC, "No space left on device")
