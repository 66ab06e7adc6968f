"""Tags of footage and of filters, in the one form in which they are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F, Func, QuerySet

MOST = 12
LONGEST = 40


def clean_tags(tags: Sequence[str]) -> list[str]:
    """At most twelve tags, lower case, each once, in their order; commas stand between them wherever they are typed."""
    cleaned = (" ".join(word.lower().split())[:LONGEST] for tag in tags for word in tag.split(","))
    return list(dict.fromkeys(tag for tag in cleaned if tag))[:MOST]


def popular(rows: QuerySet[Any], most: int) -> list[str]:
    """The tags that most of the rows carry, the commonest first."""
    each = rows.annotate(tag=Func(F("tags"), function="unnest")).order_by()
    counted = each.values("tag").annotate(count=Count("pk")).order_by("-count", "tag")
    return [row["tag"] for row in counted[:most]]
