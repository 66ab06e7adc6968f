"""Share links as people make and list them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from videos import access
from videos.models import Collection, Comparison, Render, ShareLink, Video

Target = Video | Render | Comparison | Collection

FOR_EVER = ""
LASTING = (("1", "one day"), ("7", "a week"), ("30", "a month"), (FOR_EVER, "until I revoke it"))


class ShareForm(forms.Form):
    """How long a link opens, what it allows, and what its maker calls it."""

    label = forms.CharField(
        required=False,
        max_length=120,
        label="For whom",
        help_text="Only you see this.",
        widget=forms.TextInput(attrs={"placeholder": "the crew, Anna, the festival", "autocomplete": "off"}),
    )
    days = forms.ChoiceField(required=False, choices=LASTING, initial="30", label="Opens for")
    downloads = forms.BooleanField(required=False, label="May be downloaded")

    def __init__(self, *args: Any, may_allow_downloads: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_allow_downloads:
            del self.fields["downloads"]

    def make(self, owner: Any, target: Target) -> tuple[ShareLink, str]:
        """A new link and its token, from valid data."""
        days = self.cleaned_data["days"]
        return ShareLink.make(
            owner,
            target,
            label=self.cleaned_data["label"],
            downloads=self.cleaned_data.get("downloads", False),
            expires_at=timezone.now() + timedelta(days=int(days)) if days else None,
        )


def target_or_404(request: HttpRequest, kind: str, ref: str) -> Target:
    """What is to be shared, if the request's viewer may; else the one 404."""
    finders: dict[str, Callable[[HttpRequest, str], Target]] = {
        "video": access.video_or_404,
        "render": access.render_or_404,
        "comparison": access.comparison_or_404,
        "collection": access.collection_or_404,
    }
    if kind not in finders:
        raise Http404
    target = finders[kind](request, ref)
    if not access.can_share(access.viewer_of(request), target):
        raise Http404
    return target


def links_of(user: Any) -> QuerySet[ShareLink]:
    """All links that somebody made, newest first, with what they open, in one query."""
    links = ShareLink.objects.filter(owner=user).order_by("-created_at", "-pk")
    return links.select_related(
        "owner", "video", "render__video", "render__version__filter", "comparison__video", "collection"
    )
