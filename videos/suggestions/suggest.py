"""Suggest filters for a video: five queries, no PyTorch, nothing painted."""

from __future__ import annotations

from dataclasses import dataclass

from filters.models import Filter
from videos import access
from videos.access import Viewer
from videos.models import Frame, Still, Video
from videos.suggestions.choose import COUNT, Candidate, choose
from videos.suggestions.features import mean_features

FRAMES = 24
"""Frames of the video that are looked at, evenly chosen: more do not change the mean."""

STILLS = 400
"""The latest stills that are looked at."""


JUDGED = ("pk", "current", "current__judgement__profile", "current__judgement__signature")
"""What is read of every filter; of those that are suggested, the rest."""


@dataclass(frozen=True)
class Suggestion:
    """A filter with the reasons for it, the strongest first; there may be none, where it is merely the best choice."""

    filter: Filter
    score: float
    reasons: list[str]

    @property
    def because(self) -> str:
        """The reasons as one line."""
        usual = "does well all round" if self.score > 0 else "another manner, for a change"
        return ", ".join(self.reasons) or usual


def suggestions(viewer: Viewer, video: Video, count: int = COUNT) -> list[Suggestion]:
    """The filters that suit a video, of those the viewer may render with; the best first.

    Empty where no frame was separated yet or no filter was judged.
    """
    footage = mean_features(_some(video))
    if not footage:
        return []
    judged = access.filters_for(viewer).filter(current__judgement__isnull=False)
    seen = _seen(video)
    candidates = [
        Candidate(pk, profile, signature, seen.get(version, {}))
        for pk, version, profile, signature in judged.values_list(*JUDGED)
    ]
    chosen = choose(candidates, footage, count)
    filters = judged.with_pictures().in_bulk([one.key for one in chosen])
    return [Suggestion(filters[one.key], one.score, one.reasons) for one in chosen if one.key in filters]


def _seen(video: Video) -> dict[int, dict[str, float]]:
    """What versions did to frames of this video, as far as stills were painted: the mean of each trait."""
    painted = Still.objects.filter(video=video, state=Still.State.FINISHED, traits__isnull=False)
    found: dict[int, dict[str, list[float]]] = {}
    for version, traits in painted.values_list("version_id", "traits")[:STILLS]:
        for name, value in (traits or {}).items():
            if value is not None:
                found.setdefault(version, {}).setdefault(name, []).append(value)
    return {
        version: {name: sum(values) / len(values) for name, values in traits.items()}
        for version, traits in found.items()
    }


def _some(video: Video) -> list[Frame]:
    """Statistics of up to FRAMES separated frames, evenly chosen."""
    wanted = ("luminance", "contrast", "colourfulness", "sharpness", "palette")
    return list(video.frames.evenly(FRAMES).only("video", *wanted))
