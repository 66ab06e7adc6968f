"""`manage.py render FOOTAGE --filter SLUG --output OUT.mp4`: the pipeline without a browser."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from filters.models import Filter
from rotoscope.common.endings import as_by_ctrl_c
from rotoscope.common.terminal import Bar
from videos.media.errors import MediaError, Refused
from videos.models import Render
from videos.pipeline import here
from videos.pipeline.accounts import account
from videos.pipeline.renders import CannotRender, RenderSettings

BAD_INPUT = 2
WHOLE = re.compile(r"0*[1-9][0-9]{0,8}", re.ASCII)


class Command(BaseCommand):
    """Paint a file with a filter and write the result beside it. Nothing else of it is kept."""

    help = "Paint FOOTAGE with a filter, through the same steps as in the browser."

    def add_arguments(self, parser: CommandParser) -> None:
        """The settings of a render, as on the page."""
        parser.add_argument("footage", type=Path, metavar="FOOTAGE")
        parser.add_argument("--filter", required=True, metavar="SLUG", help="published, or a draft")
        parser.add_argument("--output", required=True, type=Path, metavar="OUT.mp4")
        parser.add_argument("--strength", type=float, default=1.0, help="0 (the original) to 1")
        parser.add_argument("--keep-colours", action="store_true")
        parser.add_argument("--smoothing", type=float, default=0.0, help="over time, 0 to 1")
        parser.add_argument("--fps", default="source", metavar="source|N", help="painted images a second")
        parser.add_argument("--cross-fade", action="store_true", help="between images, below the source rate")
        parser.add_argument("--height", type=int, help="lines of the result")
        parser.add_argument("--start-frame", type=int, default=0, help="the first, counted from 0")
        parser.add_argument("--stop-frame", type=int, help="the one after the last; without it the end")
        parser.add_argument(
            "--live", action="store_true", help="on the smaller network: faster, a little plainer"
        )
        parser.add_argument("--json", action="store_true", help="print a summary as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Render, and exit 0 only if the file is there."""
        footage, output = options["footage"], options["output"]
        if not footage.is_file():
            raise CommandError(f"There is no file {footage}.", returncode=BAD_INPUT)
        _refuse_output(output, footage)
        one, settings = _filter(options["filter"]), _settings(options)
        begun = time.monotonic()
        try:
            with (
                as_by_ctrl_c(),
                account() as owner,
                Bar(sys.stderr) as bar,
                here.rendered(here.Wish(footage, one, owner, settings), bar) as render,
            ):
                here.copy_output(render, output)
                summary = _summary(render, output, time.monotonic() - begun)
        except (Refused, CannotRender) as problem:
            raise CommandError(str(problem), returncode=BAD_INPUT) from None
        except (here.Failed, MediaError) as problem:
            raise CommandError(str(problem)) from None
        except here.NotWritten as problem:
            raise CommandError(f"{output} cannot be written: {problem}") from None
        self.stdout.write(json.dumps(summary) if options["json"] else _sentence(summary))


def _refuse_output(output: Path, footage: Path) -> None:
    """What would be noticed only when all is painted; and the footage itself, which nothing may be written over."""
    if output.suffix.lower() != ".mp4" or output.is_dir() or not output.resolve().parent.is_dir():
        raise CommandError(
            f"The output must be an .mp4 in a folder that exists, not {output}.", returncode=BAD_INPUT
        )
    if output.exists() and output.samefile(footage):
        raise CommandError(
            f"The output would replace its footage, {footage}: give it another name.", returncode=BAD_INPUT
        )
    if not os.access(output.resolve().parent, os.W_OK):
        raise CommandError(f"Nothing may be written into the folder of {output}.", returncode=BAD_INPUT)


def _filter(slug: str) -> Filter:
    """A filter that can run, also a draft: whoever has this machine may use what was trained on it."""
    here = Filter.objects.exclude(state=Filter.State.RETIRED).filter(current__isnull=False)
    found = here.filter(slug=slug).first()
    if found is None:
        known = ", ".join(here.filter(unavailable_reason="").values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no filter “{slug}”. There are: {known}.", returncode=BAD_INPUT)
    if not found.is_available:
        raise CommandError(f"“{slug}” cannot run now: {found.unavailable_reason}", returncode=BAD_INPUT)
    return found


def _settings(options: dict[str, Any]) -> RenderSettings:
    rate = options["fps"]
    if rate != "source" and not WHOLE.fullmatch(rate):
        raise CommandError(
            f"--fps is “source” or a whole number of images a second, not {rate}.", returncode=BAD_INPUT
        )
    return RenderSettings(
        strength=options["strength"],
        keep_colours=options["keep_colours"],
        smoothing=options["smoothing"],
        images_per_second=None if rate == "source" else int(rate),
        cross_fade=options["cross_fade"],
        height=options["height"],
        start_frame=options["start_frame"],
        stop_frame=options["stop_frame"],
        live=options["live"],
    )


def _summary(render: Render, output: Path, seconds: float) -> dict[str, Any]:
    rate = Fraction(render.video.rate)
    return {
        "output": str(output),
        "bytes": output.stat().st_size,
        "filter": render.version.filter.slug,
        "version": render.version.number,
        "width": render.width,
        "height": render.height,
        "rate": f"{rate.numerator}/{rate.denominator}",
        "frames": render.frame_count,
        "duration": float(render.duration),
        "painted": render.frames_done,
        "audio": render.video.has_audio,
        "seconds": round(seconds, 2),
        "engine_seconds_per_image": round(render.seconds_per_image or 0.0, 4),
        "cost": str(render.cost),
    }


def _sentence(summary: dict[str, Any]) -> str:
    return (
        f"{summary['output']}: {summary['frames']} frames at {summary['rate']}, "
        f"{summary['width']}×{summary['height']}, {summary['painted']} painted, in {summary['seconds']:.0f} s"
    )
