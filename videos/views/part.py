"""The first rows of a list that stands beside others on a page, and the way to all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

ALL = "all"
AT_ONCE = 50
"""Rows at most, however many there are in all."""


@dataclass(frozen=True)
class Part:
    """Some rows of `in_all`: the first, or a `page` of all of them.

    `name` is that of the list in the address (`query`), and the id of its heading.
    """

    rows: Sequence[Any]
    in_all: int
    name: str
    query: QueryDict
    page: Page[Any] | None = None

    def __iter__(self) -> Iterator[Any]:
        """The rows."""
        return iter(self.rows)

    def __len__(self) -> int:
        """How many are shown."""
        return len(self.rows)

    @property
    def address(self) -> str:
        """Where all of them are shown."""
        return self._at(ALL)

    @property
    def earlier(self) -> str:
        """Where the page before this one is."""
        return self._at(self.page.previous_page_number()) if self.page else ""

    @property
    def later(self) -> str:
        """Where the next one is."""
        return self._at(self.page.next_page_number()) if self.page else ""

    def _at(self, which: str | int) -> str:
        query = self.query.copy()
        query[self.name] = str(which)
        return f"?{query.urlencode()}#{self.name}"


def part_of(rows: QuerySet[Any], request: HttpRequest, name: str, most: int) -> Part:
    """The first `most`; all, in pages, where the address asks for them: `?comparisons=all`, `?comparisons=2`."""
    if asked := request.GET.get(name):
        page = Paginator(rows, AT_ONCE).get_page(asked)  # the first where that is no number
        return Part(list(page), page.paginator.count, name, request.GET, page)
    shown = list(rows[:most])
    in_all = rows.count() if len(shown) == most else len(shown)
    return Part(shown, in_all, name, request.GET)
