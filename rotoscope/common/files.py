"""Stored files as local paths, and local files into storage, whatever the storage is.

ffmpeg, OpenCV and ONNX Runtime want paths. On a disk the stored file is the path; from S3 it is fetched
once into a cache and kept while it is the same object (storage names are never used twice for other
bytes). Storing never leaves half a file: the disk store renames, S3 puts whole objects.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile

WORK = "work-"
LEFTOVERS = (f"{WORK}*", "*.upload*")  # our work folders, and what Django kept of the files of a form
PARTS = ".parts"  # below the media: what is on its way there from another disk
LEFTOVER_AGE = 24 * 3600  # seconds; twice the longest time limit of an actor
AT_A_TIME = 8  # files that are removed from a store on the network
CACHE_BYTES = 20 * 1024**3
IN_USE = 3600  # seconds since it was asked for, in which a cached file is taken to be worked on


def local_path(stored: FieldFile | str) -> Path:
    """A path with the bytes of a stored file. Raises FileNotFoundError when storage does not have it."""
    name = stored if isinstance(stored, str) else (stored.name or "")
    if not name:
        raise FileNotFoundError("nothing is stored here")
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:  # what storages without a local file system say
        return _cached(name)
    if not path.exists():
        raise FileNotFoundError(name)
    return path


def store(path: Path, name: str) -> str:
    """Move a local file into storage as `name`, replacing what is there; the name it has now.

    On a disk it gets the mode of all stored files: a temporary one is its maker's alone, and nginx may be another.
    The same work done twice (a worker killed between storing and writing the row) gives the same name.
    """
    try:
        target = Path(default_storage.path(name))
    except NotImplementedError:
        with path.open("rb") as data:
            default_storage.delete(name)
            stored = default_storage.save(name, File(data))
        path.unlink()
        return stored
    target.parent.mkdir(parents=True, exist_ok=True)
    if settings.FILE_UPLOAD_PERMISSIONS is not None:
        path.chmod(settings.FILE_UPLOAD_PERMISSIONS)
    try:
        path.replace(target)
    except OSError as problem:
        if problem.errno != errno.EXDEV:
            raise
        _carry_over(path, target)
    return name


def _carry_over(path: Path, target: Path) -> None:
    """Move a file to another disk. It goes only when it is whole there: it may be all that there is of an upload."""
    parts = Path(default_storage.path(PARTS))
    parts.mkdir(exist_ok=True)
    beside = parts / f"{WORK}{os.getpid()}-{threading.get_ident()}"
    shutil.copy(path, beside)
    beside.replace(target)
    path.unlink()


def forget(*stored: FieldFile | str) -> None:
    """Remove stored files; missing ones are no error. From a store on the network several at a time."""
    names = list(filter(None, (one if isinstance(one, str) else one.name for one in stored)))
    if len(names) < 2 or _is_here():
        for name in names:
            default_storage.delete(name)
        return
    pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="forget")
    try:
        list(pool.map(default_storage.delete, names))
    finally:
        pool.shutdown(cancel_futures=True)  # a store that does not answer is not asked for each of the others


def _is_here() -> bool:
    """Whether storage is a disk."""
    with suppress(NotImplementedError):
        return bool(default_storage.path(""))
    return False


def work_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for unfinished files, on the disk of the media where that is local, so that moving is renaming."""
    root = Path(settings.SCRATCH)
    root.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix=WORK, dir=root, ignore_cleanup_errors=True)


def clear_leftovers(now: float | None = None) -> int:
    """Remove what those who were killed a day ago left half done, and what the cache has too much; how many went."""
    long_ago = (now or time.time()) - LEFTOVER_AGE
    there = [one for folder in _unfinished() for pattern in LEFTOVERS for one in folder.glob(pattern)]
    old = [one for one in there if (seen := _stat(one)) and seen.st_mtime < long_ago]
    for one in old:
        if one.is_dir():
            shutil.rmtree(one, ignore_errors=True)
        else:
            one.unlink(missing_ok=True)
    return len(old) + _trim_cache()


def _unfinished() -> Iterator[Path]:
    """The folders in which files lie that are not done."""
    yield Path(settings.SCRATCH)
    with suppress(NotImplementedError):
        yield Path(default_storage.path(PARTS))


def _trim_cache() -> int:
    """Keep the most recently used files of the cache, up to CACHE_BYTES, and whatever is being used.

    One file alone may be larger than all that, and is opened by its path again and again while it is painted.
    """
    root = Path(settings.ROTOSCOPE_HOME) / "cache"
    files = [
        (there.st_mtime, there.st_size, path)
        for path in root.rglob("*")
        if (there := _stat(path)) and stat.S_ISREG(there.st_mode)
    ]
    kept, gone, unused = 0, 0, time.time() - IN_USE
    for used, size, path in sorted(files, reverse=True):
        kept += size
        if kept > CACHE_BYTES and used < unused:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _stat(path: Path) -> os.stat_result | None:
    """What is there; None where it went since the folder was listed: others work and clear away here too."""
    with suppress(FileNotFoundError):
        return path.stat()
    return None


def _cached(name: str) -> Path:
    cached = Path(settings.ROTOSCOPE_HOME) / "cache" / name
    with suppress(FileNotFoundError):
        os.utime(cached)  # it is in use
        return cached
    cached.parent.mkdir(parents=True, exist_ok=True)
    with _alone(cached.with_name(f".{cached.name}.lock")):
        if not cached.exists():
            _fetch(name, cached)
    return cached


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Of the workers of a machine that begin with the same footage one fetches it, and the others wait for that."""
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _fetch(name: str, target: Path) -> None:
    """Written beside and renamed: whoever does not wait sees a whole file or none."""
    with default_storage.open(name, "rb") as data, tempfile.TemporaryDirectory(dir=target.parent) as folder:
        part = Path(folder) / "part"
        with part.open("wb") as file:
            shutil.copyfileobj(data, file, 1 << 20)
        part.replace(target)
