"""The standing test frames: three landscapes drawn by ourselves, the same on every machine, for before and after."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from filters.engines.base import Frame
from filters.models import FilterVersion
from filters.service import make_engine
from filters.training.scenes import landscape

SEEDS = (12, 36, 30)
WIDTH, HEIGHT = 640, 360
COUNT = len(SEEDS)


@lru_cache(maxsize=COUNT)
def test_frame(number: int) -> Frame:
    """Standing frame 0 to COUNT - 1: (360, 640, 3) uint8 RGB. Do not change it."""
    drawn = landscape(np.random.default_rng(SEEDS[number]))
    lines = drawn.shape[1] * HEIGHT // WIDTH
    top = (drawn.shape[0] - lines) // 2
    cut = drawn[top : top + lines]
    return np.ascontiguousarray(cv2.resize(cut, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC))


def before(number: int) -> bytes:
    """A standing frame as JPEG."""
    return _jpeg(test_frame(number))


def after(version: FilterVersion, number: int) -> bytes:
    """The frame under a version, as JPEG; painted when first asked for, then kept. Raises EngineError."""
    name = _name(version, number)
    if not default_storage.exists(name):
        engine = make_engine(version)
        try:
            default_storage.save(name, ContentFile(_jpeg(engine.apply(test_frame(number)[None])[0])))
        finally:
            engine.close()
    with default_storage.open(name, "rb") as file:
        return bytes(file.read())


def is_painted(version: FilterVersion) -> bool:
    """Whether all standing frames were painted with it."""
    return all(default_storage.exists(_name(version, number)) for number in range(COUNT))


def _name(version: FilterVersion, number: int) -> str:
    return f"looks/version-{version.pk}-{number}.jpg"


def _jpeg(frame: Frame) -> bytes:
    done, data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 88])
    assert done
    return bytes(data.tobytes())
