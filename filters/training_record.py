"""How a filter was trained, as plain values for its file, and back into a run of whoever brings it in.

What names places on the machine that trained (paths of footage, stored frames) stays there: the content is known
by its hash.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from filters.loss_rows import LENGTHS
from filters.models import Filter, FilterVersion, StyleImage, TrainingRun
from filters.training.crop import crop_from

NUMBERS = ("seed", "step", "steps", "seconds")
TEXTS = {"content_sha256": 64, "code_version": 80, "device": 80, "base": 80}
COUNTS = ("steps", "first_steps")
SETTINGS = ("minutes", "first_minutes", *COUNTS, "style_scale", "style_weight", "content_weight")
READ = ("frames", "landscapes")
PART = ("minutes", "steps", "step")
MOST_POINTS = 2000
MOST_KEPT_PARTS = 100
LARGEST = 2**31 - 1
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def record_of(version: FilterVersion) -> dict[str, Any]:
    """Settings, seed, curve and so on of the training that made a version; empty where none is known.

    Its run may have gone on and tells of a later one then: only a version without a record of its own, which came in as
    a file or is older than such records, is told of by it.
    """
    run = version.training_run
    if version.record:
        curve = {"losses": _up_to(version, run.losses if run is not None else [])}
        return {"trained_at": version.created_at.isoformat(), **curve, **version.record}
    if run is None or run.state != TrainingRun.State.FINISHED or run.version != version:
        return {}
    moment = run.finished_at.isoformat() if run.finished_at else ""
    return {**told_by(run), "trained_at": moment, "losses": run.losses}


def keep_curves(run: TrainingRun) -> None:
    """Into the records of the versions that a run has made, before it begins anew with a curve of another training."""
    for version in run.filterversion_set.exclude(record={}).exclude(record__has_key="losses"):
        record = {**version.record, "losses": _up_to(version, run.losses)}
        FilterVersion.objects.filter(pk=version.pk).update(record=record)


def told_by(run: TrainingRun) -> dict[str, Any]:
    """What the version that a run has just made keeps of it: all but the time, and the curve, whose beginning stays
    with the run for as long as that does not begin anew (`keep_curves`).
    """
    chosen = {name: run.settings[name] for name in (*SETTINGS, "crops", "parts") if name in run.settings}
    return {
        "name": run.name,
        "settings": chosen,
        "metrics": run.metrics,
        "learned_on": run.learned_on,
        **{name: getattr(run, name) for name in (*NUMBERS, *TEXTS)},
    }


def run_of(record: dict[str, Any], made: Filter, images: Sequence[StyleImage]) -> TrainingRun | None:
    """A finished run as a record from a file tells it, of the owner of `made`; None for one without settings.

    `images` are what it learned from, one at least.

    A record may come from a stranger: only what is known and of the right kind is taken.
    """
    settings = record.get("settings")
    if not isinstance(settings, dict) or not settings:
        return None
    numbers = {name: _number(record.get(name)) for name in NUMBERS}
    metrics = record.get("metrics")
    return TrainingRun.objects.create(
        name=str(record.get("name") or made.name)[:120],
        owner=made.owner,
        filter=made,
        style_image=images[0],
        state=TrainingRun.State.FINISHED,
        settings={**_settings(settings), "pictures": [image.pk for image in images]},
        losses=_losses(record.get("losses")),
        metrics=_figures(metrics if isinstance(metrics, dict) else {}),
        learned_on=_read(record.get("learned_on")),
        seed=int(numbers["seed"]),
        step=int(numbers["step"]),
        steps=int(numbers["steps"]),
        seconds=numbers["seconds"],
        finished_at=_moment(record.get("trained_at")),
        **{name: str(record.get(name, ""))[:longest] for name, longest in TEXTS.items()},
    )


def _up_to(version: FilterVersion, losses: list[list[float]]) -> list[list[float]]:
    """The part of its run's curve that a version with a record came from."""
    return [row for row in losses if row[0] <= version.record["step"]]


def _number(value: object) -> float:
    """A number from 0 to LARGEST; 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    if isinstance(value, float) and not math.isfinite(value):
        return 0.0
    return float(min(max(value, 0), LARGEST))  # a whole number may be too large for a float


def _moment(value: object) -> datetime | None:
    """When it was trained, of this century and not in the future; None for anything else."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo and EARLIEST <= moment <= timezone.now() else None


def _settings(table: dict[str, Any]) -> dict[str, Any]:
    known: dict[str, Any] = {name: _number(table[name]) for name in SETTINGS if name in table}
    known = {"minutes": 0.0, "steps": 0, **known}
    known |= {name: int(known[name]) for name in COUNTS if name in known}
    crops, parts = _crops(table.get("crops")), _parts(table.get("parts"))
    return {**known, "footage": [], "images": [], "crops": crops, **({"parts": parts} if parts else {})}


def _crops(value: object) -> list[list[float]]:
    try:
        return [crop_from(one).as_numbers() for one in value] if isinstance(value, list) else []
    except ValueError:
        return []


def _parts(value: object) -> list[dict[str, float]]:
    """What went before, of a training that was gone on with: what each part was told, and the step that it came to."""
    if not isinstance(value, list) or len(value) > MOST_KEPT_PARTS:
        return []
    known = [[_number(one.get(name)) for name in PART] for one in value if isinstance(one, dict)]
    return [{"minutes": minutes, "steps": int(steps), "step": int(step)} for minutes, steps, step in known]


def _read(value: object) -> dict[str, int]:
    """How much of what was learned on; empty where the file does not say it."""
    return {name: int(_number(value.get(name))) for name in READ} if isinstance(value, dict) and value else {}


def _losses(value: object) -> list[list[float]]:
    if not isinstance(value, list) or len(value) > MOST_POINTS:
        return []
    rows = [row for row in value if isinstance(row, list) and len(row) in LENGTHS]
    return [[_number(one) for one in row] for row in rows]


def _figures(table: dict[str, Any]) -> dict[str, float]:
    return {str(name)[:60]: _number(value) for name, value in list(table.items())[:30]}
