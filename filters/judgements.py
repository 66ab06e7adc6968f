"""Keep what an evaluation found with its version, and carry what is known of shipped filters to every installation.

`judgements.json` beside this file holds the evaluation of every filter that ships, by the SHA-256 of its weights, so
that figures and suggestions are there on the first day, without PyTorch. `manage.py evaluate --all --ship` writes it:
with `--footage` what is known of that, without it what is known of the sample flight.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from filters.figures import FIGURES, SPEED
from filters.models import Filter, FilterVersion, Judgement
from filters.signals import judgement_wanted

logger = logging.getLogger(__name__)

SHIPPED = Path(__file__).with_name("judgements.json")
MEASURED_ON = "measured_on"
"""Key of the metrics that says, in words, on which footage the figures were measured."""
SAMPLE = "sample"
"""Key of the metrics with the figures on the sample flight, MEASURED_ON among them: what ships was measured on other
footage, and what people make is measured on that flight."""
SAMPLE_FLIGHT = "sample flight"
"""How MEASURED_ON begins there."""
TIMED = "timed_here"
"""Key of the metrics with the time for a frame as this installation measured it last: {"at": when, "milliseconds"}."""
MOST_MEASURINGS = 3
"""So often a worker begins to measure a version: what needs too much memory ends each of them."""
ASK_AFTER = tuple(timedelta(hours=2**place) for place in range(7))  # up to nearly three days
ASK_FOR = timedelta(minutes=15)  # upkeep comes round every five minutes


@dataclass(frozen=True)
class Found:
    """What one evaluation found: figures by name, the profile and the signature (empty where not measured)."""

    figures: dict[str, float]
    measured_on: str
    profile: list[dict[str, Any]]
    signature: list[float]


def keep(version: FilterVersion, found: Found) -> None:
    """Store what was measured here with the version. Figures it did not measure stay; so does a profile, where it has
    none. Those on the sample flight have a place of their own, and leave what was measured of a shipped one elsewhere.

    They join those that are there now: others may have kept theirs since the version was read, up to an hour ago.
    """
    with transaction.atomic():
        known = FilterVersion.objects.select_for_update().get(pk=version.pk).metrics
        metrics = _joined(known, found, version.filter.shipped)
        _store(version, metrics, found.profile, found.signature)


def _joined(known: Mapping[str, Any], found: Found, shipped: bool) -> dict[str, Any]:
    """The figures of a version with those that were found of it."""
    figures = {**found.figures, MEASURED_ON: found.measured_on}
    before = on_sample(known)
    metrics = {**known, **({SAMPLE: before} if before else {}), **_timed(found)}
    if found.measured_on.startswith(SAMPLE_FLIGHT):
        metrics[SAMPLE] = {**before, **figures}
        elsewhere = MEASURED_ON in metrics and not str(metrics[MEASURED_ON]).startswith(SAMPLE_FLIGHT)
        figures = {} if elsewhere and shipped else figures
    return {**metrics, **figures}


def on_sample(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """A version's figures on the sample flight with MEASURED_ON; empty where there are none."""
    if str(metrics.get(MEASURED_ON, "")).startswith(SAMPLE_FLIGHT):
        return {key: metrics[key] for key in (*(one.key for one in FIGURES), MEASURED_ON) if key in metrics}
    beside = metrics.get(SAMPLE)
    return dict(beside) if isinstance(beside, dict) else {}


def _timed(found: Found) -> dict[str, Any]:
    milliseconds = SPEED.of(found.figures)
    return (
        {}
        if milliseconds is None
        else {TIMED: {"at": timezone.now().isoformat(), "milliseconds": milliseconds}}
    )


def _store(version: FilterVersion, metrics: dict[str, Any], profile: list[Any], signature: list[Any]) -> None:
    with transaction.atomic():
        version.metrics = metrics
        version.save(update_fields=["metrics"])
        if profile:
            values = {"profile": profile, "signature": signature}
            Judgement.objects.update_or_create(version=version, defaults=values)


def is_judged(version: FilterVersion) -> bool:
    """Whether it was evaluated with a profile: what came in as a file brings its figures along, and no profile."""
    return MEASURED_ON in version.metrics and Judgement.objects.filter(version=version).exists()


def is_awaited(filter: Filter) -> bool:
    """Whether its version in use can be measured, and was not, or not as a whole."""
    version = filter.current
    if version is None or version.kind == FilterVersion.Kind.DEEPFILTER:
        return False
    return not is_judged(version) and bool(filter.pictures())


def begin(version: FilterVersion) -> bool:
    """Count an attempt at measuring it; False where there were enough, until somebody asks anew."""
    again = FilterVersion.objects.filter(pk=version.pk, measurings__lt=MOST_MEASURINGS)
    return bool(again.update(measurings=F("measurings") + 1))


def ask_anew(version: FilterVersion) -> bool:
    """For somebody who asks to have it measured, however often that was tried; whether the queue took it."""
    FilterVersion.objects.filter(pk=version.pk).update(measurings=0)
    answers = judgement_wanted.send_robust(sender=FilterVersion, version=version)
    return not any(isinstance(answer, Exception) for _, answer in answers)


def ask_again() -> int:
    """Ask for what was made here an hour ago and is not measured yet; how many. Whoever was to ask may have been
    killed, and so may the queue. It is asked for ever more seldom, and no more where it was tried often enough."""
    now = timezone.now()
    made_here = Q(training_run__isnull=False) | Q(mix_parts__isnull=False)
    due = Q()
    for age in ASK_AFTER:
        due |= Q(created_at__range=(now - age - ASK_FOR, now - age))
    made = FilterVersion.objects.filter(made_here, due, measurings__lt=MOST_MEASURINGS)
    waiting = made.exclude(metrics__has_key=MEASURED_ON).exclude(pk=F("filter__live")).distinct()
    for version in waiting:
        judgement_wanted.send_robust(sender=FilterVersion, version=version)
    return len(waiting)


def ship(path: Path = SHIPPED) -> int:
    """Write what is known of all shipped filters' current versions and live twins to a file; how many those are."""
    in_use = Q(pk=F("filter__current")) | Q(pk=F("filter__live"))
    measured = FilterVersion.objects.filter(in_use, filter__shipped=True, metrics__has_key=MEASURED_ON)
    known = {}
    for one in measured.exclude(sha256="").select_related("judgement").order_by("filter__slug", "number"):
        judged = getattr(one, "judgement", None)
        # Without the time: the page that these are for tells one for each base network.
        sample = {key: value for key, value in on_sample(one.metrics).items() if key != SPEED.key}
        known[one.sha256] = {
            "metrics": {key: value for key, value in one.metrics.items() if key not in (SAMPLE, TIMED)},
            **({SAMPLE: sample} if sample else {}),
            "profile": judged.profile if judged else [],
            "signature": judged.signature if judged else [],
        }
    lines = [
        f"{json.dumps(digest)}: {json.dumps(values, separators=(',', ':'))}"
        for digest, values in known.items()
    ]
    beside = path.with_name(f".{path.name}.part")
    beside.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    beside.replace(path)
    return len(known)


def bring(version: FilterVersion, path: Path = SHIPPED, *, afresh: bool = False) -> bool:
    """Give a shipped version what was found where it shipped, unless it was measured here; True where that was done.

    `afresh` also where it was, against a style image that is another one now.
    """
    known = _known(path).get(version.sha256) if version.sha256 else None
    if known is None:
        return False
    sample = {SAMPLE: known[SAMPLE]} if known.get(SAMPLE) else {}
    if MEASURED_ON in version.metrics and not afresh:
        if not sample or on_sample(version.metrics):
            return False
        _store(version, {**version.metrics, **sample}, [], [])
        return True
    metrics = {key: value for key, value in version.metrics.items() if key != SAMPLE}
    _store(version, {**metrics, **known["metrics"], **sample}, known["profile"], known["signature"])
    return True


@lru_cache(maxsize=1)
def _known(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text())
    return found
