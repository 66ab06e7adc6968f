"""Files written beside their place and renamed, so that a reader sees a whole file or none."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def beside(target: Path) -> Path:
    """A fresh name in the folder of ``target``: hidden, with ``.part`` in it and the same ending."""
    return target.with_name(f".{target.stem}.{secrets.token_hex(4)}.part{target.suffix}")


@contextmanager
def written(target: Path) -> Iterator[Path]:
    """Gives a path to write to; renamed to ``target`` at the end, removed when anything is raised.

    The folder of ``target`` is made if it is missing.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = beside(target)
    try:
        yield part
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
