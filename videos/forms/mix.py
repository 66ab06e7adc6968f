"""Which filters are mixed, how much of each, and on which frame one looks at it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from filters.engines.mix import LARGEST_WEIGHT
from filters.mixes import CannotMix, Part, mixable, refuse_too_many
from filters.models.filter import FilterQuerySet

PART = re.compile(r"([-a-z0-9_]{1,80}):(\d{1,4}(?:\.\d{1,6})?)", re.ASCII | re.IGNORECASE)


def parts_of(wishes: Sequence[str], filters: FilterQuerySet) -> list[Part]:
    """The parts written as "slug:weight", out of those that one may use. Raises CannotMix."""
    refuse_too_many(wishes)
    asked: dict[str, float] = {}
    for wish in wishes:
        found = PART.fullmatch(wish)
        if found is None or found[1] in asked:
            raise CannotMix(
                "A part of a mix is a filter and its weight, such as starry-night:0.6, each once."
            )
        asked[found[1]] = float(found[2])
    if max(asked.values(), default=0) > LARGEST_WEIGHT:
        raise CannotMix(f"The weight of a part is at most {LARGEST_WEIGHT:g}.")
    there = {
        one.slug: one
        for one in mixable(filters).filter(slug__in=asked).select_related("current__filter__live")
    }
    if missing := [slug for slug in asked if slug not in there]:
        raise CannotMix(f"“{missing[0]}” is not here, or cannot be mixed.")
    parts = [Part(_current(there[slug]), weight) for slug, weight in asked.items()]
    if not parts or not math.fsum(part.weight for part in parts) > 0:
        raise CannotMix("Choose filters to mix, and give them weight.")
    return parts


def _current(one: Any) -> Any:
    return one.current
