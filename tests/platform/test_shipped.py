"""The catalogue's files become filters, once, and what curators made of them stays."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from PIL import Image

from filters import exchange, shipped, style_images
from filters.catalogue import CatalogueError
from filters.models import Filter, FilterVersion, StyleImage, StyleUse, TrainingRun
from rotoscope.common.files import forget, local_path
from tests.factories import inverting_model, make_filter
from tests.styled import make_style_image

pytestmark = pytest.mark.django_db

TABLE = """
[[filter]]
slug = "ink"
name = "Ink"
description = "Grey washes."
tags = ["grey"]
suits = ["coast"]
base = "base"
weights = "weights/ink.safetensors"
[filter.style_image]
file = "styles/ink.png"
title = "Ink"
origin = "drawn by a test"
licence = "CC0"
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A catalogue of one filter."""
    folder = tmp_path / "catalogue"
    (folder / "weights").mkdir(parents=True)
    (folder / "styles").mkdir()
    (folder / "bases").mkdir()
    for base in ("base", "small"):
        (folder / "bases" / f"{base}.safetensors").write_bytes(b"shared numbers")
    (folder / "catalogue.toml").write_text(TABLE)
    (folder / "weights" / "ink.safetensors").write_bytes(b"first numbers")
    Image.fromarray(np.full((48, 64, 3), 90, np.uint8)).save(folder / "styles" / "ink.png")
    return folder


def test_a_filter_is_loaded_with_its_picture_and_published(catalogue: Path) -> None:
    assert shipped.load(catalogue) == 1
    one = Filter.objects.get()
    assert (one.slug, one.state, one.shipped, one.is_available) == ("ink", "published", True, True)
    assert one.current is not None
    assert local_path(one.current.weights).read_bytes() == b"first numbers"
    assert one.style_image is not None
    assert (one.style_image.width, one.style_image.height, one.style_image.licence) == (64, 48, "CC0")


def test_a_picture_that_ships_is_taken_as_it_is_by_whoever_hands_it_in(
    catalogue: Path, owner: User, colleague: User
) -> None:
    data = (catalogue / "styles" / "ink.png").read_bytes()
    first = style_images.keep(data, "png", (64, 48), {"title": "Mine", "artist": "Olga"}, "Ink", owner)
    shipped.load(catalogue)
    ships = Filter.objects.get().style_image
    assert ships is not None
    assert (ships.title, ships.artist, ships.shipped, ships.owner) == ("Ink", "", True, None)
    second = style_images.keep(data, "png", (64, 48), {"artist": "Spam"}, "Ink", colleague)
    assert second == ships
    second.refresh_from_db()
    assert second.artist == ""
    assert default_storage.exists(str(first.image.name))


def test_pictures_of_before_they_had_owners_are_given_theirs(
    catalogue: Path, owner: User, colleague: User
) -> None:
    shipped.load(catalogue)
    learned, of_a_file, nobodys = (make_style_image(f"Picture {seed}", seed=seed) for seed in (3, 4, 5))
    for who, pictures in ((owner, [learned.pk]), (colleague, [of_a_file.pk, learned.pk])):
        TrainingRun.objects.create(
            name="x", owner=who, style_image_id=pictures[0], settings={"pictures": pictures}
        )
    StyleUse.objects.create(filter=make_filter(owner=owner), style_image=of_a_file)
    StyleImage.objects.update(shipped=False)
    import_module("filters.migrations.0010_style_image_owner").name_owners(apps, None)
    owners = {one.pk: (one.owner, one.shipped) for one in StyleImage.objects.all()}
    ships = Filter.objects.get(shipped=True).style_image_id
    assert ships is not None
    assert owners == {
        ships: (None, True),
        learned.pk: (owner, False),
        of_a_file.pk: (colleague, False),
        nobodys.pk: (None, False),
    }


def test_loading_twice_changes_nothing(catalogue: Path) -> None:
    shipped.load(catalogue)
    assert shipped.load(catalogue) == 0
    assert (Filter.objects.count(), FilterVersion.objects.count(), StyleImage.objects.count()) == (1, 1, 1)


def test_new_weights_become_a_new_version_and_the_old_one_stays(catalogue: Path) -> None:
    shipped.load(catalogue)
    (catalogue / "weights" / "ink.safetensors").write_bytes(b"better numbers")
    assert shipped.load(catalogue) == 1
    one = Filter.objects.get()
    assert one.current is not None
    assert one.current.number == 2
    assert local_path(one.current.weights).read_bytes() == b"better numbers"
    assert local_path(one.versions.get(number=1).weights).read_bytes() == b"first numbers"


def test_new_weights_bring_the_picture_they_were_learned_from(catalogue: Path) -> None:
    shipped.load(catalogue)
    (catalogue / "weights" / "ink.safetensors").write_bytes(b"better numbers")
    Image.fromarray(np.full((32, 32, 3), 20, np.uint8)).save(catalogue / "styles" / "ink.png")
    assert shipped.load(catalogue) == 1
    one = Filter.objects.get()
    assert one.style_image is not None
    assert (one.style_image.width, one.style_image.height) == (32, 32)
    assert shipped.load(catalogue) == 0


def with_a_live_twin(catalogue: Path, numbers: bytes = b"few numbers") -> None:
    twin = '[filter.live]\nbase = "small"\nweights = "weights/live/ink.safetensors"\n[filter.style_image]'
    (catalogue / "catalogue.toml").write_text(TABLE.replace("[filter.style_image]", twin))
    (catalogue / "weights" / "live").mkdir(exist_ok=True)
    (catalogue / "weights" / "live" / "ink.safetensors").write_bytes(numbers)


def test_a_live_twin_comes_with_its_filter_and_the_fine_one_stays_current(catalogue: Path) -> None:
    with_a_live_twin(catalogue)
    assert shipped.load(catalogue) == 1
    one = Filter.objects.get()
    assert one.current is not None
    assert one.live is not None
    assert (one.current.base, one.live.base) == ("base", "small")
    assert one.version_for(live=True) == one.live
    assert one.version_for(live=False) == one.current
    assert local_path(one.live.weights).read_bytes() == b"few numbers"
    assert shipped.load(catalogue) == 0


def test_a_live_twin_that_comes_later_is_added(catalogue: Path) -> None:
    shipped.load(catalogue)
    with_a_live_twin(catalogue)
    assert shipped.load(catalogue) == 1
    one = Filter.objects.get()
    assert one.live is not None
    assert one.current == one.versions.get(base="base")


def with_its_first_version_chosen(catalogue: Path) -> Filter:
    """A filter that new weights came for, and whose first version a curator took back into use."""
    shipped.load(catalogue)
    (catalogue / "weights" / "ink.safetensors").write_bytes(b"better numbers")
    shipped.load(catalogue)
    one = Filter.objects.get()
    one.adopt(one.versions.get(number=1))
    return one


def test_the_version_that_a_curator_chose_stays_in_use(catalogue: Path) -> None:
    one = with_its_first_version_chosen(catalogue)
    assert shipped.load(catalogue) == 0
    one.refresh_from_db()
    assert one.current == one.versions.get(number=1)


def test_a_model_that_a_curator_uploaded_stays_in_use(catalogue: Path) -> None:
    shipped.load(catalogue)
    one = Filter.objects.get()
    own = exchange.take_model(inverting_model(), "", None, into=one)
    one.adopt(own)
    (catalogue / "weights" / "ink.safetensors").write_bytes(b"better numbers")
    assert shipped.load(catalogue) == 1, "the new weights are there to be chosen"
    one.refresh_from_db()
    assert one.current == own
    assert one.versions.count() == 3


def test_whoever_comes_back_to_the_version_that_ships_has_its_twin_again(catalogue: Path) -> None:
    with_a_live_twin(catalogue)
    shipped.load(catalogue)
    one = Filter.objects.get()
    assert one.current is not None
    twin = one.live
    one.adopt(one.current)
    assert shipped.load(catalogue) == 1
    one.refresh_from_db()
    assert one.live == twin
    assert shipped.load(catalogue) == 0


def test_whoever_chose_their_own_before_new_weights_came_finds_the_twin_beside_these(catalogue: Path) -> None:
    shipped.load(catalogue)
    one = Filter.objects.get()
    own = exchange.take_model(inverting_model(), "", None, into=one)
    one.adopt(own)
    (catalogue / "weights" / "ink.safetensors").write_bytes(b"better numbers")
    with_a_live_twin(catalogue)
    assert shipped.load(catalogue) == 1
    one.refresh_from_db()
    assert (one.current, one.live) == (own, None)
    twin = one.versions.get(base="small")
    assert one.versions.filter(base="base").latest("number").twin == twin
    assert shipped.load(catalogue) == 0


def test_what_curators_wrote_and_retired_stays(catalogue: Path) -> None:
    shipped.load(catalogue)
    one = Filter.objects.get()
    one.retire()
    Filter.objects.update(description="Better words.")
    assert shipped.load(catalogue) == 0
    one.refresh_from_db()
    assert (one.state, one.description) == ("retired", "Better words.")


def test_somebodys_own_filter_of_the_same_name_is_left_alone(catalogue: Path) -> None:
    Filter.objects.create(slug="ink", name="My ink")
    assert shipped.load(catalogue) == 0
    assert Filter.objects.get().name == "My ink"
    assert not FilterVersion.objects.exists()


def test_a_file_that_was_lost_is_put_back(catalogue: Path) -> None:
    shipped.load(catalogue)
    weights = FilterVersion.objects.get().weights
    forget(weights)
    assert shipped.load(catalogue) == 1
    assert local_path(weights).read_bytes() == b"first numbers"


def test_a_missing_file_is_named(catalogue: Path) -> None:
    (catalogue / "weights" / "ink.safetensors").unlink()
    with pytest.raises(CatalogueError, match=r"ink\.safetensors"):
        shipped.load(catalogue)
    assert not Filter.objects.exists()


@pytest.mark.parametrize("command", ["prepare", "load_catalogue"])
def test_a_mistake_in_the_catalogue_is_a_sentence(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> int:
        raise CatalogueError("“ink” in the catalogue lacks 'name'.")

    monkeypatch.setattr(shipped, "load", broken)
    with pytest.raises(CommandError, match="lacks 'name'"):
        call_command(command)


def test_the_catalogue_that_ships_loads(db: None) -> None:
    changed = shipped.load()
    assert changed >= 8
    assert Filter.objects.usable().filter(shipped=True).count() == changed
    assert not StyleImage.objects.filter(licence="").exists()


def test_a_picture_that_alone_is_another_file_now_comes_too(catalogue: Path) -> None:
    shipped.load(catalogue)
    Image.fromarray(np.full((48, 48, 3), 20, np.uint8)).save(catalogue / "styles" / "ink.png")
    assert shipped.load(catalogue) == 1
    one = Filter.objects.get()
    assert one.style_image is not None
    assert (one.style_image.width, one.versions.count()) == (48, 1)
    assert shipped.load(catalogue) == 0


def test_a_version_that_a_curator_chose_keeps_its_picture(catalogue: Path) -> None:
    one = with_its_first_version_chosen(catalogue)
    before = one.style_image
    Image.fromarray(np.full((48, 48, 3), 20, np.uint8)).save(catalogue / "styles" / "ink.png")
    assert shipped.load(catalogue) == 0
    one.refresh_from_db()
    assert one.style_image == before
