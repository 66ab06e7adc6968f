"""Content that begins small and grows while the training runs, so that nobody waits for it.

Landscapes that were drawn once are kept on the disk: drawing one takes half a second, reading one nothing.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from .content import ContentSet, read_picture
from .scenes import landscape

Picture = NDArray[np.uint8]
One = TypeVar("One")
SEED = 1
VERSION = "2"  # raise it when scenes.py draws other landscapes
AT_ONCE = 4  # pictures that a training begins with


def kept_landscapes(folder: Path, count: int) -> Iterator[Picture]:
    """`count` landscapes, RGB (576, 576, 3), always the same ones; those that `folder` has are read from there.

    One that cannot be read is drawn again.
    """
    for index in range(count):
        path = folder / f"landscape-{VERSION}-{index:04d}.png"
        picture = _kept(path)
        if picture is None:
            picture = landscape(np.random.default_rng((SEED, index)))
            _write(path, picture)
        yield picture


def _kept(path: Path) -> Picture | None:
    try:
        return read_picture(path) if path.exists() else None
    except OSError:
        return None


def forget_older_landscapes(folder: Path) -> int:
    """Remove landscapes that an older Rotoscope drew there, some 50 MB that nothing reads any more; how many."""
    older = [path for path in folder.glob("landscape-*.png") if path.name.split("-")[1] != VERSION]
    for path in older:
        path.unlink(missing_ok=True)
    return len(older)


def interleaved(first: Iterable[One], second: Iterable[One]) -> Iterator[One]:
    """By turns one of each, until both are at an end: so the first few of them are of both kinds."""
    for pair in itertools.zip_longest(first, second):
        yield from (one for one in pair if one is not None)


class GrowingContent(ContentSet):
    """Begins with the first few pictures; a thread adds the others, in their order.

    Which picture a step sees then depends on the machine's pace, so a training whose numbers must not (by steps)
    says `wait`.
    """

    def __init__(self, pictures: Iterable[Picture], *, wait: bool = False) -> None:
        """Raises ValueError where there is no picture."""
        rest = iter(pictures)
        super().__init__(rest if wait else itertools.islice(rest, AT_ONCE))
        self._problem: Exception | None = None
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._grow, args=(rest,), name="content", daemon=True)
        self._thread.start()

    def fingerprint(self) -> str:
        """SHA-256 over all pictures that were there by now, in order: no more are added.

        Raises what kept one from being read.
        """
        self._enough.set()
        self._thread.join()
        self.raise_problem()
        return super().fingerprint()

    def raise_problem(self) -> None:
        """Raise what kept a picture from being read, if anything did by now: no more are added after it."""
        if self._problem is not None:
            raise self._problem

    def _grow(self, rest: Iterator[Picture]) -> None:
        try:
            for picture in rest:
                self.add(picture)
                if self._enough.is_set():
                    break
        except Exception as problem:  # told to whoever asks, and with the fingerprint
            self._problem = problem


def _write(path: Path, picture: Picture) -> None:
    """Beside, flushed to the disk and renamed: neither a kill nor a lost current leaves half a picture.

    Each writer has a file of its own beside it: two trainings may draw the same one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    done, data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    assert done
    beside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    with beside.open("wb") as file:
        file.write(data.tobytes())
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
