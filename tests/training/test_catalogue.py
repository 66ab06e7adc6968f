"""What ships: complete, small, with its origins, and fitting together."""

import tomllib
from pathlib import Path

import pytest
from PIL import Image

from filters import sha256
from filters.making import publish
from filters.making.recipe import CATALOGUE, read_recipe
from filters.training import export
from filters.training.losses import style_loss
from filters.training.metrics import Judge
from filters.training.perceptual import Perception
from filters.training.styles import REFERENCE_SIDE, load_style_image, style_picture

TABLES = tomllib.loads((CATALOGUE / "catalogue.toml").read_text())["filter"]
MOODS_AND_PLACES = {"desert", "water", "forest", "city", "night"}


def test_more_filters_ship_than_deepfilter_had() -> None:
    assert len({one["slug"] for one in TABLES}) == len(TABLES) >= 36


@pytest.mark.parametrize("table", TABLES, ids=[one["slug"] for one in TABLES])
def test_a_shipped_filter_is_whole(table: dict[str, object]) -> None:
    base = CATALOGUE / "bases" / f"{table['base']}.safetensors"
    numbers = export.read_style(CATALOGUE / str(table["weights"]), sha256.of_file(base))
    architecture, weights = export.read_base(base)
    assert export.assemble(base, [numbers]).architecture == architecture
    assert all(value.isfinite().all() for value in {**weights, **numbers}.values())
    style = table["style_image"]
    assert isinstance(style, dict)
    assert style["title"]
    assert style["origin"]
    assert style["licence"] in {"Public domain", "BSD-3-Clause"}
    with Image.open(CATALOGUE / style["file"]) as image:
        assert min(image.size) == REFERENCE_SIDE, "judged by what it learned from, not by that enlarged"
    suits = table["suits"]
    assert isinstance(suits, list)
    assert set(suits) <= MOODS_AND_PLACES
    assert len(str(table["description"])) > 30


def test_the_catalogue_is_small() -> None:
    kept = [path for path in CATALOGUE.rglob("*") if path.suffix in {".safetensors", ".jpg", ".toml"}]
    assert sum(path.stat().st_size for path in kept) < 12_000_000


def test_a_table_is_read_as_it_was_written() -> None:
    measured = {"fine": {"style_distance": 0.1234}, "live": {"style_distance": 0.2}}
    for style in read_recipe():
        text = publish.table(style, "a.jpg", measured, {"steps": 7, "style_scale": style.scale})
        (again,) = tomllib.loads(text)["filter"]
        assert again["name"] == style.name
        assert again["tags"] == list(style.tags)
        assert again["metrics"] == {"style_distance": 0.1234}
        assert again["live"]["metrics"] == {"style_distance": 0.2}
        assert again["live"]["weights"] == f"weights/live/{style.slug}.safetensors"
        assert again.get("tuned", False) == style.tuned
        assert again["training"]["steps"] == 7
        assert again["style_image"]["file"] == "styles/a.jpg"
    assert "[filter.live]" not in publish.table(style, "a.jpg", {"fine": {}}, {"steps": 7})


def test_figures_are_kept_as_long_as_the_weights_are_the_same(tmp_path: Path) -> None:
    style = read_recipe()[0]
    weights = publish.weights_of(tmp_path, "fine", style)
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"numbers")
    text = publish.table(style, "a.jpg", {"fine": {"style_distance": 0.5}}, {"steps": 7})
    (tmp_path / "catalogue.toml").write_text(text)
    assert publish.known_metrics(tmp_path) == {sha256.of_file(weights): {"style_distance": 0.5}}


@pytest.mark.parametrize("slug", ["contour-map", "pointillism"])
def test_a_style_image_is_judged_as_what_was_learned_from(
    slug: str, perception: Perception, tmp_path: Path
) -> None:
    style = next(one for one in read_recipe() if one.slug == slug)
    learned = style.image(tmp_path)
    publish.save_style_image(learned, tmp_path / "kept.jpg")
    kept = load_style_image(tmp_path / "kept.jpg")
    judge = Judge(learned, perception)
    shipped = perception(style_picture(load_style_image(CATALOGUE / "styles" / f"{slug}.jpg")))
    for features in (perception(style_picture(kept)), shipped):
        distance = float(style_loss(features, judge.targets))
        assert distance < 0.005  # 0.04 to 0.06 with a long side of 512 at quality 88


def test_a_style_image_is_written_only_when_it_changed(tmp_path: Path) -> None:
    style = next(one for one in read_recipe() if one.drawing == "woodcut")
    picture = style.image(tmp_path)
    publish.save_style_image(picture, tmp_path / "a.jpg")
    before = (tmp_path / "a.jpg").stat().st_mtime_ns
    publish.save_style_image(picture, tmp_path / "a.jpg")
    assert (tmp_path / "a.jpg").stat().st_mtime_ns == before
