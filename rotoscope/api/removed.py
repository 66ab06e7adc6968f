"""What was deleted lately: listed, brought back, removed for good."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Status

from rotoscope.api.auth import SIGNED_IN
from rotoscope.api.paging import Page, Paging, page_of
from rotoscope.api.shapes import Problem, RemovedOut, RestoredOut
from rotoscope.api.told import Told
from videos.deleted import deleted_of, deleted_or_404
from videos.pipeline import removal

router = Router(tags=["recently deleted"])
NO: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem}


@router.get("/removed", response={200: Page[RemovedOut], 401: Problem}, auth=SIGNED_IN)
def list_removed(request: HttpRequest, which: Paging) -> object:
    """What one deleted and may bring back; what went last first. What went with footage comes back with it."""
    told = Told(request)
    return page_of(deleted_of(told.viewer), which, told.removed)


@router.post("/removed/{kind}/{ref}/restore", response={200: RestoredOut, **NO}, auth=SIGNED_IN)
def restore_removed(request: HttpRequest, kind: str, ref: str) -> RestoredOut:
    """Bring it back to where it was: a video with all that went with it, a render, a comparison or a collection.

    What was being painted when it was deleted is cancelled, and can be gone on with.
    """
    thing = deleted_or_404(request, kind, ref)
    if not removal.bring_back(thing):
        raise Http404  # its time ran out just now
    return RestoredOut(kind=kind, ref=ref, page=Told(request).page(thing))


@router.delete("/removed/{kind}/{ref}", response={204: None, **NO}, auth=SIGNED_IN)
def delete_removed(request: HttpRequest, kind: str, ref: str) -> object:
    """Remove it with its files, for good and before its time."""
    removal.remove_for_good(deleted_or_404(request, kind, ref))
    return Status(204, None)
