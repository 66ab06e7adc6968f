"""The files and folders that holders of DeepFilter keys keep here: bounded, private, and not for ever."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from filters.deepfilter import paths
from filters.deepfilter.problem import Problem
from filters.models import DeepFilterObject
from rotoscope.common.files import forget, store, work_folder

LARGEST = 64 << 20  # bytes of one file
MOST = 100_000  # files and folders of one person
CHUNK = 1 << 20
AT_ONCE = 1000  # names of files that the database is asked about
FOLDER = "deepfilter"


class Readable(Protocol):
    """Something that bytes come out of."""

    def read(self, size: int, /) -> bytes: ...


def find(owner: User, path: str) -> DeepFilterObject:
    """A file or folder. The roots are always there. Raises Problem 404."""
    found = DeepFilterObject.objects.filter(owner=owner, path=path).first()
    if found is not None:
        return found
    if path in paths.ROOTS:
        return DeepFilterObject(owner=owner, path=path, is_folder=True)
    raise Problem(f"no such file or directory: data://{path}", status=404, error_type="NotFoundError")


def find_file(owner: User, path: str) -> DeepFilterObject:
    """A file. Raises Problem 404."""
    found = find(owner, path)
    if found.is_folder:
        raise Problem(f"data://{path} is a directory", status=404, error_type="NotFoundError")
    return found


def children(owner: User, path: str) -> QuerySet[DeepFilterObject]:
    """What lies directly in a folder, by name."""
    inside = DeepFilterObject.objects.filter(owner=owner, path__startswith=f"{path}/")
    return inside.exclude(path__startswith=f"{path}/", path__regex=rf"^{_literal(path)}/.*/").order_by("path")


def make_folder(owner: User, path: str, *, parents: bool = False) -> DeepFilterObject:
    """A new folder. Raises Problem 404 without its parent (unless `parents`), 409 where something is."""
    above = paths.parent(path)
    if not above:
        raise Problem("this directory is always there", status=409, error_type="ConflictError")
    if parents and above not in paths.ROOTS and not _is_folder(owner, above):
        make_folder(owner, above, parents=True)
    check_folder(owner, above)
    _room(owner, 0)
    made, new = DeepFilterObject.objects.get_or_create(owner=owner, path=path, defaults={"is_folder": True})
    if not new and not (parents and made.is_folder):
        raise Problem(f"data://{path} exists", status=409, error_type="ConflictError")
    return made


def check_folder(owner: User, path: str) -> None:
    """Raise Problem 404 unless there is such a folder."""
    if not _is_folder(owner, path):
        raise Problem(f"no such directory: data://{path}", status=404, error_type="NotFoundError")


def put(owner: User, path: str, data: Readable, *, size: int | None = None) -> DeepFilterObject:
    """Store a file, replacing what is there. `size` is what was announced, where it was.

    Raises Problem 404 without the folder, 409 for a folder's path, 413 for too much, 507 over the quota,
    400 where less or more comes than was announced.
    """
    check_folder(owner, paths.parent(path))
    if size is not None and size > LARGEST:
        raise Problem(f"a file has at most {LARGEST} bytes", status=413)
    replaced = DeepFilterObject.objects.filter(owner=owner, path=path).first()
    _room(owner, (size or 0) - (replaced.size if replaced else 0))
    with work_folder() as folder:
        beside = Path(folder) / "object"
        written = _write(data, beside)
        if size is not None and written != size:
            raise Problem(f"{size} bytes were announced, {written} came", status=400)
        return _keep(owner, path, beside, written)


def remove(owner: User, path: str, *, force: bool = False) -> int:
    """Remove a file, or a folder (with what is in it, if `force`); how many things went. Raises Problem 404, 409."""
    found = find(owner, path)
    inside = DeepFilterObject.objects.filter(owner=owner, path__startswith=f"{path}/")
    if found.is_folder and not force and inside.exists():
        raise Problem(f"data://{path} is not empty", status=409, error_type="ConflictError")
    return _delete(DeepFilterObject.objects.filter(Q(owner=owner, path=path) | Q(pk__in=inside.values("pk"))))


def remove_all(owner: User) -> int:
    """Remove everything that a person keeps here, whose account is being deleted; how many things went."""
    return _delete(DeepFilterObject.objects.filter(owner=owner))


def used_bytes(owner: User) -> int:
    """Bytes that a person keeps here."""
    return DeepFilterObject.objects.filter(owner=owner).aggregate(n=Sum("size"))["n"] or 0


def forget_old_objects(now: datetime | None = None) -> int:
    """Remove what is older than DEEPFILTER_KEEP_HOURS, for the reconciler; how many things went.

    A folder stays while something is in it. Stored files whose row was never written (somebody was killed
    in between) go too.
    """
    before = (now or timezone.now()) - timedelta(hours=settings.DEEPFILTER_KEEP_HOURS)
    old = DeepFilterObject.objects.filter(created_at__lt=before)
    gone = _delete(old.filter(is_folder=False))
    for folder in old.filter(is_folder=True).order_by("-path"):
        if not children(folder.owner, folder.path).exists():
            gone += _delete(DeepFilterObject.objects.filter(pk=folder.pk))
    return gone + _forget_orphans(before)


def _keep(owner: User, path: str, file: Path, size: int) -> DeepFilterObject:
    name = f"{FOLDER}/{owner.pk}/{uuid.uuid4().hex}{Path(path).suffix.lower()[:8]}"
    stored = store(file, name)
    try:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=owner.pk)  # quotas hold for several at once
            before = DeepFilterObject.objects.filter(owner=owner, path=path).first()
            if before is not None and before.is_folder:
                raise Problem(f"data://{path} is a directory", status=409, error_type="ConflictError")
            _room(owner, size - (before.size if before else 0))
            values = {"file": stored, "size": size, "created_at": timezone.now()}
            kept = DeepFilterObject.objects.update_or_create(owner=owner, path=path, defaults=values)[0]
    except BaseException:
        forget(stored)
        raise
    if before is not None:
        forget(before.file)
    return kept


def _write(data: Readable, target: Path) -> int:
    written = 0
    with target.open("wb") as file:
        while part := data.read(CHUNK):
            written += len(part)
            if written > LARGEST:
                raise Problem(f"a file has at most {LARGEST} bytes", status=413)
            file.write(part)
    return written


def _room(owner: User, size: int) -> None:
    """Raise Problem unless `size` more bytes, and one thing more, fit."""
    kept = DeepFilterObject.objects.filter(owner=owner)
    full = used_bytes(owner) + size > settings.DEEPFILTER_QUOTA_BYTES or kept.count() >= MOST
    if full:
        raise Problem("your space here is full: delete something", status=507, error_type="QuotaError")


def _is_folder(owner: User, path: str) -> bool:
    if path in paths.ROOTS:
        return True
    return DeepFilterObject.objects.filter(owner=owner, path=path, is_folder=True).exists()


def _delete(rows: QuerySet[DeepFilterObject]) -> int:
    """Delete rows with their files; what was replaced after it was read here stays. How many went."""
    gone = 0
    for row in rows.iterator():
        if DeepFilterObject.objects.filter(pk=row.pk, created_at=row.created_at).delete()[0]:
            forget(row.file)
            gone += 1
    return gone


def _forget_orphans(before: datetime) -> int:
    """Only of files that no row names is the time asked, which is a question to the storage each."""
    gone = 0
    for name in _without_rows(list(_stored_names())):
        with suppress(FileNotFoundError):
            if default_storage.get_modified_time(name) < before:
                forget(name)
                gone += 1
    return gone


def _without_rows(names: list[str]) -> Iterator[str]:
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        named = set(DeepFilterObject.objects.filter(file__in=some).values_list("file", flat=True))
        yield from (name for name in some if name not in named)


def _stored_names() -> Iterator[str]:
    try:
        owners: Any = default_storage.listdir(FOLDER)[0]
    except FileNotFoundError:
        return
    for owner in owners:
        for file in default_storage.listdir(f"{FOLDER}/{owner}")[1]:
            yield f"{FOLDER}/{owner}/{file}"


def _literal(path: str) -> str:
    """`path` as a regular expression of PostgreSQL that means just that."""
    return "".join(letter if letter.isalnum() or letter in "/_ -" else f"\\{letter}" for letter in path)
