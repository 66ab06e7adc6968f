"""Addresses and figures of works, as pages write them. Addresses carry the viewer's share token, if any."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django import template
from django.contrib.auth.models import User
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from filters.models import StyleImage
from videos import links
from videos.access import NOBODY, Viewer, can_see_person, can_see_video, viewer_of
from videos.models import Comparison, Frame, Render, Still, Video
from videos.slices import slices_of, slices_of_comparison

register = template.Library()


def _viewer(context: RequestContext) -> Viewer | None:
    request = context.get("request")
    return viewer_of(request) if request is not None else None


@register.simple_tag(takes_context=True)
def media(context: RequestContext, work: Any, name: str = "", small: links.Small = False) -> str:
    """Address of a file of a video or render by its name, or of a frame's, still's or style image's picture.

    `small`: True for a picture on a card or a wall, "tiny" for one in a strip or a list.
    """
    viewer = _viewer(context)
    if isinstance(work, Video):
        return links.video_media(work, name, viewer, small=small)
    if isinstance(work, Render):
        return links.render_media(work, name, viewer, small=small)
    if isinstance(work, Frame):
        return links.frame_media(work, viewer, small=small)
    if isinstance(work, Still):
        return links.still_media(work, viewer, small=small)
    if isinstance(work, StyleImage):
        return links.style_media(work, small=small)
    raise template.TemplateSyntaxError(f"A {type(work).__name__} has no media.")


@register.simple_tag(takes_context=True)
def download(context: RequestContext, work: Video | Render, name: str) -> str:
    """Address under which a browser keeps the file instead of showing it."""
    viewer = _viewer(context)
    if isinstance(work, Video):
        return links.video_media(work, name, viewer, download=True)
    return links.render_media(work, name, viewer, download=True)


@register.simple_tag(takes_context=True)
def page(context: RequestContext, work: Any, name: str = "", **query: Any) -> str:
    """Address of a work's own page, or of the page `name` of it, with `query` and the viewer's share token."""
    path = reverse(name, args=[work.ref]) if name else work.get_absolute_url()
    viewer = _viewer(context)
    if viewer is not None and viewer.token:
        query["share"] = viewer.token
    return f"{path}?{urlencode(query)}" if query else str(path)


@register.inclusion_tag("includes/spectrum.html", takes_context=True)
def spectrum(context: RequestContext, video: Video) -> dict[str, Any]:
    """The spectrum of a video that came `with_slices()`."""
    return {"slices": slices_of(video, _viewer(context)), "opens": True}


@register.inclusion_tag("includes/spectrum.html", takes_context=True)
def compared(context: RequestContext, comparison: Comparison, large: bool = False) -> dict[str, Any]:
    """What a comparison `with_places()` compares, side by side; `large` opens under the pointer and names filters."""
    viewer = _viewer(context)
    return {"slices": slices_of_comparison(comparison, viewer, small=not large), "opens": large}


@register.simple_tag(takes_context=True)
def sees(context: RequestContext, video: Video) -> bool:
    """Whether the viewer sees the footage: whoever saved a comparison of it keeps that where they do not any more."""
    return can_see_video(_viewer(context) or NOBODY, video)


@register.simple_tag(takes_context=True)
def person(context: RequestContext, someone: User, link: str = "") -> SafeString:
    """Whose a work is, with a link (of the class `link`) to their page where the viewer sees that."""
    name = someone.get_username()
    if not can_see_person(_viewer(context) or NOBODY, someone):
        return format_html("{}", name)
    kind = format_html(' class="{}"', link) if link else ""
    return format_html('<a{} href="{}">{}</a>', kind, reverse("person", args=[name]), name)


@register.simple_tag
def box(work: Video | Render) -> SafeString:
    """The shape of a picture as custom properties, so that it has its box before it arrives."""
    return format_html("--w:{};--h:{}", work.width or 16, work.height or 9)


@register.filter
def clock(seconds: Fraction | float | None) -> str:
    """A duration for people: 0:08, 12:04, 1:02:03; "" where it is not known."""
    if not seconds:
        return ""
    minutes, rest = divmod(max(1, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@register.filter
def ago(moment: datetime) -> str:
    """How long since: “just now”, “3 minutes ago”."""
    since = timesince(moment)
    return "just now" if since.startswith("0") else f"{since} ago"


@register.filter
def decimal_rate(rate: Fraction) -> str:
    """Frames a second with at most three decimals: 29.97, 24, 23.976."""
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")


@register.filter
def percent(part: float | None) -> int:
    """0 to 1 as whole per cent; 100 only when it is whole."""
    return 100 if (part or 0) >= 1 else min(99, int(100 * (part or 0)))


@register.filter
def looks(count: int) -> str:
    """“1 look”, “1 204 looks”."""
    return "1 look" if count == 1 else f"{count:,} looks".replace(",", "\N{NO-BREAK SPACE}")


@register.filter
def filters_counted(renders: Iterable[Render]) -> str:
    """How many different filters some renders show: “one filter”, “14 filters”, “no filter yet”."""
    count = len({render.version.filter_id for render in renders})
    return {0: "no filter yet", 1: "one filter"}.get(count, f"{count} filters")


@register.filter
def at(items: Sequence[Any], index: int) -> Any:
    """The item at a place counted from 0."""
    return items[index]
