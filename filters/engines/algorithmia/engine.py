"""The engine whose filters run at a DeepFilter service."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from decimal import Decimal

import numpy as np

from filters.engines.algorithmia.adapter import Patience
from filters.engines.algorithmia.breaker import Breaker, breaker_for
from filters.engines.algorithmia.errors import Stopped
from filters.engines.algorithmia.pictures import Kind, decode, encode
from filters.engines.algorithmia.service import ALGORITHM, Service
from filters.engines.base import EngineError, EngineUnavailable, Frame, Frames, check_frames

logger = logging.getLogger(__name__)


class AlgorithmiaEngine:
    """Paints with `filter_name`: a DeepFilter name, or a model of one's own as “data://.my/models/mine.t7”.

    Frames go to a folder made for each `apply`, `batch` of them in a call, `at_once` calls at a time; the
    folder is removed afterwards, also after failures. `at_a_time` frames keep it fully busy.
    `calls`, `images` and `cost` (images times `cost_per_image`) are sums over the calls that were answered,
    also those of a batch that failed later.
    A picture that comes back in another size or kind is an error: nothing is stretched in silence.
    """

    def __init__(
        self,
        api_key: str,
        api_address: str,
        filter_name: str,
        *,
        batch: int = 4,
        at_once: int = 4,
        picture: Kind = "jpg",
        cost_per_image: Decimal = Decimal(0),
        algorithm: str = ALGORITHM,
        patience: Patience | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        if batch < 1 or at_once < 1:
            raise ValueError("A batch has at least one image, and at least one call is made at a time.")
        patience = patience or Patience()
        self.filter_name = filter_name
        self.cost_per_image = cost_per_image
        self.calls = 0
        self.images = 0
        self.cost = Decimal(0)
        self._batch, self._at_once, self._picture = batch, at_once, picture
        self.at_a_time = batch * at_once
        self._service = Service(api_key, api_address, patience, at_once=at_once, algorithm=algorithm)
        hasty = replace(patience, attempts=min(2, patience.attempts), longest_wait=2.0)
        hasty = replace(hasty, queueing=min(2.0, patience.queueing))
        self._cleaner = Service(api_key, api_address, hasty, at_once=1)
        self._counting = threading.Lock()
        self._breaker = breaker or breaker_for(api_address, api_key, filter_name)

    def apply(self, frames: Frames) -> Frames:
        """As Engine.apply says; EngineUnavailable from the failure that opens the breaker on, while it is open."""
        check_frames(frames)
        with self._breaker.guard():
            folder = f"data://.my/rotoscope-{secrets.token_hex(8)}"
            try:
                self._service.make_folder(folder)
                return self._painted(frames, folder)
            finally:
                self._remove(folder)

    def close(self) -> None:
        """End calls that wait, close the connections."""
        self._service.close()
        self._cleaner.close()

    def _painted(self, frames: Frames, folder: str) -> Frames:
        starts = range(0, len(frames), self._batch)
        try:
            with ThreadPoolExecutor(self._at_once, thread_name_prefix="deepfilter") as threads:
                parts = [
                    threads.submit(self._call, frames[start : start + self._batch], folder, start)
                    for start in starts
                ]
                self._wait_for(parts, threads)
        finally:  # also where the caller was interrupted: the engine may be asked again
            self._service.go_on()
        _raise_first(parts)
        return np.stack([frame for part in parts for frame in part.result()])

    def _wait_for(self, parts: Sequence[Future[list[Frame]]], threads: ThreadPoolExecutor) -> None:
        """Until all calls are answered; where one failed, or the caller is interrupted, the others are given up."""
        try:
            wait(parts, return_when=FIRST_EXCEPTION)
            given_up = any(part.done() and part.exception() for part in parts)
        except BaseException:
            self._give_up(threads)
            raise
        if given_up:
            self._give_up(threads)

    def _give_up(self, threads: ThreadPoolExecutor) -> None:
        threads.shutdown(wait=False, cancel_futures=True)
        self._service.stop()  # the others would only wait and pay for what is thrown away

    def _call(self, frames: Frames, folder: str, start: int) -> list[Frame]:
        names = [f"{folder}/{start + place:06d}" for place in range(len(frames))]
        images = [f"{name}.{self._picture}" for name in names]
        results = [f"{name}-painted.{self._picture}" for name in names]
        for address, frame in zip(images, frames, strict=True):
            self._service.put(address, encode(frame, self._picture))
        paths = self._service.paint(images, results, self.filter_name)
        self._count(len(paths))
        height, width = frames.shape[1:3]
        return [decode(self._service.get(path), height, width) for path in paths]

    def _count(self, images: int) -> None:
        with self._counting:
            self.calls += 1
            self.images += images
            self.cost += images * self.cost_per_image

    def _remove(self, folder: str) -> None:
        try:
            self._cleaner.remove_folder(folder)
        except EngineError as error:  # the service forgets it in time; the pictures matter more
            logger.warning("%s could not be removed: %s", folder, error)


def _raise_first(parts: Sequence[Future[list[Frame]]]) -> None:
    """Raise the failure that matters most: one that ends all hope, else the first that came of itself."""
    failures = [error for part in parts if not part.cancelled() and (error := part.exception())]
    for error in failures:
        if isinstance(error, EngineUnavailable):
            raise error
    for error in failures:
        if not isinstance(error, Stopped):
            raise error
    if failures:
        raise failures[0]
