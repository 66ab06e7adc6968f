"""`manage.py bench` measures every step with the filters that ship."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from filters.catalogue import CatalogueFilter, StyleOrigin
from filters.engines.bench import moving_frames
from tests.engines.models import write_filter
from videos.management.commands import bench


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One small filter, small frames."""
    base, style = write_filter(tmp_path)
    one = CatalogueFilter("copper", "Copper", "Warm.", "tiny", base, style, StyleOrigin(style, "Copper"))
    frames = moving_frames(3, 90, 160)
    monkeypatch.setattr(bench, "load_catalogue", lambda: (one,))
    monkeypatch.setattr(bench, "moving_frames", lambda _: frames)
    monkeypatch.setattr(bench, "HEIGHT", 90)
    monkeypatch.setattr(bench, "WIDTH", 160)
    monkeypatch.setattr(bench, "FRAMES", 3)


@pytest.mark.usefixtures("small")
def test_it_measures_every_step() -> None:
    out = io.StringIO()
    call_command("bench", "--rounds", "1", "--json", stdout=out)
    timings = json.loads(out.getvalue())
    assert {"tiny: engine, own statistics", "tiny: engine, statistics held"} < timings.keys()
    assert {"strength", "keep colours", "smoothing", "decode", "encode"} < timings.keys()
    assert all(timing["median"] > 0 for timing in timings.values())


@pytest.mark.usefixtures("small")
def test_the_table_has_a_line_for_each_step() -> None:
    out = io.StringIO()
    call_command("bench", "--rounds", "1", "--filter", "copper", stdout=out)
    assert len(out.getvalue().strip().splitlines()) == 1 + 4 + 3 + 2


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("wrong", [("--filter", "gold"), ("--rounds", "0"), ("--threads", "0")])
def test_wrong_words_end_with_code_2(wrong: tuple[str, str]) -> None:
    with pytest.raises(CommandError) as problem:
        call_command("bench", *wrong)
    assert problem.value.returncode == 2
