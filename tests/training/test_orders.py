"""What may be ordered to be learned, and what comes of an order."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from PIL import Image

from filters import orders, trainings
from filters.models import Filter, TrainingRun
from filters.training.crop import Crop
from filters.training.pictures import UnusableStyle


def test_an_order_makes_a_draft_a_style_image_and_a_queued_run(owner: User, style: Path) -> None:
    piece = orders.Piece(style, words={"origin": "my cellar"})
    run = orders.order([piece], "Deep Sea", owner, orders.Wish(minutes=2), seed=9)
    assert run.state == TrainingRun.State.QUEUED
    kept = {
        "crops": ((0.0, 0.0, 1.0, 1.0, 0),),
        "pictures": [run.style_image.pk],
        "mark": run.settings["mark"],
    }
    assert run.settings == asdict(orders.Wish(minutes=2)) | kept
    assert run.seed == 9
    assert run.filter is not None
    assert (run.filter.slug, run.filter.state, run.filter.owner) == ("deep-sea", Filter.State.DRAFT, owner)
    assert run.style_image.origin == "my cellar"
    assert default_storage.exists(str(run.style_image.image.name))


def test_a_picture_is_kept_with_colours_that_change_from_pixel_to_pixel(owner: User, tmp_path: Path) -> None:
    tile = np.array([[[255, 0, 0], [0, 0, 255]], [[0, 0, 255], [255, 0, 0]]], np.uint8)
    picture = np.tile(tile, (50, 50, 1))
    Image.fromarray(picture).save(tmp_path / "print.png")
    run = orders.order([orders.Piece(tmp_path / "print.png")], "Print", owner, orders.Wish())
    with Image.open(default_storage.path(str(run.style_image.image.name))) as kept:
        assert np.abs(np.asarray(kept, np.int16) - picture).mean() < 8  # 89 with a quarter of the colours


def test_the_same_picture_is_kept_once_and_names_may_repeat(owner: User, style: Path) -> None:
    first = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    second = orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    assert first.style_image == second.style_image
    assert first.filter is not None
    assert second.filter is not None
    assert second.filter.slug == "deep-sea-2"


@pytest.mark.parametrize(
    "wish",
    [
        {"minutes": 0},
        {"minutes": 9999},
        {"steps": 1_000_001},
        {"style_scale": 9},
        {"style_weight": -1},
        {"content_weight": 1000},
    ],
)
def test_it_refuses_wishes_that_make_no_sense(owner: User, style: Path, wish: dict[str, float]) -> None:
    with pytest.raises(orders.CannotTrain):
        orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish(**wish))  # type: ignore[arg-type]
    assert not Filter.objects.exists()


@pytest.mark.parametrize("seed", [-1, 2**70])
def test_it_refuses_a_seed_that_cannot_be_kept(owner: User, style: Path, seed: int) -> None:
    with pytest.raises(orders.CannotTrain, match="A seed is a whole number"):
        orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish(), seed=seed)
    assert not Filter.objects.exists()


def test_a_name_may_be_of_any_alphabet(owner: User, style: Path) -> None:
    made = [
        orders.order([orders.Piece(style)], name, owner, orders.Wish()).filter for name in ("Прибой", "波")
    ]
    assert [(one.name, one.slug) for one in made if one] == [("Прибой", "filter"), ("波", "filter-2")]


def test_it_refuses_a_name_that_is_too_long_to_keep(owner: User, style: Path) -> None:
    with pytest.raises(orders.CannotTrain, match="at most 120 characters"):
        orders.order([orders.Piece(style)], "x" * 121, owner, orders.Wish())
    assert not Filter.objects.exists()
    assert orders.order([orders.Piece(style)], "x" * 120, owner, orders.Wish()).name == "x" * 120


def test_a_strip_is_refused_at_large_strokes_and_learned_at_small_ones(owner: User, style: Path) -> None:
    strip = orders.Piece(style, Crop(0, 0, 1, 0.75))  # 120 x 68 pixels
    long = Path(style).with_name("long.png")
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (70, 400, 3), np.uint8)).save(long)
    with pytest.raises(UnusableStyle, match=r"Picture 2: .*shorter part of it, or smaller strokes"):
        orders.order([strip, orders.Piece(long)], "Deep Sea", owner, orders.Wish(style_scale=3))
    assert orders.order([orders.Piece(long, Crop(0, 0, 0.4, 1))], "Part", owner, orders.Wish(style_scale=3))
    run = orders.order([orders.Piece(long)], "Small", owner, orders.Wish())
    TrainingRun.objects.filter(pk=run.pk).update(settings=run.settings | {"style_scale": 3})
    assert not trainings.run(run.pk)
    run.refresh_from_db()
    assert run.state == TrainingRun.State.FAILED
    assert "smaller strokes" in run.error
