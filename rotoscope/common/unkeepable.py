"""What PostgreSQL's text cannot hold: NUL, and half of a surrogate pair, which is no text at all.

JSON can name half of a pair (“\\ud800”), which no UTF-8 writes; addresses and forms are bytes, and cannot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
OF_A_FIELD = "There is a NUL character or half of a surrogate pair in it; take it out."


def cannot_be_kept(value: object) -> bool:
    """Whether there is one anywhere in a text, a list or a mapping."""
    if isinstance(value, str):
        return UNKEEPABLE.search(value) is not None
    if isinstance(value, Mapping):
        return any(cannot_be_kept(pair) for pair in value.items())
    return isinstance(value, list | tuple) and any(map(cannot_be_kept, value))
