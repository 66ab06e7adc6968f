"""A new base network takes the place of an old one, and what people made on the old one goes on."""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from django.contrib.auth.models import User
from safetensors import safe_open

from filters import bases, exchange, mixes, sha256, shipped
from filters.engines.base import EngineUnavailable
from filters.models import Filter, FilterVersion
from filters.service import make_engine
from rotoscope.common.files import forget
from tests.styled import BASE, make_styled

pytestmark = pytest.mark.django_db

FRAME = np.random.default_rng(4).integers(0, 255, (64, 96, 3), np.uint8)
OLD = bases.SHIPPED / f"{BASE}.safetensors"


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A catalogue whose bases are those that ship, without filters."""
    shutil.copytree(bases.SHIPPED, tmp_path / "catalogue" / "bases")
    return tmp_path / "catalogue"


def update(catalogue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a base of other numbers in the place of the one that ships, and start with it."""
    new = catalogue / "bases" / f"{BASE}.safetensors"
    with safe_open(new, "numpy") as file:
        metadata = file.metadata()
    numbers = {name: value * np.float16(0.9) for name, value in safetensors.numpy.load_file(new).items()}
    safetensors.numpy.save_file(numbers, new, metadata)
    monkeypatch.setattr(bases, "SHIPPED", new.parent)
    shipped.load(catalogue)


def version_of(filter: Filter) -> FilterVersion:
    assert filter.current is not None
    return filter.current


def painted(version: FilterVersion) -> np.ndarray:
    """A frame under a version, by an engine made for it."""
    with closing(make_engine(version)) as engine:
        frames: np.ndarray = engine.apply(FRAME[None])
    return frames


def test_a_filter_paints_on_after_the_base_it_was_made_for_was_replaced(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped.load(catalogue)
    version = version_of(make_styled("Quilt"))
    before, onnx = painted(version), exchange.export_onnx(version)
    update(catalogue, monkeypatch)
    assert sha256.of_file(bases.shipped(BASE)) != sha256.of_file(OLD)
    assert np.array_equal(painted(version), before)
    assert exchange.export_onnx(version) == onnx


def test_filters_of_the_old_base_can_be_mixed_and_come_back_from_their_files(
    catalogue: Path, monkeypatch: pytest.MonkeyPatch, staff: User
) -> None:
    shipped.load(catalogue)
    quilt, wave = make_styled("Quilt", 0), make_styled("Wave", 1)
    parts = [mixes.Part(version_of(one), 0.5) for one in (quilt, wave)]
    before = mixes.paint(parts, FRAME)
    update(catalogue, monkeypatch)
    assert np.array_equal(mixes.paint(parts, FRAME), before)
    back = version_of(exchange.bring_in(exchange.export(version_of(quilt)), staff))
    assert (back.kind, back.base, back.sha256) == ("style", BASE, version_of(quilt).sha256)


def test_without_its_base_it_says_where_it_belongs(catalogue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped.load(catalogue)
    version = version_of(make_styled("Quilt"))
    update(catalogue, monkeypatch)
    name = bases.kept_name(sha256.of_file(OLD))
    forget(name)
    with pytest.raises(EngineUnavailable, match=f"earlier base network.*{re.escape(name)}"):
        make_engine(version)
