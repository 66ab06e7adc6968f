"""Filters, and whoever asks."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router

from filters import exchange
from filters.models import Filter
from rotoscope.api.auth import READING, SIGNED_IN, signed_in
from rotoscope.api.errors import Refused
from rotoscope.api.files import file_answer
from rotoscope.api.paging import Page, Paging, page_of
from rotoscope.api.shapes import FilterOut, Me, Problem, VersionOut
from rotoscope.api.told import Told
from videos import access
from videos.models import Profile
from videos.views.export import Write, exported

router = Router(tags=["filters"])
REST = 60  # seconds after which a filter that is away is asked for again


@router.get("/me", response={200: Me, 401: Problem}, auth=SIGNED_IN, tags=["people"])
def me(request: HttpRequest) -> Me:
    """Whose key this is, and how much room is left."""
    profile = Profile.of(request.user)
    return Me(
        username=request.user.get_username(),
        is_staff=bool(getattr(request.user, "is_staff", False)),
        quota_bytes=profile.quota_bytes,
        used_bytes=profile.used_bytes(),
    )


@router.get("/filters", response=Page[FilterOut], auth=READING)
def list_filters(
    request: HttpRequest,
    which: Paging,
    q: str = "",
    tag: str = "",
    state: Filter.State | None = None,
    mine: bool = False,
) -> object:
    """Published filters (and drafts of one's own) that can run now; by words in `q`, by `tag`.

    With `state` or `mine` also those that cannot run.
    """
    viewer = access.viewer_of(request)
    found = access.filters_for(viewer) if state is None and not mine else access.filters_seen_by(viewer)
    if mine:
        found = found.filter(owner=signed_in(request))
    if state is not None:
        found = found.filter(state=state)
    found = found.with_origins().search(q)
    if tag:
        found = found.tagged(tag)
    return page_of(found.order_by("name", "pk"), which, Told(request).filter)


@router.get("/filters/{slug}", response={200: FilterOut, 404: Problem}, auth=READING)
def get_filter(request: HttpRequest, slug: str) -> FilterOut:
    """One filter, also while it is unavailable or retired."""
    return Told(request).filter(access.filter_or_404(request, slug))


@router.get("/filters/{slug}/versions", response={200: Page[VersionOut], 404: Problem}, auth=READING)
def list_versions(request: HttpRequest, slug: str, which: Paging) -> object:
    """What a filter was and is painted with, newest first."""
    versions = access.filter_or_404(request, slug).versions.select_related("filter").order_by("-number")
    return page_of(versions, which, Told(request).version)


@router.get(
    "/filters/{slug}/bundle",
    response={401: Problem, 404: Problem, 409: Problem},
    auth=SIGNED_IN,
    openapi_extra=file_answer("application/zip"),
)
def export_filter(request: HttpRequest, slug: str) -> HttpResponse:
    """All that made a filter as one zip; for its owner, staff, and, of filters that ship, everybody with a key."""
    return _exported(request, slug, exchange.export, "application/zip", "zip")


@router.get(
    "/filters/{slug}/onnx",
    response={401: Problem, 404: Problem, 409: Problem},
    auth=SIGNED_IN,
    openapi_extra=file_answer("application/octet-stream"),
)
def export_onnx(request: HttpRequest, slug: str) -> HttpResponse:
    """A filter as one ONNX model that runs elsewhere: (N, H, W, 3) uint8 in and out, any height and width."""
    return _exported(request, slug, exchange.export_onnx, "application/octet-stream", "onnx")


def _exported(request: HttpRequest, slug: str, write: Write, content_type: str, suffix: str) -> HttpResponse:
    one = access.filter_or_404(request, slug, access.can_export)
    try:
        return exported(one, write, content_type, suffix)
    except exchange.REFUSALS as refusal:
        raise Refused(exchange.sentence(refusal)) from refusal


def usable_filter(request: HttpRequest, slug: str) -> Filter:
    """A filter that the asker may paint with now. Raises Http404, and Refused where it is only away."""
    found = (
        access.filters_shown_to(access.viewer_of(request)).select_related("current").filter(slug=slug).first()
    )
    if found is None:
        raise Http404(f"There is no filter “{slug}” to paint with.")
    if not found.is_available:
        raise Refused(f"The filter “{found}” is unavailable: {found.unavailable_reason}", 503, REST)
    return found
