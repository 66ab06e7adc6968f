"""Times, rates and money as the lab and the queue write them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

from videos.models import Render
from videos.names import settings_of
from videos.pipeline import prices

register = template.Library()
register.filter("money", prices.money)


@register.filter
def as_it_was_shown(field: BoundField) -> SafeString:
    """The hidden input of a field whose choices a page writes one by one; see `compare_with_page`."""
    return field.as_hidden(only_initial=True)


@register.filter
def lasting(seconds: float | None) -> str:
    """How long something takes, as one says it: “40 s”, “1 min 50 s”, “2 h 5 min”; "" for None."""
    if seconds is None:
        return ""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return (
            f"{whole // 60} min {whole % 60} s" if whole < 600 and whole % 60 else f"{round(whole / 60)} min"
        )
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


@register.filter
def timecode(seconds: float | Decimal | Fraction) -> str:
    """A place in a clip: “00:12.345”, with hours where there are any."""
    thousandths = int(Fraction(seconds) * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    hours, minutes = divmod(minutes, 60)
    lead = f"{hours}:" if hours else ""
    return f"{lead}{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


@register.filter
def grouped(number: int) -> str:
    """A whole number with its thousands apart: 12 600."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


@register.filter
def share(part: float, whole: float) -> float:
    """`part` of `whole` as 0 to 1."""
    return part / whole if whole else 0.0


@register.filter
def spaced(name: str) -> str:
    """A key as words: “style_distance” → “style distance”."""
    return name.replace("_", " ")


@register.filter
def took(render: Render) -> float | None:
    """Seconds from the first image to the finished film, pauses left out; None where it has not ended."""
    return render.seconds_worked if render.finished_at else None


@register.filter
def settings_in_words(render: Render) -> str:
    """What sets a render apart from others of its filter: “0.80 · 5 a second · 480 lines”; every difference counts."""
    return " · ".join(settings_of(render))
