"""`manage.py evaluate --filter SLUG`: measure a filter, and keep the figures with its version."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentTypeError
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from filters import judgements
from filters.engines.base import EngineError
from filters.judgements import Found
from filters.models import Filter, FilterVersion
from rotoscope.common.terminal import Bar
from videos.evaluation import NO_PYTORCH, Evaluator, NotMeasurable

BAD_INPUT = 2
Refused = NotMeasurable | EngineError


@dataclass(frozen=True)
class Measured:
    """What was found of a filter, and of its live twin where it has one."""

    filter: Filter
    found: Found
    live: Found | None

    def keep(self) -> None:
        """Store it with the versions."""
        assert self.filter.current is not None
        judgements.keep(self.filter.current, self.found)
        if self.live is not None and self.filter.live is not None:
            judgements.keep(self.filter.live, self.live)

    def told(self) -> dict[str, Any]:
        """For a script."""
        told = {"filter": self.filter.slug, **self.found.figures, "measured_on": self.found.measured_on}
        return told if self.live is None else {**told, "live": self.live.figures}


class Command(BaseCommand):
    """The figures of docs/judging.md, and the profile that suggestions go by."""

    help = (
        "Measure a filter (or all) on footage: style distance, content distance, temporal error without and with "
        "smoothing, time for a frame. Without --footage on the sample flight, whose motion is known exactly."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What to measure, on what, and whether to keep it."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--filter", metavar="SLUG", help="a filter, drafts included")
        which.add_argument(
            "--all", action="store_true", help="every filter that can be measured, drafts included"
        )
        parser.add_argument("--footage", type=Path, metavar="FILE", help="a clip of your own to measure on")
        parser.add_argument(
            "--camera-path",
            type=Path,
            metavar="FILE.json",
            help="its homographies; else optical flow is used",
        )
        parser.add_argument(
            "--frames", type=int, default=60, help="consecutive frames for the temporal error (default 60)"
        )
        parser.add_argument(
            "--no-profile", action="store_true", help="figures only: nothing for suggestions, half the time"
        )
        parser.add_argument("--no-live", action="store_true", help="leave out the live twins")
        parser.add_argument(
            "--only-missing", action="store_true", help="leave out what was measured on this footage before"
        )
        parser.add_argument(
            "--part",
            type=_part,
            default=(1, 1),
            metavar="K/N",
            help="the K-th of N parts of --all, for several processes at once",
        )
        parser.add_argument("--no-store", action="store_true", help="print only, keep nothing")
        parser.add_argument(
            "--ship", action="store_true", help="write what is known of shipped filters into the source tree"
        )
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure, store, print. Exits 0 only if every filter asked for was measured."""
        chosen = _chosen(options)
        done, refused = self._measured(chosen, options) if chosen else ([], [])
        self._print(done, as_json=options["json"])
        if options["ship"]:
            judgements.ship()
        if refused:
            of_no_use = not options["all"] and isinstance(refused[0], NotMeasurable)
            raise CommandError("\n".join(map(str, refused)), returncode=BAD_INPUT if of_no_use else 1)

    def _measured(
        self, chosen: list[Filter], options: dict[str, Any]
    ) -> tuple[list[Measured], list[Refused]]:
        """What was found, kept with its versions, and what could not be measured."""
        done: list[Measured] = []
        refused: list[Refused] = []
        with Bar(sys.stderr) as bar:
            evaluator = _evaluator(options, bar)
            for one in chosen:
                try:
                    live = None if options["no_live"] else evaluator.evaluate_live(one)
                    done.append(Measured(one, evaluator.evaluate(one), live))
                except (NotMeasurable, EngineError) as problem:
                    refused.append(problem)
                    continue
                if not options["no_store"]:
                    done[-1].keep()
        return done, refused

    def _print(self, done: list[Measured], *, as_json: bool) -> None:
        if as_json:
            rows = [one.told() for one in done]
            self.stdout.write(json.dumps(rows if len(rows) != 1 else rows[0]))
            return
        on = done[0].found.measured_on if done else "nothing, as all was measured before"
        self.stdout.write(f"Measured on: {on}")
        for one in done:
            self.stdout.write(f"{one.filter.slug}: {_words(one.found)}")
            if one.live is not None:
                self.stdout.write(f"{one.filter.slug}, live: {_words(one.live)}")


def _words(found: Found) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in found.figures.items())


def _chosen(options: dict[str, Any]) -> list[Filter]:
    """The filters to measure; an error for one that is not there, or for files that are not."""
    for path in (options["footage"], options["camera_path"]):
        if path is not None and not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=BAD_INPUT)
    if options["camera_path"] and not options["footage"]:
        raise CommandError("A camera path goes with --footage.", returncode=BAD_INPUT)
    every = Filter.objects.with_pictures().select_related("live__filter").filter(current__isnull=False)
    if options["all"]:
        measurable = every.filter(engine=Filter.Engine.NETWORK, style_image__isnull=False)
        part, parts = options["part"]
        chosen = list(measurable.exclude(state=Filter.State.RETIRED).order_by("slug"))[part - 1 :: parts]
        return [one for one in chosen if not options["only_missing"] or _is_missing(one, options)]
    found = every.filter(slug=options["filter"]).first()
    if found is None:
        raise CommandError(
            f"There is no filter “{options['filter']}” that has something to run.", returncode=BAD_INPUT
        )
    return [found] if not options["only_missing"] or _is_missing(found, options) else []


def _is_missing(one: Filter, options: dict[str, Any]) -> bool:
    """Whether it, or its live twin, has no figures on this footage, or it no profile, where those are wanted."""
    assert one.current is not None
    wanted = [one.current] if one.live is None or options["no_live"] else [one.current, one.live]
    if not all(_has_figures(version, options["footage"]) for version in wanted):
        return True
    return not options["no_profile"] and not judgements.is_judged(one.current)


def _has_figures(version: FilterVersion, footage: Path | None) -> bool:
    if footage is None:
        return bool(judgements.on_sample(version.metrics))
    return str(version.metrics.get(judgements.MEASURED_ON, "")).startswith(f"{footage.name}, ")


def _part(said: str) -> tuple[int, int]:
    """ "2/3" as (2, 3). Raises ArgumentTypeError."""
    part, _, parts = said.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise ArgumentTypeError("a part is one such as 1/2 or 2/2")
    return int(part), int(parts)


def _evaluator(options: dict[str, Any], bar: Bar) -> Evaluator:
    try:
        return Evaluator(
            options["footage"],
            options["camera_path"],
            options["frames"],
            profile=not options["no_profile"],
            report=bar,
        )
    except ModuleNotFoundError as missing:
        raise CommandError(NO_PYTORCH) from missing
    except NotMeasurable as problem:
        raise CommandError(str(problem), returncode=BAD_INPUT) from None
