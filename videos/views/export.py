"""Filters as files: everything that made one in a zip, or a model that runs without Rotoscope."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from filters import exchange
from filters.models import Filter, FilterVersion
from videos import access

Write = Callable[[FilterVersion], bytes]


@login_required
@require_GET
def bundle(request: HttpRequest, slug: str) -> HttpResponse:
    """The version in use with its base, pictures and training, as a zip that the admin of another place imports."""
    return _file(request, slug, exchange.export, "application/zip", "zip")


@login_required
@require_GET
def onnx(request: HttpRequest, slug: str) -> HttpResponse:
    """The version in use as one ONNX model: (N, H, W, 3) uint8 in and out, any height and width."""
    return _file(request, slug, exchange.export_onnx, "application/octet-stream", "onnx")


def exported(filter: Filter, write: Write, content_type: str, suffix: str) -> HttpResponse:
    """A filter's version in use as a download. Raises exchange.REFUSALS."""
    assert filter.current is not None
    name = f"{filter.slug}-v{filter.current.number}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(write(filter.current), content_type=content_type, headers=headers)


def _file(request: HttpRequest, slug: str, write: Write, content_type: str, suffix: str) -> HttpResponse:
    filter = access.filter_or_404(request, slug, access.can_export)
    try:
        return exported(filter, write, content_type, suffix)
    except exchange.REFUSALS as refusal:
        messages.error(request, exchange.sentence(refusal))
        return redirect(filter)
