"""What a service that paints for money may be paid for one render, and for looking at it beforehand."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings


def money(cost: Decimal) -> str:
    """What it costs at the service: “free”, or dollars with as many digits as matter."""
    if not cost:
        return "free"
    return f"${cost:.2f}" if cost >= Decimal("0.1") else f"${cost.normalize():f}"


def too_dear(cost: Decimal) -> str:
    """Why a render of this price is not begun, as a sentence that says what to change; "" where it may be."""
    most = Decimal(str(settings.ALGORITHMIA_COST_PER_RENDER))
    if not most or cost <= most:
        return ""
    return (
        f"It would cost {money(cost)}, and one render may cost {money(most)} here. "
        "Choose fewer images a second or a shorter range."
    )


def too_dear_stills(cost: Decimal) -> str:
    """Why no more stills are painted of footage under a filter for which they would have cost this much; "" where they
    may be. Otherwise a render would be had picture by picture."""
    most = Decimal(str(settings.ALGORITHMIA_COST_PER_RENDER))
    if not most or cost <= most:
        return ""
    return (
        f"Stills of this footage under this filter would cost {money(cost)} together, and as much as one render, "
        f"{money(most)}, may be spent on them. Look at those that are there."
    )
