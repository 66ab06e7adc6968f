"""The filters of a DeepFilter service in our catalogue: there once a key is set, hidden while none is."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from filters.deepfilter.names import NAMES, slug, title
from filters.models import Filter, FilterVersion

NO_KEY = "No Algorithmia key is set."
NOT_NAMED = "Not among the filters of ALGORITHMIA_FILTERS."
TAGS = ["deepfilter"]


def ensure_deepfilter_filters() -> int:
    """Show or hide the DeepFilter filters, as ALGORITHMIA_API_KEY says; how many are published now.

    May run at every start. With a key: a filter is made for each name of ALGORITHMIA_FILTERS (where that is
    empty, the 37 of DeepFilter) that has none, and published; others of the catalogue are hidden. Without a
    key, all filters of such a service are hidden. Hidden is retired, with a reason by which we know it
    again: what a curator retired stays retired.
    """
    if not settings.ALGORITHMIA_API_KEY:
        _hide(NO_KEY)
        return 0
    names = settings.ALGORITHMIA_FILTERS or NAMES
    for name in names:
        _ensure(name)
    _hide(NOT_NAMED, but=names)
    _show(names)
    _price(names)
    return Filter.objects.published().filter(engine=Filter.Engine.ALGORITHMIA).count()


def _hide(reason: str, but: list[str] | tuple[str, ...] = ()) -> None:
    shown = Filter.objects.filter(engine=Filter.Engine.ALGORITHMIA, state=Filter.State.PUBLISHED)
    if reason == NOT_NAMED:
        shown = shown.filter(shipped=True).exclude(slug__in=map(slug, but))
    shown.update(state=Filter.State.RETIRED, unavailable_reason=reason)


def _show(names: list[str] | tuple[str, ...]) -> None:
    hidden = Filter.objects.filter(engine=Filter.Engine.ALGORITHMIA, current__isnull=False)
    named = hidden.filter(unavailable_reason=NOT_NAMED, slug__in=map(slug, names))
    own = hidden.filter(unavailable_reason=NO_KEY)
    for rows in (named, own.filter(shipped=False), own.filter(slug__in=map(slug, names))):
        rows.update(state=Filter.State.PUBLISHED, unavailable_reason="", published_at=timezone.now())


def _price(names: list[str] | tuple[str, ...]) -> None:
    """Those that cost nothing yet cost what ALGORITHMIA_COST_PER_IMAGE says by now; a price that there is stays."""
    free = Filter.objects.filter(engine=Filter.Engine.ALGORITHMIA, shipped=True, cost_per_image=0)
    cost = Decimal(str(settings.ALGORITHMIA_COST_PER_IMAGE))
    free.filter(slug__in=map(slug, names)).update(cost_per_image=cost)


@transaction.atomic
def _ensure(name: str) -> None:
    made, new = Filter.objects.get_or_create(
        slug=slug(name),
        defaults={
            "name": title(name),
            "description": f"“{name}”, painted by a DeepFilter service.",
            "tags": TAGS,
            "engine": Filter.Engine.ALGORITHMIA,
            "shipped": True,
        },
    )
    if new:
        kind = FilterVersion.Kind.DEEPFILTER
        made.adopt(FilterVersion.objects.create(filter=made, number=1, kind=kind, deepfilter_name=name))
        made.publish()
