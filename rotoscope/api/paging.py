"""Lists in pages: {"items": […], "count": …} for ?page=1&page_size=24 (at most 100)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import Query, Schema
from pydantic import Field

T = TypeVar("T")


class Page(Schema, Generic[T]):
    """One page of a list, and how many there are in all."""

    items: list[T]
    count: int


class Which(Schema):
    """Which page of a list."""

    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=100)] = 24


Paging = Query[Which]


def page_of(
    rows: QuerySet[Any] | list[Any],
    which: Which,
    tell: Callable[[Any], Any],
    expect: Callable[[list[Any]], None] | None = None,
) -> dict[str, Any]:
    """A page of `rows`, each told by `tell`; `expect` looks up before what it needs to know of all of them."""
    start = (which.page - 1) * which.page_size
    count = len(rows) if isinstance(rows, list) else rows.count()
    page = list(rows[start : start + which.page_size])
    if expect is not None:
        expect(page)
    return {"items": [tell(row) for row in page], "count": count}
