"""Logs that do not grow for ever."""

import os
import shutil
from pathlib import Path

LARGEST = 20 * 1024 * 1024  # bytes


def put_aside(log: Path) -> bool:
    """Copy a log that has grown too large to NAME.log.1 and empty it; whether it had.

    Its writer goes on meanwhile: it appends, so what it writes next is the new beginning.
    """
    try:
        if log.stat().st_size <= LARGEST:
            return False
    except FileNotFoundError:
        return False
    aside = log.with_suffix(".log.1")
    try:
        shutil.copyfile(log, aside)
    except OSError:  # the disk is full: the room is needed more than the old lines
        aside.unlink(missing_ok=True)
    os.truncate(log, 0)
    return True
