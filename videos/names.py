"""What works are called, in words: settings of renders, how they differ beside others of the same filter, and how many
there are of what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from videos.models import Render


def settings_of(render: Render) -> list[str]:
    """What sets a render apart from others of its filter: “strength 0.80”, “5 a second”, “480 lines”."""
    words = ["live"] if render.version.is_live else []
    if render.strength != 1:
        words.append(f"strength {render.strength}")
    if render.keep_colours:
        words.append("own colours")
    words.append(f"{render.images_per_second} a second" if render.images_per_second else "every frame")
    if render.cross_fade:
        words.append("cross-faded")
    if render.smoothing:
        words.append(f"smoothing {render.smoothing}")
    words.append(f"{render.height} lines")
    if render.frame_count != render.video.frame_count:
        words.append(_range(render.start_frame, render.stop_frame - 1))
    return words


def _range(first: int, last: int) -> str:
    """As the players count: from the first frame to the last one."""
    return f"frames {first}–{last}" if first < last else f"frame {first}"


def counted(many: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """What there is of some things: (3, "renders"), (1, "comparison"); what there is none of is left out."""
    return [(number, name if number == 1 else f"{name}s") for number, name in many if number]


def told_apart(renders: Iterable[Render]) -> dict[int, str]:
    """A name for each render (by key): its filter's, and of several under one filter also what not all of them have."""
    by_filter: dict[int, list[Render]] = defaultdict(list)
    for render in renders:
        by_filter[render.version.filter_id].append(render)
    names: dict[int, str] = {}
    for same in by_filter.values():
        words = {one.pk: [*settings_of(one), f"v{one.version.number}"] for one in same}
        common = set.intersection(*map(set, words.values()))
        for one in same:
            apart = [word for word in words[one.pk] if word not in common]
            names[one.pk] = " · ".join([one.version.filter.name, *apart])
    return names
