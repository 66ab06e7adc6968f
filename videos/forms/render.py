"""What a person asks of a render: which filters, and how they paint."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from videos.forms.texts import InSentences
from videos.models import Video
from videos.pipeline.renders import RenderSettings

RATES = (1, 2, 5, 12)
"""Painted images a second that are offered below the footage's own rate."""

HEIGHTS = (480, 720, 1080)
"""Lines that are offered below the footage's own."""


class RenderForm(InSentences, forms.Form):
    """Settings of renders of one video; `filters` are slugs out of those that may be used."""

    filter = forms.MultipleChoiceField(
        error_messages={
            "required": "Choose at least one filter.",
            "invalid_choice": "“%(value)s” is not a filter that can run now.",
        }
    )
    strength = forms.DecimalField(
        min_value=0,
        max_value=1,
        max_digits=3,
        decimal_places=2,
        required=False,
        error_messages={
            "min_value": "Strength goes from 0 (the footage) to 1 (the painting).",
            "max_value": "Strength goes from 0 (the footage) to 1 (the painting).",
        },
    )
    keep_colours = forms.BooleanField(required=False)
    smoothing = forms.DecimalField(
        min_value=0,
        max_value=1,
        max_digits=3,
        decimal_places=2,
        required=False,
        error_messages={
            "min_value": "Smoothing goes from 0 (none) to 1.",
            "max_value": "Smoothing goes from 0 (none) to 1.",
        },
    )
    images_per_second = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    cross_fade = forms.BooleanField(required=False)
    height = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    start_frame = forms.IntegerField(min_value=0, required=False)
    stop_frame = forms.IntegerField(min_value=1, required=False)
    live = forms.BooleanField(required=False)

    def __init__(self, video: Video, slugs: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.video = video
        self.fields["filter"].choices = [(slug, slug) for slug in slugs]  # type: ignore[attr-defined]
        self.fields["images_per_second"].choices = rates_for(video)  # type: ignore[attr-defined]
        self.fields["height"].choices = heights_for(video)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The range lies within the footage and holds at least one frame."""
        data: dict[str, Any] = super().clean() or {}
        start = data.get("start_frame") or 0
        stop = data.get("stop_frame") or self.video.frame_count
        if stop > self.video.frame_count:
            self.add_error("stop_frame", f"The footage has {self.video.frame_count} frames.")
        if start >= stop:
            self.add_error("start_frame", "The range is empty: its end must come after its beginning.")
        return data

    def settings(self) -> RenderSettings:
        """The settings of a valid form; what was left out is as the page shows it first."""
        data = self.cleaned_data
        return RenderSettings(
            strength=_given(data["strength"], 1.0),
            keep_colours=data["keep_colours"],
            smoothing=_given(data["smoothing"], 0.0),
            images_per_second=data["images_per_second"],
            cross_fade=data["cross_fade"] and data["images_per_second"] is not None,
            height=data["height"],
            start_frame=data["start_frame"] or 0,
            stop_frame=data["stop_frame"],
            live=data["live"],
        )


def rates_for(video: Video) -> list[tuple[str, str]]:
    """Choices of painted images a second: those below the footage's rate, then every frame."""
    below = [rate for rate in RATES if rate < video.rate]
    return [*((str(rate), str(rate)) for rate in below), ("", "every frame")]


def heights_for(video: Video) -> list[tuple[str, str]]:
    """Choices of lines: those below the footage's own, then its own."""
    below = [height for height in HEIGHTS if height < video.height]
    return [*((str(height), f"{height}") for height in below), ("", f"{video.height} as filmed")]


def _given(value: Decimal | None, otherwise: float) -> float:
    return otherwise if value is None else float(value)
