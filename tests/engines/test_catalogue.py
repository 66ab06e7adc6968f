"""The catalogue of the filters that ship, as plain records."""

from __future__ import annotations

from pathlib import Path

import pytest

from filters.catalogue import CatalogueError, load_catalogue
from filters.engines.network import NetworkEngine
from tests.engines.models import base_bytes, picture, style_bytes

ENTRY = """
[[filter]]
slug = "copper"
name = "Copper"
description = "Warm lines."
tags = ["warm"]
suits = ["city"]
base = "tiny"
weights = "weights/copper.safetensors"
metrics = { style_distance = 0.14 }
[filter.style_image]
file = "styles/copper.png"
title = "Copper"
origin = "drawings/copper.py"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    base = base_bytes()
    for name, data in {
        "bases/tiny.safetensors": base,
        "weights/copper.safetensors": style_bytes(base),
        "styles/copper.png": b"picture",
        "catalogue.toml": ENTRY.encode(),
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_it_reads_every_field(folder: Path) -> None:
    (copper,) = load_catalogue(folder)
    assert (copper.slug, copper.name, copper.description) == ("copper", "Copper", "Warm lines.")
    assert (copper.tags, copper.suits, dict(copper.metrics)) == (
        ("warm",),
        ("city",),
        {"style_distance": 0.14},
    )
    assert copper.style_image.file.read_bytes() == b"picture"
    assert (copper.style_image.title, copper.style_image.licence) == ("Copper", "")


def test_it_reads_the_live_twin(folder: Path) -> None:
    live = '[filter.live]\nbase = "tiny"\nweights = "weights/copper.safetensors"\n[filter.style_image]'
    (folder / "catalogue.toml").write_text(ENTRY.replace("[filter.style_image]", f"tuned = true\n{live}"))
    (copper,) = load_catalogue(folder)
    assert copper.tuned
    assert copper.live is not None
    assert (copper.live.base, copper.live.weights, copper.live.metrics) == ("tiny", copper.weights, {})
    (folder / "catalogue.toml").write_text(
        ENTRY.replace("[filter.style_image]", live.replace("copper", "gone"))
    )
    with pytest.raises(CatalogueError, match="not there"):
        load_catalogue(folder)


def test_its_files_make_an_engine(folder: Path) -> None:
    (copper,) = load_catalogue(folder)
    frames = picture(40, 40)[None]
    assert NetworkEngine.from_files(copper.base_file, copper.weights).apply(frames).shape == frames.shape


def test_without_a_listing_nothing_ships(tmp_path: Path) -> None:
    assert load_catalogue(tmp_path) == ()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('name = "Copper"\n', "", "lacks 'name'"),
        ("weights/copper", "weights/gone", "not there"),
        ("weights/copper.safetensors", "../../etc/passwd", "not there"),
        ('base = "tiny"', 'base = "../tiny"', "not there"),
        ('title = "Copper"', 'title = "Copper"\ncolour = "red"', "not known"),
        ("[[filter]]", "[[filter", "not valid TOML"),
    ],
)
def test_a_mistake_is_named(folder: Path, old: str, new: str, sentence: str) -> None:
    (folder / "catalogue.toml").write_text(ENTRY.replace(old, new))
    with pytest.raises(CatalogueError, match=sentence):
        load_catalogue(folder)


def test_a_slug_may_be_there_once(folder: Path) -> None:
    (folder / "catalogue.toml").write_text(ENTRY + ENTRY)
    with pytest.raises(CatalogueError, match="twice"):
        load_catalogue(folder)


def test_the_catalogue_that_ships_is_whole() -> None:
    for one in load_catalogue():
        assert one.description and one.tags and one.style_image.origin and one.style_image.licence
