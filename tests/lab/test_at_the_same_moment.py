"""Two of the same at once, as a double click asks for them: both are there, under names of their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import connection, transaction
from PIL import Image

from filters import mixes, orders
from filters.models import Filter, StyleImage, TrainingRun
from tests.lab.pictures import noise
from tests.pipeline.test_lease import PATIENCE, waits_for_a_lock
from tests.styled import make_styled

T = TypeVar("T")
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(make: Callable[[], T]) -> tuple[T, T]:
    """What two calls give of which the second begins before the first has committed."""

    def late() -> T:
        try:
            return make()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = make()
            second = pool.submit(late)
            until = time.monotonic() + PATIENCE
            while not waits_for_a_lock():
                assert not second.done(), "the second never met the first"
                assert time.monotonic() < until, "the second never met the first"
                time.sleep(0.02)
        return first, second.result(PATIENCE)


def test_two_trainings_of_one_picture(owner: User, tmp_path: Path) -> None:
    Image.fromarray(noise()).save(tmp_path / "quilt.png")
    pieces = [orders.Piece(tmp_path / "quilt.png")]
    first, second = at_once(lambda: orders.order(pieces, "Quilt", owner, orders.Wish()))
    assert (first.filter and first.filter.slug, second.filter and second.filter.slug) == ("quilt", "quilt-2")
    assert TrainingRun.objects.count() == 2
    kept = StyleImage.objects.get()
    assert default_storage.listdir("styles")[1] == [Path(str(kept.image.name)).name]


def test_two_mixes_of_one_name(owner: User) -> None:
    parts = [
        mixes.Part(one.current, 1) for one in (make_styled("Night", 0), make_styled("Wave", 1)) if one.current
    ]
    first, second = at_once(lambda: mixes.keep(parts, "Both", owner))
    assert (first.slug, second.slug) == ("both", "both-2")
    assert Filter.objects.filter(name="Both").count() == 2


def test_two_further_seeds_of_one_training(owner: User, tmp_path: Path) -> None:
    Image.fromarray(noise()).save(tmp_path / "quilt.png")
    run = orders.order([orders.Piece(tmp_path / "quilt.png")], "Quilt", owner, orders.Wish())
    first, second = at_once(lambda: orders.another_seed(run, owner))
    assert [(one.name, one.seed) for one in (first, second)] == [("Quilt, seed 2", 2), ("Quilt, seed 3", 3)]
