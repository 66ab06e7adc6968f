"""Smoothing has a memory, and yet it must not show where one segment ends and the next begins."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import cv2
import numpy as np
import pytest
from django.contrib.auth.models import User

from filters.models import Filter
from tests.clips import Picture, landscape
from tests.factories import make_filter, make_render, make_video
from videos.media import timing
from videos.models import Video
from videos.pipeline import paint, renders

pytestmark = pytest.mark.django_db(transaction=True)  # leases are renewed through a connection of their own

GROUND = landscape(1)


def grainy_flight(number: int, width: int, height: int) -> Picture:
    """A camera that glides over a landscape, with blotches that flicker: what they are painted as flickers too."""
    matrix = np.array([[1, 0, -20 - 1.3 * number], [0, 1, -20 - 0.7 * number]], np.float32)
    frame = cv2.warpAffine(GROUND, matrix, (width, height), flags=cv2.INTER_CUBIC)
    noise = np.random.default_rng(number).normal(0, 6, (height // 6, width // 6, 3)).astype(np.float32)
    grain = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    result: Picture = np.clip(frame + grain, 0, 255).astype(np.uint8)
    return result


@pytest.fixture
def video(owner: User) -> Video:
    return make_video(owner, frames=72, rate=24, width=192, height=144, picture=grainy_flight)


def painted_in_segments(
    video: Video, filter: Filter, seconds: Fraction, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[Picture], list[int]]:
    """The frames of a render as they go to the encoder, and where its segments begin."""
    pictures: list[Picture] = []
    frames_of = paint.output_frames

    def overheard(work: paint.Work) -> Iterator[Picture]:
        for picture in frames_of(work):
            pictures.append(picture)
            yield picture

    with monkeypatch.context() as patch:
        patch.setattr(paint, "output_frames", overheard)
        patch.setattr(renders, "SEGMENT_SECONDS", seconds)
        render = make_render(video, filter, smoothing=1.0)
    starts = sorted({cut for cut, _ in timing.segments(render.frame_count, video.rate, seconds)})
    renders.remove(render)
    return pictures, starts


def test_two_segmentations_differ_by_less_than_a_grey_level(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    filter = make_filter("negative")
    one, borders = painted_in_segments(video, filter, Fraction(2), monkeypatch)
    other, other_borders = painted_in_segments(video, filter, Fraction(3, 2), monkeypatch)
    assert len(one) == len(other) == 72
    assert (borders, other_borders) == ([0, 48], [0, 36])
    differences = [float(cv2.absdiff(*pair).mean()) for pair in zip(one, other, strict=True)]
    assert max(differences[:36]) == 0.0
    assert 0.0 < max(differences[36:]) < 1.0
