"""The standing test frames: a coast, a canyon and a city drawn by ourselves, the same everywhere, for before and after.

`python -m videos.media.looks` draws them; they lie with the static files, since pages show them too.
"""

from __future__ import annotations

import io
from contextlib import closing
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from django.core.files.storage import default_storage
from PIL import Image

from filters import sha256
from filters.engines.base import Frame
from filters.models import FilterVersion
from filters.service import make_engine
from rotoscope.common.files import store, work_folder

FOLDER = Path(__file__).resolve().parents[1] / "static" / "looks"
NAMES = ("coast", "canyon", "city")
COUNT = len(NAMES)
WIDTH, HEIGHT = 960, 540

_found: set[str] = set()
"""Names that storage had. They are never used for other bytes, and a catalogue asks for dozens at a time."""


@lru_cache(maxsize=COUNT)
def test_frame(number: int) -> Frame:
    """Standing frame 0 to COUNT - 1: (540, 960, 3) uint8 RGB. Do not change it."""
    with Image.open(io.BytesIO(before(number))) as picture:
        return np.asarray(picture.convert("RGB"), np.uint8)


def before(number: int) -> bytes:
    """A standing frame as JPEG."""
    return (FOLDER / f"{NAMES[number]}.jpg").read_bytes()


def after(version: FilterVersion, number: int) -> bytes:
    """The frame under a version, as JPEG; painted when first asked for, then kept. Raises EngineError."""
    with default_storage.open(painted(version, number), "rb") as file:
        return bytes(file.read())


def painted(version: FilterVersion, number: int) -> str:
    """Where the frame under a version is stored; painted when first asked for. Raises EngineError."""
    name = _name(version, number)
    if not default_storage.exists(name):
        with closing(make_engine(version)) as engine:
            data = _jpeg(engine.apply(test_frame(number)[None])[0])
        with work_folder() as folder:
            path = Path(folder) / "look.jpg"
            path.write_bytes(data)
            store(path, name)  # whole or not at all, also where two ask for it at once
    return name


def stored_names(version: FilterVersion) -> list[str]:
    """Where frames under a version may be stored: for whoever removes it. Until 2026-12 names had its number alone."""
    before = [f"looks/{version.pk}-{name}.jpg" for name in NAMES]
    return [*(_name(version, number) for number in range(COUNT)), *before]


def is_free(version: FilterVersion) -> bool:
    """Whether looking at it costs nothing (any more)."""
    return version.kind != FilterVersion.Kind.DEEPFILTER or is_painted(version)


def is_painted(version: FilterVersion) -> bool:
    """Whether all standing frames were painted with it."""
    return all(_is_stored(_name(version, number)) for number in range(COUNT))


def _is_stored(name: str) -> bool:
    if name not in _found and default_storage.exists(name):
        _found.add(name)
    return name in _found


def _name(version: FilterVersion, number: int) -> str:
    """With what paints it: after a restore of the database numbers of versions are given again, and files stay."""
    digest = version.sha256 or sha256.of_bytes(version.deepfilter_name.encode())
    return f"looks/{version.pk}-{digest[:16]}-{NAMES[number]}.jpg"


def _jpeg(frame: Frame) -> bytes:
    done, data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])
    assert done
    return bytes(data.tobytes())
