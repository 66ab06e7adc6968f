"""What was deleted and can be brought back, as pages and programs ask for it: each sees what they may bring back."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from videos import access
from videos.access import Viewer
from videos.pipeline import removal
from videos.pipeline.removal import Thing


def deleted_of(viewer: Viewer) -> list[Thing]:
    """All of somebody's own, what went last first."""
    return [thing for thing in removal.removed_of(viewer.user) if access.can_bring_back(viewer, thing)]


def deleted_or_404(request: HttpRequest, kind: str, ref: str) -> Thing:
    """What was deleted and is called this, if the request's viewer may bring it back; else the one 404."""
    thing = removal.find(kind, ref)
    if thing is None or not access.can_bring_back(access.viewer_of(request), thing):
        raise Http404
    return thing
