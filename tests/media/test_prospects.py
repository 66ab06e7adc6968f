"""Stills to train on: every terrain in every light, and those that are missing only."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from videos.media import prospects, sample


def test_every_terrain_in_every_light_from_two_places() -> None:
    """And none of them is where the sample flight is."""
    seeds, lights, terrains = zip(*prospects.prospects().values(), strict=True)
    assert len(set(seeds)) == len(seeds) == 50
    assert sample.SEED not in seeds
    assert sorted(zip(lights, terrains, strict=True)) == sorted(
        2 * [(light, terrain) for light in prospects.LIGHTS for terrain in sample.TERRAINS]
    )


def test_words_that_are_no_folder_draw_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in ([], ["--help"]):
        with pytest.raises(SystemExit):
            prospects.main(words)
    assert not list(tmp_path.iterdir())


def test_only_what_is_missing_is_drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A real still of the first place; the others are there already."""
    first, *others = prospects.prospects()
    for name in others:
        (tmp_path / name).write_bytes(b"there")
    assert prospects.draw(tmp_path, (64, 36)) == 1
    still = cv2.imread(str(tmp_path / first))
    assert still is not None and still.shape == (36, 64, 3)
    assert still.std() > 10
    assert prospects.draw(tmp_path, (64, 36)) == 0
    assert (tmp_path / others[0]).read_bytes() == b"there"
