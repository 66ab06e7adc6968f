"""What filters may be called, and the slug that a new one gets: one after another, so that no two get the same."""

from __future__ import annotations

import itertools

from django.db import connection
from django.utils.text import slugify

from filters.models import RESERVED_SLUGS, Filter

NAMING = 7_105_001  # PostgreSQL's number of the lock under which filters get their slugs, one after another


def is_name(name: str) -> bool:
    """Whether a filter can be called so: there is a letter or a digit in it, of whatever alphabet."""
    return any(map(str.isalnum, name))


def stem_of(name: str) -> str:
    """A name as addresses and files have it."""
    return slugify(name)[:70] or "filter"


def hold_names() -> None:
    """Wait for those who make filters now; those who come after wait until the transaction at hand is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NAMING])


def free_slug(name: str) -> str:
    """A slug for a name that no filter has yet, and that nobody else gets before the transaction at hand is over."""
    hold_names()
    stem = stem_of(name)
    for number in itertools.count(1):
        slug = stem if number == 1 else f"{stem}-{number}"
        if slug not in RESERVED_SLUGS and not Filter.objects.filter(slug=slug).exists():
            return slug
    raise AssertionError("unreachable")
