"""The filters of a DeepFilter service in our catalogue: there once a key is set, hidden while none is."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from filters.deepfilter.names import NAMES, slug, title
from filters.models import Filter, FilterVersion

NO_KEY = "No Algorithmia key is set."
TAGS = ["deepfilter"]


def ensure_deepfilter_filters() -> int:
    """Show or hide the DeepFilter filters, according to ALGORITHMIA_API_KEY; how many are published now.

    May run at every start. With a key: the 37 names are made where they are missing, at the cost that
    ALGORITHMIA_COST_PER_IMAGE says, and published; those that a curator retired stay retired. Without a
    key: every published filter of such a service is retired, with a reason by which it comes back.
    """
    services = Filter.objects.filter(engine=Filter.Engine.ALGORITHMIA)
    if settings.ALGORITHMIA_API_KEY:
        for name in NAMES:
            _ensure(name)
        services.filter(unavailable_reason=NO_KEY, current__isnull=False).update(
            state=Filter.State.PUBLISHED, unavailable_reason="", published_at=timezone.now()
        )
    else:
        services.filter(state=Filter.State.PUBLISHED).update(
            state=Filter.State.RETIRED, unavailable_reason=NO_KEY
        )
    return services.published().count()


@transaction.atomic
def _ensure(name: str) -> None:
    made, new = Filter.objects.get_or_create(
        slug=slug(name),
        defaults={
            "name": title(name),
            "description": f"DeepFilter’s “{name}”, painted by the service at {_host()}.",
            "tags": TAGS,
            "engine": Filter.Engine.ALGORITHMIA,
            "cost_per_image": Decimal(str(settings.ALGORITHMIA_COST_PER_IMAGE)),
            "shipped": True,
        },
    )
    if not new:
        return
    made.adopt(
        FilterVersion.objects.create(
            filter=made, number=1, kind=FilterVersion.Kind.DEEPFILTER, deepfilter_name=name
        )
    )
    made.publish()


def _host() -> str:
    return str(settings.ALGORITHMIA_API_ADDRESS).split("://")[-1].rstrip("/")
