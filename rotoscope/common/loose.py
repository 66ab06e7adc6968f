"""Stored files that no row names, not yet or not any more: written down, so that whoever is killed leaves none behind.

A new file is noted before it is stored, and the note goes in the transaction that writes its name into a row. A file
whose row is deleted is noted in the transaction that deletes it. What is noted for too long is removed.

Not for the sources of footage: they are all that there is of it, and finishing its upload finds them again.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, connections, models, transaction
from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from rotoscope.common import files
from rotoscope.models import LooseFile

AT_ONCE = 200  # files that whoever deletes rows removes by themselves; more would keep a page waiting
SOON = timedelta(minutes=1)  # whoever deletes a row removes its files within less
IN_TIME = timedelta(days=1)  # whoever stores a file names it within a moment, whatever holds them up


def note(name: str) -> None:
    """Write down that `name` is about to be stored: for good, also in a transaction that is undone later."""
    due = timezone.now() + IN_TIME
    if not connection.in_atomic_block:
        LooseFile.objects.create(name=name, due=due)
        return
    with closing(connections.create_connection("default")) as apart, apart.cursor() as cursor:
        cursor.execute("INSERT INTO rotoscope_loosefile (name, due) VALUES (%s, %s)", [name, due])


def store(path: Path, name: str) -> str:
    """Move a local file into storage, as `files.store` does, for a row that is still to name it."""
    note(name)
    return files.store(path, name)


def store_bytes(data: bytes, name: str) -> str:
    """The same with bytes, under a name like this one that nothing else gets, at the same moment either."""
    stem, suffix = os.path.splitext(name)
    name = f"{stem}-{secrets.token_hex(4)}{suffix}"
    with files.work_folder() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        return store(path, name)


def named(*names: str) -> None:
    """Rows name these now. To be called in the transaction that has them do so."""
    LooseFile.objects.filter(name__in=names).delete()


def name_on(rows: QuerySet[Any], *names: str, **values: Any) -> bool:
    """Update `rows` with values that name these files. Where there is no such row any more, the files go: False."""
    with transaction.atomic():
        found = rows.update(**values)
        if found:
            named(*names)
    if not found:
        files.forget(*names)
    return bool(found)


@contextmanager
def removing() -> Iterator[list[FieldFile | str]]:
    """A transaction that deletes rows; the files that the block puts into the list go with them.

    Where they are more than AT_ONCE they go in the reconciler's next rounds.
    """
    gone: list[FieldFile | str] = []
    with transaction.atomic():
        yield gone
        names = {str(one) for one in gone if one}
        at_once = len(names) <= AT_ONCE
        due = timezone.now() + (SOON if at_once else timedelta())
        LooseFile.objects.bulk_create(LooseFile(name=name, due=due) for name in names)
    if at_once:
        files.forget(*names)
        LooseFile.objects.filter(name__in=names).delete()


def of_rows(rows: QuerySet[Any], column: str) -> list[str]:
    """The files that rows name in a column, for the list of `removing`. Of more than AT_ONCE none is told: the database
    notes them by itself, and the reconciler removes them."""
    names = rows.order_by().exclude(**{column: ""}).values_list(column, flat=True)
    found = list(names[: AT_ONCE + 1])
    if len(found) <= AT_ONCE:
        return found
    query, values = names.query.sql_with_params()
    insert = f"INSERT INTO rotoscope_loosefile (name, due) SELECT named.*, %s FROM ({query}) AS named"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(insert, [timezone.now(), *values])
    return []


def clear() -> int:
    """Remove what has been noted for too long, for the reconciler, a thousand in a round; how many notes."""
    overdue = list(LooseFile.objects.filter(due__lt=timezone.now()).order_by("due")[:1000])
    still_named = _named({one.name for one in overdue})
    # A note that is wrong costs nobody a file.
    files.forget(*(one.name for one in overdue if one.name not in still_named))
    LooseFile.objects.filter(pk__in=[one.pk for one in overdue]).delete()
    return len(overdue)


def _named(names: set[str]) -> set[str]:
    """Those of some names that rows have."""
    columns = [
        (table, field.name)
        for table in apps.get_models()
        for field in table._meta.concrete_fields
        if isinstance(field, models.FileField)
    ]
    return {
        str(name)
        for table, column in columns
        for name in table._base_manager.filter(**{f"{column}__in": names}).values_list(column, flat=True)
    }
