"""Addresses under data://, made one and safe: “.my/frames/0001.png”."""

from __future__ import annotations

import re

from filters.deepfilter.problem import Problem

ROOTS = (".my", ".session", ".algo")
LONGEST = 500
DEEPEST = 8
PART = re.compile(r"[\w.()@+ -]{1,200}", re.ASCII)


def clean(address: str, username: str) -> str:
    """The path of an address of this person; “data://” and their own name for “.my” are understood.

    Empty for the root. Raises Problem 400 for a path that cannot be, 404 for another person's.
    """
    parts = address.removeprefix("data://").strip("/").split("/")
    if parts == [""]:
        return ""
    if parts[0] == username:
        parts[0] = ".my"
    if parts[0] not in ROOTS:
        raise Problem("no such directory", status=404, error_type="NotFoundError")
    if len(parts) > DEEPEST or len("/".join(parts)) > LONGEST or not all(map(_allowed, parts)):
        raise Problem("invalid path", status=400)
    return "/".join(parts)


def parent(path: str) -> str:
    """The folder that holds `path`; empty for one of the roots."""
    return path.rpartition("/")[0]


def name(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def _allowed(part: str) -> bool:
    return part not in (".", "..") and PART.fullmatch(part) is not None
