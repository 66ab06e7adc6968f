"""A database that a newer version has migrated: an older one would start on it, and break where columns are gone."""

from __future__ import annotations

import pkgutil
from contextlib import suppress
from importlib import import_module

from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

OURS = ("rotoscope", "accounts", "filters", "videos")
"""Our applications. Those of others are theirs to judge: some drop migrations once they are squashed."""


class NewerDatabase(Exception):
    """Nothing of this version may run on it; the text says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "The database belongs to a newer Rotoscope: restore the dump from before the upgrade, or upgrade."
        )


def refuse_newer() -> None:
    """Raises NewerDatabase where a migration of ours was applied that this version does not have."""
    known = {label: _on_disk(label) for label in OURS}
    for label, name in MigrationRecorder(connection).applied_migrations():
        if name not in known.get(label, {name}):
            raise NewerDatabase


def refuse_newer_where_it_answers() -> None:
    """The same for a process that stays: it waits for a database that is away, as those do that run by then."""
    with suppress(OperationalError):
        refuse_newer()
    connection.close()


def _on_disk(label: str) -> set[str]:
    place, _ = MigrationLoader.migrations_module(label)
    assert place is not None
    return {found.name for found in pkgutil.iter_modules(import_module(place).__path__)}
