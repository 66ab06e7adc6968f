"""Profiles that are made up, so that what they must lead to is known."""

from __future__ import annotations

from typing import Any

from django.utils.text import slugify

from filters.models import Filter, Judgement
from tests.factories import make_filter
from videos.models import Frame, Video

LOOKS: dict[str, dict[str, float]] = {
    "sea": {"luminance": 0.45, "blue": 0.8, "dark": 0.05, "light": 0.05, "green": 0.0, "warm": 0.1},
    "night": {"luminance": 0.08, "blue": 0.2, "dark": 0.9, "light": 0.0, "green": 0.0, "warm": 0.0},
    "wood": {"luminance": 0.35, "blue": 0.0, "dark": 0.2, "light": 0.0, "green": 0.8, "warm": 0.1},
}
KINDS = {"sea": ["water"], "night": ["night"], "wood": ["forest"]}
USUAL: dict[str, float | None] = {
    "content_distance": 1.0, "style_distance": 0.3, "unsteadiness": 0.03, "edges": 0.5, "tone": 0.7,
    "shadows": 0.5, "highlights": 0.5, "colours": 0.3, "greens": 0.3, "blues": 0.3, "warm": 0.3,
}  # fmt: skip


def looks(name: str) -> dict[str, float]:
    """The features of a made-up frame."""
    return {"contrast": 0.3, "colourfulness": 0.3, "sharpness": 0.3, **LOOKS[name]}


def profile(**better: dict[str, float]) -> list[dict[str, Any]]:
    """A profile that is as usual but for what is said of one look: `profile(sea={"style_distance": 0.1})`."""
    return [
        {
            "name": name,
            "kinds": KINDS[name],
            "features": looks(name),
            "measured": {**USUAL, **better.get(name, {})},
        }
        for name in LOOKS
    ]


def judged_filter(
    name: str, mark: tuple[float, ...] = (), metrics: dict[str, Any] | None = None, **better: Any
) -> Filter:
    """A published filter with a made-up judgement."""
    published = better.pop("published", True)
    owner = better.pop("owner", None)
    one = make_filter(slugify(name), name=name, published=published, owner=owner)
    assert one.current is not None
    one.current.metrics = metrics or {}
    one.current.save()
    Judgement.objects.create(version=one.current, profile=profile(**better), signature=list(mark))
    return one


def add_frames(video: Video, colour: str, luminance: float, count: int = 3) -> None:
    """Separated frames of one colour, as rows."""
    Frame.objects.bulk_create(
        Frame(
            video=video, index=index, timestamp=index, image=f"frames/{index}.jpg", luminance=luminance,
            contrast=0.15, colourfulness=30, sharpness=0.09, palette=[[colour, 1.0]],
        )
        for index in range(count)
    )  # fmt: skip
