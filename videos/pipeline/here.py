"""The whole way of a video in this process: the same steps as on the queue, one after the other.

For scripts and benchmarks. Where workers run on the same database, they are not asked; claims keep both
out of each other's way.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections

from filters.models import Filter
from filters.service import forget_engines
from rotoscope.common import loose
from rotoscope.common.files import local_path, work_folder
from videos.media.errors import Refused
from videos.models import Render, Video
from videos.pipeline import dispatch, ingest, paint, rebuild, receive, renders

Progress = Callable[[str, float], None]
PAINTING = [Render.State.QUEUED, Render.State.RENDERING]


class Failed(Exception):
    """The work ended without a result; `str()` is the sentence that a person would see."""


class NotWritten(Exception):
    """The finished video could not be put where it was wanted; `str()` says why."""


@dataclass(frozen=True)
class Wish:
    """What to render: a file on this machine, a filter, settings, and whose name it goes under."""

    footage: Path
    filter: Filter
    owner: Any
    settings: renders.RenderSettings


@contextmanager
def rendered(wish: Wish, progress: Progress) -> Iterator[Render]:
    """The finished render, for as long as the block runs; afterwards nothing of it stays.

    Raises videos.media.errors.Refused for footage that is refused, CannotRender, Failed, and MediaError where the
    machine is at its end (a full disk, no memory): nobody tries again as the queue would.
    """
    with dispatch.inline():
        video = _receive(wish)
        try:
            _ingest(video, progress)
            render, _ = renders.request(video, wish.filter, wish.owner, wish.settings)
            _paint(render, progress)
            _rebuild(render, progress)
            yield render
        finally:
            renders.remove_video(video)
            while loose.clear():  # many are left for the reconciler, and none may run here
                pass


def _receive(wish: Wish) -> Video:
    with work_folder() as folder:
        copy = Path(folder) / wish.footage.name
        shutil.copyfile(wish.footage, copy)
        # Names of files need not be text; the database's have to be.
        name = os.fsencode(copy.name).decode(errors="replace")
        return receive.video_from_file(wish.owner, copy, name)


def _ingest(video: Video, progress: Progress) -> None:
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(video.pk, done, progress), daemon=True)
    watcher.start()
    try:
        ingest.run(video.pk)
    finally:
        done.set()
        watcher.join()
    video.refresh_from_db()
    if video.state != Video.State.READY:
        raise Failed(video.error) if video.source else Refused(video.error)


def _watch(pk: int, done: threading.Event, progress: Progress) -> None:
    while not done.wait(0.3):
        video = Video.objects.filter(pk=pk).first()
        if video is not None:
            progress(video.stage, video.progress)
    connections.close_all()


def _paint(render: Render, progress: Progress) -> None:
    """Several segments at a time: decoding, painting and encoding each leave a core idle now and then."""
    workers = max(1, min(os.cpu_count() or 1, render.segments.count()))
    with ThreadPoolExecutor(workers, thread_name_prefix="paint", initializer=_leave_out_ctrl_c) as pool:
        jobs = [pool.submit(_paint_until_done, render.pk) for _ in range(workers)]
        try:
            while any(job.running() for job in jobs):
                render.refresh_from_db()
                progress("painting", render.progress)
                threading.Event().wait(0.3)
        except BaseException:  # Ctrl-C: the pool waits for its threads, and they would paint on to the end
            render.cancel()
            raise
        for job in jobs:
            job.result()
    render.refresh_from_db()
    if render.state == Render.State.FAILED:
        raise Failed(render.error)


def _leave_out_ctrl_c() -> None:
    """What this thread starts hears neither Ctrl-C nor that the terminal is closed: an encoder that was ended by either
    would look like one that failed."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})


def _paint_until_done(pk: int) -> None:
    try:
        with dispatch.inline():
            while paint.run(pk) or Render.objects.filter(pk=pk, state__in=PAINTING).exists():
                threading.Event().wait(0.05)
    finally:
        forget_engines()
        connections.close_all()


def _rebuild(render: Render, progress: Progress) -> None:
    progress("rebuilding", 0.99)
    while (
        not rebuild.run(render.pk)
        and Render.objects.filter(pk=render.pk, state=Render.State.REBUILDING).exists()
    ):
        threading.Event().wait(0.2)
    render.refresh_from_db()
    if render.state != Render.State.FINISHED:
        raise Failed(render.error or "The video could not be put together.")


def copy_output(render: Render, target: Path) -> None:
    """Copy the finished video to `target`: written beside and renamed, so that never half of it is there.

    Raises NotWritten: the folder is gone, or the disk is full.
    """
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(local_path(render.output), part)
        part.replace(target)
    except OSError as problem:
        raise NotWritten(problem.strerror or str(problem)) from problem
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
