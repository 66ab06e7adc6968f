"""Separate: images out of footage, one a second or as many as are asked for, each with its statistics."""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import numpy as np
from django.db import transaction
from django.db.models import F
from numpy.typing import NDArray

from rotoscope.common import loose
from rotoscope.common.files import forget, local_path, work_folder
from rotoscope.common.lease import claim, released, renewing
from videos.media import decode, statistics, stills, timing
from videos.media.errors import Stopped
from videos.models import Frame, Video
from videos.pipeline import dispatch, outage
from videos.pipeline.progress import VideoProgress

logger = logging.getLogger(__name__)

FRAME_HEIGHT = 720  # lines of a separated image at most: enough to judge a filter, a tenth of the disk
FILMSTRIP_TILES = 24
TILE_HEIGHT = 90
NARROWEST, WIDEST = 0.6, 16 / 9  # tiles: narrower ones could not be told apart, wider ones leave room for few
DROPPED_AT_ONCE = 100
MAX_ATTEMPTS = 5
NOT_SEPARATED = "The images could not be separated. Try again; if it fails again, tell us."
SOURCE = "source"

Picture = NDArray[np.uint8]


def begin(video: Video, images_per_second: int | str) -> None:
    """Ask for `images_per_second` separated images (a number, or “source” for every frame)."""
    if images_per_second != SOURCE and int(images_per_second) < 1:
        raise ValueError("At least one image a second.")
    Video.objects.filter(pk=video.pk).update(
        images_per_second=str(images_per_second),
        stage="waiting to separate images",
        progress=0,
        error="",
        attempts=0,
        **released(),  # whoever separates at the rate before stops at its next write
    )
    dispatch.send(video, "separate")


def run(pk: int) -> bool:
    """Separate the images of a ready video at its `images_per_second`; False when nobody asks for it, or somebody
    else does it. Messages come again while one waits: those that are late are no attempts.

    Where storage is away it waits. Other unexpected errors are raised after the lease is given back, so that the
    queue tries again; after MAX_ATTEMPTS, kills included, it ends with a sentence. The images that are there stay.
    """
    asked = Video.objects.filter(pk=pk, state=Video.State.READY).exclude(stage="")
    token = claim(asked, attempts=F("attempts") + 1)
    if token is None:
        return False
    video = Video.objects.get(pk=pk)
    if video.attempts > MAX_ATTEMPTS:
        return _end(video, token, stage="", error=NOT_SEPARATED)
    with renewing(Video.objects.filter(pk=pk), token) as lost:
        try:
            progress = VideoProgress(video, token, lost)
            progress.stage("separating images", 0.0, 1.0)
            separate(video, token, progress)
        except Stopped:
            return False
        except Exception as problem:
            if outage.is_outage(problem):
                return _wait(video, token, outage.stage(problem))
            _end(video, token, stage="waiting to try again")
            raise
    return _end(video, token, stage="", progress=1)


def _end(video: Video, token: uuid.UUID, **values: object) -> bool:
    """Give the lease back; False where it was lost before."""
    mine = Video.objects.held_by(token).filter(pk=video.pk)
    return bool(mine.update(**released(), **values))


def _wait(video: Video, token: uuid.UUID, stage: str) -> bool:
    """It failed in nothing, and somebody comes back for it. False: nothing is separated."""
    logger.warning("separating images of %s: %s", video.ref, stage)
    mine = Video.objects.held_by(token).filter(pk=video.pk)
    if mine.update(stage=stage, attempts=F("attempts") - 1, **outage.rested()):
        dispatch.send(video, "separate", delay=outage.REST)
    return False


def wanted(video: Video) -> list[int]:
    """Indices of the frames to separate."""
    rate = None if video.images_per_second == SOURCE else int(video.images_per_second)
    return timing.painted(video.frame_count, video.rate, rate)


def image_size(video: Video) -> tuple[int, int]:
    """Width and height of the separated images of ready footage."""
    return decode.scaled(video.width, video.height, min(FRAME_HEIGHT, video.height))


def separate(video: Video, token: uuid.UUID, progress: VideoProgress) -> None:
    """Write the missing images and rows, poster and filmstrip; images that are no longer wanted go."""
    indices = wanted(video)
    present = set(video.frames.values_list("index", flat=True))
    missing = set(indices) - present
    tiles = tile_indices(video.frame_count)
    needed = missing | (set() if video.filmstrip else {*tiles, video.frame_count // 3})
    kept: dict[int, Picture] = {}
    footage = local_path(video.footage)
    _, height = image_size(video)
    for done, (index, picture) in enumerate(decode.selected(footage, sorted(needed), height=height)):
        if index in missing:
            _store_frame(video, token, index, picture)
        if index in tiles:
            kept[index] = stills.cover(picture, *tile_size(video))
        if index == video.frame_count // 3 and not video.poster:
            _store_poster(video, token, picture)
        progress(done / max(1, len(needed)))
        if progress.should_stop():
            raise Stopped("Somebody else works on this video now.")
    if kept and not video.filmstrip:
        _store_filmstrip(video, token, [kept[index] for index in tiles])
    _drop_unwanted(video, token, set(indices))


def tile_size(video: Video) -> tuple[int, int]:
    """Width and height of a tile of the filmstrip, in the footage's shape."""
    shape = min(WIDEST, max(NARROWEST, video.width / video.height))
    return round(TILE_HEIGHT * shape), TILE_HEIGHT


def tile_indices(frame_count: int) -> list[int]:
    """Frames of the filmstrip, evenly spread; fewer when the clip has fewer."""
    tiles = min(FILMSTRIP_TILES, frame_count)
    return [(2 * tile + 1) * frame_count // (2 * tiles) for tile in range(tiles)]


@contextmanager
def _holding(video: Video, token: uuid.UUID) -> Iterator[None]:
    """What the block writes is written under the lease, or not at all: whoever takes it waits for the block to end.

    Raises Stopped where it is lost already. For a moment only, and nothing is stored or forgotten in it: looks at the
    page are counted on the same row, and would wait for storage.
    """
    with transaction.atomic():
        mine = Video.objects.held_by(token).filter(pk=video.pk)
        if mine.select_for_update(no_key=True).first() is None:
            raise Stopped("Somebody else works on this video now.")
        yield


def _store_frame(video: Video, token: uuid.UUID, index: int, picture: Picture) -> None:
    facts = statistics.statistics(picture)
    with work_folder() as folder:
        path = Path(folder) / "frame.jpg"
        stills.write_jpeg(picture, path)
        name = loose.store(path, f"frames/{video.ref}/{index:07d}-{secrets.token_hex(4)}.jpg")
    try:
        with _holding(video, token):
            Frame.objects.create(
                video=video,
                index=index,
                timestamp=Decimal(round(timing.time_of(index, video.rate) * 1_000_000)) / 1_000_000,
                image=name,
                luminance=facts.luminance,
                contrast=facts.contrast,
                colourfulness=facts.colourfulness,
                sharpness=facts.sharpness,
                palette=[list(colour) for colour in facts.palette],
            )
            loose.named(name)
            # Each attempt that leaves an image gets further than the one before: what ends it was not the footage.
            Video.objects.filter(pk=video.pk).exclude(attempts=1).update(attempts=1)
    except Stopped:
        forget(name)
        raise


def _store_poster(video: Video, token: uuid.UUID, picture: Picture) -> None:
    with work_folder() as folder:
        path = Path(folder) / "poster.jpg"
        stills.write_jpeg(picture, path)
        name = loose.store(path, f"posters/{video.ref}/{secrets.token_hex(4)}.jpg")
    _name_on(video, token, name, poster=name)


def _store_filmstrip(video: Video, token: uuid.UUID, tiles: list[Picture]) -> None:
    with work_folder() as folder:
        path = Path(folder) / "filmstrip.jpg"
        stills.write_jpeg(stills.filmstrip(tiles, *tile_size(video)), path)
        name = loose.store(path, f"filmstrips/{video.ref}/{secrets.token_hex(4)}.jpg")
    _name_on(video, token, name, filmstrip=name, filmstrip_tiles=len(tiles))


def _name_on(video: Video, token: uuid.UUID, stored: str, **values: object) -> None:
    """Write the name of a stored file on the row; the file goes where the lease is lost or the video deleted."""
    if not loose.name_on(Video.objects.held_by(token).filter(pk=video.pk), stored, **values):
        raise Stopped("Somebody else works on this video now.")


def _drop_unwanted(video: Video, token: uuid.UUID, indices: set[int]) -> None:
    """Whoever separates anew meanwhile stores files of other names."""
    unwanted = list(video.frames.exclude(index__in=indices).values_list("pk", "image"))
    for begin in range(0, len(unwanted), DROPPED_AT_ONCE):
        group = dict(unwanted[begin : begin + DROPPED_AT_ONCE])
        with loose.removing() as files, _holding(video, token):
            video.frames.filter(pk__in=group).delete()
            files += group.values()
