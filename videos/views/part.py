"""The first rows of a list that stands beside others on a page, and the way to all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

ALL = "all"


@dataclass(frozen=True)
class Part:
    """Some rows of `in_all`; at `address` all of them are shown."""

    rows: Sequence[Any]
    in_all: int
    address: str

    def __iter__(self) -> Iterator[Any]:
        """The rows."""
        return iter(self.rows)

    def __len__(self) -> int:
        """How many are shown."""
        return len(self.rows)


def part_of(rows: QuerySet[Any], request: HttpRequest, name: str, most: int) -> Part:
    """The first `most`, or all where the address asks for them (`?comparisons=all`).

    The heading of the list has `name` as its id.
    """
    shown = list(rows if request.GET.get(name) == ALL else rows[:most])
    query = request.GET.copy()
    query[name] = ALL
    in_all = rows.count() if len(shown) == most else len(shown)
    return Part(shown, in_all, f"?{query.urlencode()}#{name}")
