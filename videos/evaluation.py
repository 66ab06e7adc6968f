"""Evaluate filters of the database: what is needed once, then one filter after the other. Needs PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filters.engines.network import NetworkEngine
from filters.judgements import Found
from filters.models import Filter, FilterVersion, StyleUse
from filters.orders import Picture, cut_picture
from filters.service import make_engine
from filters.training.crop import crop_from
from filters.training_work import keep_to_our_cores
from rotoscope.common.files import local_path
from videos.suggestions.features import features

if TYPE_CHECKING:
    from filters.training.course import Course
    from filters.training.metrics import Judge
    from filters.training.perceptual import Perception
    from filters.training.profile import Profiler, View
    from filters.training.yardstick import Yardstick

NO_PYTORCH = "Measuring needs PyTorch, which is not installed: pip install -r requirements-train.txt"

Report = Callable[[str, float], None]
"""Told what is done now, and how much of it, 0..1."""


class NotMeasurable(ValueError):
    """This filter, or this footage, cannot be measured; the message is a sentence."""


def silent(doing: str, share: float) -> None:
    """A report that nobody reads."""


class Evaluator:
    """The footage, the standing frames and the eye. ModuleNotFoundError where PyTorch is missing."""

    def __init__(
        self,
        footage: Path | None = None,
        camera_path: Path | None = None,
        frames: int = 60,
        *,
        profile: bool = True,
        report: Report = silent,
    ) -> None:
        """Without footage it draws the sample flight. NotMeasurable where footage or path cannot be read."""
        from filters.training.profile import Profiler
        from filters.training.yardstick import Yardstick

        keep_to_our_cores()
        self.report = report
        try:
            if footage is None:
                self.yardstick: Yardstick = Yardstick(_flight(frames, report))
            else:
                report(f"reading {footage.name}", 0.0)
                self.yardstick = Yardstick(footage, camera_path, frames)
        except (OSError, ValueError) as problem:
            raise NotMeasurable(f"This cannot be measured on: {problem}") from None
        self.profiler: Profiler | None = None
        if profile:
            self.profiler = Profiler(_views(report), self.yardstick.perception)

    @property
    def measured_on(self) -> str:
        """Which footage, in words that are stored with the figures."""
        course = self.yardstick.course
        height, width = course.clip[0].shape[:2]
        return f"{course.name}, {len(course.clip)} frames of {width} × {height}"

    def evaluate(self, one: Filter, version: FilterVersion | None = None) -> Found:
        """Measure a version of a filter, the current one unless said otherwise. Raises NotMeasurable, EngineError."""
        version = version or one.current
        if version is None:
            raise NotMeasurable(f"“{one.slug}” has no version to run.")
        judge = self._judge(version)
        with closing(_network(version)) as engine:
            self.report(f"measuring {one.slug}", 0.0)
            figures = self.yardstick.measure(engine, judge).rounded()
            rows: list[dict[str, Any]] = []
            mark: list[float] = []
            if self.profiler is not None:
                self.report(f"profiling {one.slug}", 0.6)
                rows, mark = self.profiler.measure(engine, judge)
        return Found(figures, self.measured_on, rows, mark)

    def evaluate_live(self, one: Filter) -> Found | None:
        """The figures of its live twin; None where it has none. Raises as `evaluate` does."""
        if one.live is None:
            return None
        with closing(_network(one.live)) as engine:
            self.report(f"measuring {one.slug}, live", 0.0)
            return Found(
                self.yardstick.measure(engine, self._judge(one.live)).rounded(), self.measured_on, [], []
            )

    def _judge(self, version: FilterVersion) -> Judge:
        """The judge by what the version learned from."""
        return judge_of(version, self.yardstick.perception)


def judge_of(version: FilterVersion, perception: Perception) -> Judge:
    """A judge by the pictures that a version's filter goes back to, weighed by their shares.

    By the parts of them that were learned from. Raises NotMeasurable where it has no picture, or one cannot be read.
    """
    from filters.training.metrics import Judge
    from filters.training.pictures import UnusableStyle

    slug, uses = version.filter.slug, version.filter.pictures()
    if not uses:
        raise NotMeasurable(f"“{slug}” has no style image to be measured against.")
    try:
        pictures = (_learned_from(use) for use in uses)  # of a mix hundreds, some MB each: one after another
        return Judge.of_several(pictures, [use.share for use in uses], perception)
    except (OSError, UnusableStyle) as problem:
        raise NotMeasurable(f"The style image of “{slug}” cannot be read: {problem}") from None


def _learned_from(use: StyleUse) -> Picture:
    """A picture as it is stored, or the part of it that was learned from."""
    from filters.training.pictures import load_style_image, refuse_too_long

    if use.crop:
        picture = cut_picture(use.style_image, crop_from(use.crop))
    else:
        picture = load_style_image(local_path(use.style_image.image))
    refuse_too_long(picture)
    return picture


def _network(version: FilterVersion) -> NetworkEngine:
    """The engine of a version. Raises NotMeasurable for one that runs at a service, EngineError."""
    if version.kind == FilterVersion.Kind.DEEPFILTER:
        raise NotMeasurable(f"{version} runs at a service; only networks of our own are measured.")
    engine = make_engine(version)
    assert isinstance(engine, NetworkEngine)
    return engine


def _flight(frames: int, report: Report) -> Course:
    from videos.media.standing_flight import standing_flight

    return standing_flight(frames, progress=lambda share: report("drawing the sample flight", share))


def _views(report: Report) -> Iterator[View]:
    """The standing frames as the profiler wants them."""
    from filters.training.profile import View
    from videos.media.standing_frames import PLACES, SHIFT, standing_frames
    from videos.media.statistics import statistics

    for number, one in enumerate(standing_frames()):
        report("drawing the standing frames", number / len(PLACES))
        yield View(
            one.place.name,
            one.place.kinds,
            {name: round(value, 4) for name, value in features(statistics(one.picture)).items()},
            one.picture,
            one.moved,
            SHIFT,
        )
