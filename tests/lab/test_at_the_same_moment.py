"""Two of the same at once, as a double click asks for them: both are there, under names of their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import connection, connections, transaction
from django.db.models.fields.files import FieldFile
from PIL import Image

from filters import exchange, mixes, naming, orders, trainings
from filters.models import Filter, StyleImage, TrainingRun
from rotoscope.common import files
from tests.at_once import at_once as all_at_once
from tests.factories import inverting_model
from tests.lab.pictures import noise
from tests.pipeline.test_lease import PATIENCE, waits_for_a_lock
from tests.styled import make_style_image, make_styled
from tests.training.runs import a_tuning, telling

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


def test_who_makes_a_filter_is_not_waited_for_while_storage_is_slow(
    owner: User, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each file that is stored and read nobody holds the names of filters, nor any filter or training."""
    night, wave = make_styled("Night", 0, owner=owner), make_styled("Wave", 1, owner=owner)
    assert night.current and wave.current
    file = exchange.export(night.current)
    run = orders.order([orders.Piece(make_style_image("Quilt", seed=5))], "Quilt", owner, orders.Wish())
    telling(monkeypatch, a_tuning())
    stored: list[str] = []
    really = files.store

    def store(path: Path, name: str) -> str:
        assert nothing_is_held(), name
        stored.append(name.partition("/")[0])
        return really(path, name)

    def local_path(name: FieldFile) -> Path:
        assert nothing_is_held(), name
        return files.local_path(name)

    monkeypatch.setattr(files, "store", store)
    monkeypatch.setattr(mixes, "local_path", local_path)
    assert exchange.bring_in(file, staff).owner == staff
    exchange.take_model(inverting_model(), "Negative", staff)
    exchange.take_model(inverting_model("another"), "", staff, into=night)
    mixes.keep([mixes.Part(night.current, 1), mixes.Part(wave.current, 1)], "Both", owner)
    assert trainings.run(run.pk)
    assert (stored.count("weights"), stored.count("styles")) == (5, 1)


def nothing_is_held() -> bool:
    """Whether another connection gets at once what those wait for who make filters, publish and train."""
    with closing(connections.create_connection("default")) as apart, apart.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [naming.NAMING])
        (free,) = cursor.fetchone()
        for table in (Filter, TrainingRun):
            cursor.execute(f"SELECT id FROM {table._meta.db_table} FOR UPDATE NOWAIT")  # noqa: S608
        return bool(free)


def test_two_who_hand_in_the_same_picture_have_a_file_each(owner: User, staff: User, tmp_path: Path) -> None:
    Image.fromarray(noise()).save(tmp_path / "quilt.png")
    pieces = [orders.Piece(tmp_path / "quilt.png")]
    done = all_at_once(
        *(partial(orders.order, pieces, "Quilt", person, orders.Wish()) for person in (owner, staff))
    )
    names = {str(one.style_image.image.name) for one in done}
    assert len(names) == 2
    assert all(map(default_storage.exists, names))


def test_two_further_seeds_of_one_training(owner: User, tmp_path: Path) -> None:
    Image.fromarray(noise()).save(tmp_path / "quilt.png")
    run = orders.order([orders.Piece(tmp_path / "quilt.png")], "Quilt", owner, orders.Wish())
    first, second = at_once(lambda: orders.another_seed(run, owner))
    assert [(one.name, one.seed) for one in (first, second)] == [("Quilt, seed 2", 2), ("Quilt, seed 3", 3)]
