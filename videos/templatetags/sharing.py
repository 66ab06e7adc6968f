"""Forms of sharing, and what a page says of itself to those who paste its address elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context

from videos import access
from videos.access import can_allow_downloads, viewer_of
from videos.link_previews import Unfolded, compared_size, picture_of, unfold
from videos.models import Comparison, Render, ShareLink, Video
from videos.sharing import ShareForm

register = template.Library()


@register.inclusion_tag("share/_form.html", takes_context=True)
def share_fields(context: Context) -> dict[str, Any]:
    """The fields of a new share link to what the page is about: of a comparison, perhaps of somebody else's footage."""
    about = context.get("comparison")
    allowed = about is None or can_allow_downloads(viewer_of(context["request"]), about)
    return {"form": ShareForm(may_allow_downloads=allowed)}


@register.filter
def opens(link: ShareLink) -> bool:
    """Whether whoever has it sees anything now."""
    return access.opens_now(link)


@register.filter
def maker_sees(link: ShareLink) -> bool:
    """Whether whoever made it still sees what it leads to."""
    return access.maker_sees(link)


@register.filter
def kind(link: ShareLink) -> str:
    """What it leads to, in a word."""
    return str(link.target._meta.verbose_name)


@register.filter
def gives_away(link: ShareLink) -> bool:
    """Whether anything can be downloaded through it. Older links say so of footage that is not their maker's."""
    return access.gives_away(link)


@register.simple_tag(takes_context=True)
def unfolded(context: Context) -> Unfolded | None:
    """How the work of this page unfolds elsewhere; None on pages that are about no single work."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return None
    link = getattr(request, "share_link", None)
    candidates = (
        context.get("comparison"),
        link and link.render,
        context.get("chosen"),
        context.get("video"),
    )
    work = next((one for one in candidates if isinstance(one, Video | Render | Comparison)), None)
    if work is None:
        return None
    shown = unfold(request, work, viewer_of(request), request.get_full_path())
    return _as_arranged(request, shown, work, context)


def _as_arranged(
    request: HttpRequest, shown: Unfolded, work: Video | Render | Comparison, context: Context
) -> Unfolded:
    """With the picture and the names of what stands beside what, on the page of a comparison, saved or not."""
    arranged, places = context.get("arranged"), context.get("places")
    if not arranged or not places:
        return shown
    video = work if isinstance(work, Video) else work.video
    pictured = [place["ref"] for place in places if place["poster"]]
    picture = picture_of(video, pictured, arranged.cut, viewer_of(request))
    if not picture:
        return shown
    title = f"{shown.title}: {_listed([place['name'] for place in places])}" if work == video else shown.title
    size = compared_size(video, pictured[0])
    return replace(shown, picture=request.build_absolute_uri(picture), picture_size=size, title=title)


def _listed(names: list[str]) -> str:
    """“Original and Night”, or how many there are."""
    return " and ".join(names) if len(names) == 2 else f"{len(names)} beside each other"
