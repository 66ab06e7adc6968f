"""DeepFilter itself: pictures in, pictures under one of our published filters out."""

from __future__ import annotations

import io
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from django.contrib.auth.models import User

from filters.deepfilter import images, paths, store
from filters.deepfilter.problem import Problem
from filters.deepfilter.room import Room
from filters.engines.algorithmia.pictures import encode
from filters.engines.base import EngineError, EngineUnavailable, Frame, Frames
from filters.models import Filter, FilterVersion
from filters.models.filter import FilterQuerySet
from filters.service import engine_for_version

MOST_IMAGES = 64
BATCH = 4  # pictures painted at a time
PAINTERS = 1  # threads that paint in one web process: each keeps its own engines
WAITING = 8  # calls at a time in one web process; more are asked to come back
REST = 60  # seconds after which a filter that cannot run is asked for again
TEMPORARY = ".algo/deeplearning/DeepFilter/temp"

_painters = ThreadPoolExecutor(PAINTERS, thread_name_prefix="deepfilter")
_room = Room(WAITING)


@dataclass(frozen=True)
class Call:
    """What a call asks for: addresses of pictures, where to put the results (paths), under which version."""

    images: list[str]
    results: list[str]
    version: FilterVersion


def read_call(owner: User, asked: Any) -> Call:
    """The call in a JSON body {"images", "savePaths", "filterName"}. Raises Problem, with a sentence."""
    if not isinstance(asked, dict):
        raise Problem("the input is {“images”: […], “savePaths”: […], “filterName”: “…”}")
    sources = _addresses(asked.get("images"), "images")
    if not sources or len(sources) > MOST_IMAGES:
        raise Problem(f"a call has 1 to {MOST_IMAGES} images, not {len(sources)}")
    targets = _addresses(asked.get("savePaths") or [], "savePaths")
    if targets and len(targets) != len(sources):
        raise Problem(f"{len(sources)} images need as many savePaths, not {len(targets)}")
    results = [_result_path(owner, target) for target in targets] or _own_paths(len(sources))
    if len(set(results)) < len(results):
        raise Problem("each image needs a savePath of its own")
    return Call(sources, results, find_version(asked.get("filterName")))


def find_version(name: Any) -> FilterVersion:
    """The version behind a filter's name: its slug, underscores standing for hyphens. Raises Problem.

    Only filters that run here: a name that stands for another service could lead in circles.
    """
    if not isinstance(name, str) or not name:
        raise Problem("filterName is missing")
    if "://" in name:
        raise Problem(
            "models of one's own cannot be run here: publish them as filters", error_type="NotFoundError"
        )
    slugs = {name, name.lower().replace("_", "-")}
    alike = served_filters().filter(slug__in=slugs).select_related("current__filter")
    found = min(alike, key=lambda one: one.slug != name, default=None)  # the very one goes before the other
    if found is None or found.current is None:
        raise Problem(f"unknown filter: {name[:80]}", error_type="NotFoundError")
    if found.unavailable_reason:
        raise Problem(
            f"{found.name} is not available: {found.unavailable_reason}",
            status=503,
            error_type="UnavailableError",
            retry_after=REST,
        )
    return found.current


def served_filters() -> FilterQuerySet:
    """The filters that this server answers with."""
    return Filter.objects.published().filter(engine=Filter.Engine.NETWORK)


def run(owner: User, call: Call, *, seconds: float) -> list[str]:
    """Paint and store; where the results are, as data:// addresses.

    Raises Problem: 429 when too many wait, 503 when the filter cannot run now, 200 for the caller's mistakes
    and for running out of `seconds`. What was stored before a problem stays: the caller chose its place.
    """
    with _room.place():
        until = time.monotonic() + seconds
        for start in range(0, len(call.images), BATCH):
            found = [images.find(owner, one) for one in call.images[start : start + BATCH]]
            painted = _painters.submit(_paint, call.version, found, until).result()
            for number, frame in enumerate(painted, start):
                _save(owner, call.results[number], frame)
    return [f"data://{path}" for path in call.results]


def _paint(version: FilterVersion, found: list[images.Picture], until: float) -> list[Frame]:
    """The pictures under the filter. Decoded here: those of calls that wait would take more memory than all else."""
    painted: list[Frame] = []
    for frames in _alike(found):
        if time.monotonic() > until:
            raise Problem("timeout: the call took too long", error_type="TimeoutError")
        painted.extend(_apply(version, frames))
    return painted


def _alike(found: list[images.Picture]) -> Iterator[Frames]:
    """Neighbouring pictures of one size together, read only when their turn has come."""
    for _, group in groupby((picture.read() for picture in found), key=lambda frame: frame.shape):
        yield np.stack(list(group))


def _apply(version: FilterVersion, frames: Frames) -> Frames:
    try:
        return engine_for_version(version).apply(frames)
    except EngineUnavailable as error:
        raise Problem(str(error), status=503, error_type="UnavailableError", retry_after=REST) from error
    except EngineError as error:
        raise Problem(str(error), status=500, error_type="AlgorithmError") from error


def _save(owner: User, path: str, frame: Frame) -> None:
    if _is_temporary(path):
        store.make_folder(owner, TEMPORARY, parents=True)
    data = encode(frame, "jpg" if path.lower().endswith((".jpg", ".jpeg")) else "png")
    try:
        store.put(owner, path, io.BytesIO(data))
    except Problem as problem:
        status = problem.status if problem.status == 507 else 200
        raise Problem(problem.message, status=status, error_type=problem.error_type) from problem


def _addresses(value: Any, name: str) -> list[str]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Problem(f"{name} is a list of addresses")
    return found


def _result_path(owner: User, address: str) -> str:
    if not address.startswith("data://"):
        raise Problem("savePaths are data:// addresses")
    try:
        path = paths.clean(address, owner.get_username())
        if paths.parent(path) and not _is_temporary(path):
            store.check_folder(owner, paths.parent(path))  # before anything is painted
    except Problem as problem:
        raise Problem(f"{problem.message}: {address[:80]}", error_type=problem.error_type) from problem
    if not paths.parent(path):
        raise Problem(f"{address[:80]} names no file")
    return path


def _own_paths(count: int) -> list[str]:
    return [f"{TEMPORARY}/{uuid.uuid4()}.png" for _ in range(count)]


def _is_temporary(path: str) -> bool:
    """Whether it lies in the folder that is made for whoever says nothing of a place."""
    return paths.parent(path) == TEMPORARY
