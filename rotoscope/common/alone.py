"""What only one process does at a time, whichever machine it is on: PostgreSQL's advisory locks.

The lock goes with the connection: whoever is killed holds it no longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, connection

HELD = """
    SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid = %s AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextmanager
def alone(*key: int) -> Iterator[None]:
    """Wait until nobody else is within a block of this key: one number of 64 bits, or two of 32."""
    numbers = ", ".join(["%s"] * len(key))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_lock({numbers})", key)
    try:
        yield
    finally:
        with suppress(DatabaseError), connection.cursor() as cursor:  # one that broke has given it back
            cursor.execute(f"SELECT pg_advisory_unlock({numbers})", key)


def at_it(first: int) -> set[int]:
    """The second numbers of all keys with this first one that somebody is within a block of now."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [first])
        return {second for (second,) in cursor.fetchall()}
