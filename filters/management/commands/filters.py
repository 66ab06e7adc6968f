"""`manage.py filters [--json]`: the published filters."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from filters.models import Filter


def described(one: Filter) -> dict[str, Any]:
    """What a script wants to know of a filter. `metrics` are those of its current version."""
    assert one.current is not None
    return {
        "slug": one.slug,
        "name": one.name,
        "description": one.description,
        "tags": one.tags,
        "suits": one.suits,
        "engine": one.engine,
        "version": one.current.number,
        "base": one.current.base,
        "shipped": one.shipped,
        "available": one.is_available,
        "unavailable_reason": one.unavailable_reason,
        "cost_per_image": float(one.cost_per_image),
        "metrics": one.current.metrics,
    }


class Command(BaseCommand):
    """Lists published filters, those that cannot run now included, with the reason."""

    help = "List the published filters; `render --filter` takes those that can run now, and drafts."

    def add_arguments(self, parser: CommandParser) -> None:
        """For people, or for a script."""
        parser.add_argument("--json", action="store_true", help="print them as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line each, in the order of their names."""
        found = [described(one) for one in Filter.objects.published().with_pictures()]
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2))
            return
        width = max((len(one["slug"]) for one in found), default=0)
        for one in found:
            about = one["description"] or one["name"]
            note = "" if one["available"] else f" (unavailable: {one['unavailable_reason']})"
            self.stdout.write(f"{one['slug']:<{width}}  {about}{note}")
