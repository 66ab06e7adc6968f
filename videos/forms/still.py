"""What a page asks of painted stills."""

from __future__ import annotations

from typing import Any

from django import forms

from videos.models import Video

MOST_AT_ONCE = 12
"""Stills of one request; a page asks again as it goes."""

STILL_LINES = 720
"""Lines of a still where the footage has more: what the wall shows, in the time one is willing to wait."""


class StillsForm(forms.Form):
    """One frame of a video under some filters."""

    filter = forms.MultipleChoiceField(
        error_messages={"invalid_choice": "“%(value)s” is not a filter that can run now."}
    )
    frame = forms.IntegerField(min_value=0)
    keep_colours = forms.BooleanField(required=False)
    strength = forms.DecimalField(min_value=0, max_value=1, max_digits=3, decimal_places=2, required=False)
    height = forms.IntegerField(min_value=16, required=False)

    def __init__(self, video: Video, slugs: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.video = video
        self.fields["filter"].choices = [(slug, slug) for slug in slugs]  # type: ignore[attr-defined]

    def clean_filter(self) -> list[str]:
        """At most MOST_AT_ONCE slugs."""
        slugs: list[str] = self.cleaned_data["filter"]
        if len(slugs) > MOST_AT_ONCE:
            raise forms.ValidationError(f"At most {MOST_AT_ONCE} stills at once, please.")
        return slugs

    def clean_frame(self) -> int:
        """A frame that the footage has."""
        frame: int = self.cleaned_data["frame"]
        if frame >= self.video.frame_count:
            raise forms.ValidationError(f"The footage has {self.video.frame_count} frames.")
        return frame

    def clean_height(self) -> int:
        """Lines of the still: as asked, never more than the footage has."""
        return min(self.cleaned_data["height"] or STILL_LINES, self.video.height)
