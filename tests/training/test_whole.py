"""The one command that learns and writes the catalogue, over a recipe of three styles and a step in each stage."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from filters import sha256
from filters.making import base, between, extend, publish, whole
from filters.making.recipe import RecipeStyle, read_recipe
from filters.making.stages import DRAWN, LIVE, STAGES
from filters.training import checkpoint, export
from filters.training.content import ContentSet
from filters.training.settings import Settings
from filters.training.trainer import Training
from filters.training.tune import Tuned


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> list[RecipeStyle]:
    """Two styles for the base and one that is tuned on it."""
    known = {style.slug: style for style in read_recipe()}
    chosen = [known[slug] for slug in ("woodcut", "halftone", "frost")]
    for module in (base, between, extend, publish):
        monkeypatch.setattr(module, "read_recipe", lambda: chosen)
    monkeypatch.setattr(extend, "LANDSCAPES", 2)
    monkeypatch.setattr(base, "DRAWN", dict.fromkeys(DRAWN, 2))
    return chosen


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number in range(2):
        noise = np.random.default_rng(number).integers(0, 255, (300, 320, 3), np.uint8)
        cv2.imwrite(str(folder / f"{number}.png"), noise)
    return folder


@pytest.mark.slow
def test_one_command_goes_from_photographs_to_a_catalogue(
    recipe: list[RecipeStyle], photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, out = tmp_path / "work", tmp_path / "catalogue"
    given = ["--content", str(photographs), "--ahead", str(photographs), "--styles", str(tmp_path)]
    words = [*given, "--work", str(work), "--steps", "1"]
    assert whole.main([*words, "--out", str(out)]) == 0
    for stage in STAGES:
        state = checkpoint.load(work / stage / "base.ckpt")
        assert state is not None
        assert state["step"] == 1
    tables = {one["slug"]: one for one in tomllib.loads((out / "catalogue.toml").read_text())["filter"]}
    assert list(tables) == [style.slug for style in recipe]
    for table in tables.values():
        for part in (table, table["live"]):
            digest = sha256.of_file(out / "bases" / f"{part['base']}.safetensors")
            assert export.read_style(out / part["weights"], digest)
    assert tables["woodcut"]["tuned"]
    told = json.loads((out / "bases" / "base-fine.json").read_text())
    assert told["steps"] == len(STAGES) - len(LIVE)  # one in each stage of the fine one
    before = (out / "bases" / "base-live.safetensors").read_bytes()

    def learns_again(_: Training) -> None:
        raise AssertionError("nothing is learned a second time")

    monkeypatch.setattr(Training, "take_step", learns_again)
    assert whole.main([*words, "--out", str(out)]) == 0
    assert (out / "bases" / "base-live.safetensors").read_bytes() == before


def test_tuned_styles_start_from_those_that_the_base_learned(
    recipe: list[RecipeStyle], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    learned: list[tuple[Path, list[str], float]] = []
    kept: list[Path | None] = []
    monkeypatch.setattr(recipe[1].__class__, "image", lambda *_: np.zeros((8, 8, 3), np.uint8))
    monkeypatch.setattr(extend, "landscapes", lambda count: [np.zeros((160, 160, 3), np.uint8)])
    recipe[0] = replace(recipe[0], truth=1.5)

    def seen(
        images: object, content: object, base: Path, starts: list[Path], settings: Settings, **named: Any
    ) -> None:
        kept.append(named["checkpoint"])
        learned.append((base, [path.stem for path in starts], settings.content_weight))

    monkeypatch.setattr(extend, "tune", seen)
    for size in ("fine", "live"):
        base = publish.base_of(tmp_path, size)
        base.parent.mkdir(exist_ok=True)
        base.write_text(size)
        words = ["--styles", str(tmp_path), "--out", str(tmp_path), "--size", size]
        assert extend.main(words) == 0
        assert extend.main([*words, "--work", str(tmp_path / "work")]) == 0
    fine, live = (publish.base_of(tmp_path, size) for size in ("fine", "live"))
    assert learned == [(base, ["halftone", "frost"], 1.5) for base in (fine, fine, live, live)]
    assert [path and path.parent for path in kept] == [
        None, tmp_path / "work" / "tuned-fine", None, tmp_path / "work" / "tuned-live",
    ]  # fmt: skip
    assert (
        kept[1] and kept[1].name == f"woodcut-{sha256.of_file(fine)[:12]}.ckpt"
    )  # its numbers belong to that base


def test_a_tuned_style_is_left_as_much_of_its_own_as_the_recipe_says(tmp_path: Path) -> None:
    """The rest is the mean of what the base learned."""
    learned = [tmp_path / "one.safetensors", tmp_path / "two.safetensors"]
    for path, value in zip(learned, (1.0, 3.0), strict=True):
        export.write_numbers({"a": torch.full((4,), value)}, path, slug=path.stem, base_sha256="base")
    tuned = Tuned({"a": torch.full((4,), 10.0)}, 1, 1.0, [], "base", "content", "cpu")
    for own, wanted in ((1.0, 10.0), (0.25, 4.0), (0.0, 2.0)):
        assert extend.with_own_left(tuned, learned, own).numbers["a"].tolist() == [wanted] * 4


def test_some_tuned_styles_learn_on_photographs_besides(
    recipe: list[RecipeStyle], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Those that are as large as a drone's, and oftener than each landscape."""
    contents: list[list[int]] = []
    photographs, ahead = tmp_path / "photographs", tmp_path / "ahead"
    for folder, name, side in ((photographs, "small", 288), (photographs, "large", 400), (ahead, "a", 300)):
        folder.mkdir(exist_ok=True)
        cv2.imwrite(str(folder / f"{name}.png"), np.zeros((side, side, 3), np.uint8))
    monkeypatch.setattr(recipe[1].__class__, "image", lambda *_: np.zeros((8, 8, 3), np.uint8))
    monkeypatch.setattr(extend, "landscapes", lambda count: [np.zeros((160, 160, 3), np.uint8)] * count)

    def seen(images: object, content: ContentSet, *_: object, **__: object) -> None:
        contents.append([picture.shape[0] for picture in content.pictures])

    monkeypatch.setattr(extend, "tune", seen)
    words = ["--styles", str(tmp_path), "--out", str(tmp_path)]
    recipe[0] = replace(recipe[0], photographs=True)
    assert extend.main([*words, "--photographs", str(photographs)]) == 0
    with pytest.raises(SystemExit, match="--photographs"):
        extend.main(words)
    recipe[0] = replace(recipe[0], ahead=True)
    words += ["--photographs", str(photographs)]
    assert extend.main([*words, "--ahead", str(ahead)]) == 0
    taken = [400] * extend.REPEATED
    assert contents == [[160, 160, *taken], [160, *taken, 300]]
    with pytest.raises(SystemExit, match="--ahead"):
        extend.main(words)


def test_every_stage_but_the_first_starts_from_another(
    recipe: list[RecipeStyle], photographs: Path, tmp_path: Path
) -> None:
    words = ["--content", str(photographs), "--styles", str(tmp_path), "--out", str(tmp_path)]
    with pytest.raises(SystemExit):
        base.main(["live", *words])
    with pytest.raises(SystemExit):
        base.main(["start", "--from", str(tmp_path / "a.ckpt"), *words])
    with pytest.raises(OSError, match="no checkpoint"):
        base.main(["finish", "--from", str(tmp_path / "a.ckpt"), *words])


@pytest.mark.parametrize(("stage", "sides"), [("hold", [300, 342]), ("large", [342] * 8)])
@pytest.mark.usefixtures("recipe")
def test_photographs_too_small_for_a_stage_are_left_out_and_the_few_others_count_oftener(
    stage: str, sides: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "DRAWN", {})
    for side in (300, 342):  # squares of 512 pixels are as much as 1.5 times the second
        cv2.imwrite(str(tmp_path / f"{side}.png"), np.zeros((side, side, 3), np.uint8))
    words = [
        "--from",
        "a.ckpt",
        "--content",
        str(tmp_path),
        "--styles",
        str(tmp_path),
        "--out",
        str(tmp_path),
    ]
    content = base.content_of(base.arguments([stage, *words]))
    assert [len(picture) for picture in content.pictures] == sides


@pytest.mark.parametrize(
    ("stage", "weights"),
    [
        ("start", ()),
        ("hold", (0.6, 1.5)),
        ("level", (1.2, 0.9)),
        ("live-still", (0.6, 1.5)),
        ("live-level", (0.4, 2.0)),
    ],
)
def test_content_counts_in_a_stage_as_the_recipe_says_of_each_style(
    recipe: list[RecipeStyle], stage: str, weights: tuple[float, ...], tmp_path: Path
) -> None:
    styles = [
        replace(recipe[1], truth=0.6, level=1.2, live_level=0.4),
        replace(recipe[2], truth=1.5, level=0.9, live_level=2.0),
    ]
    words = ["--content", "c", "--styles", "s", "--out", str(tmp_path)]
    begin = ["--from", "a.ckpt"] if stage != "start" else []
    settings = base.settings_for(base.arguments([stage, *begin, *words]), styles)
    assert settings.content_weights == weights
