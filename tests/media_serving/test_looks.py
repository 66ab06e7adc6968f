"""Standing frames under a filter: painted for whoever may see the filter, once, and never for money."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from PIL import Image

from filters import testframes
from filters.models import Filter, FilterVersion
from tests.factories import make_filter
from videos.media import looks
from videos.small import LONGEST


class Brightness:
    """An engine that paints every pixel alike."""

    def __init__(self, grey: int) -> None:
        self.grey = grey

    def apply(self, frames: Any) -> Any:
        return np.full_like(frames, self.grey)

    def close(self) -> None:
        """Nothing to give back."""


def address(filter: Filter, number: int = 0) -> str:
    assert filter.current is not None
    return reverse("media-look", args=[filter.current.pk, number])


def body(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def test_everybody_sees_what_a_published_filter_does(visitor: Client, db: None) -> None:
    one = make_filter("negative")
    for number, name in enumerate(testframes.NAMES):
        before = np.asarray(Image.open(Path(str(finders.find(f"looks/{name}.jpg")))), int)
        after = np.asarray(Image.open(io.BytesIO(body(visitor, address(one, number)))), int)
        assert np.abs(255 - before - after).mean() < 4
    assert visitor.get(address(one, testframes.COUNT)).status_code == 404


def test_the_catalogue_shows_it_in_small(visitor: Client, db: None) -> None:
    one = make_filter("negative")
    assert f"{address(one)}?small=1" in visitor.get(reverse("filters")).content.decode()
    small = body(visitor, f"{address(one)}?small=1")
    assert max(Image.open(io.BytesIO(small)).size) == LONGEST
    assert len(small) < len(body(visitor, address(one)))


def test_it_is_painted_once(visitor: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    one = make_filter("negative")
    first = body(visitor, address(one))
    monkeypatch.delattr(testframes, "make_engine")
    assert body(visitor, address(one)) == first


@pytest.mark.parametrize(
    ("kind", "what_paints"),
    [
        (FilterVersion.Kind.ONNX, {"sha256": "ab" * 32}),
        (FilterVersion.Kind.DEEPFILTER, {"sha256": "", "deepfilter_name": "gan_vogh"}),
    ],
)
def test_what_gets_its_number_after_a_restore_does_not_get_its_look(
    db: None, monkeypatch: pytest.MonkeyPatch, kind: FilterVersion.Kind, what_paints: dict[str, str]
) -> None:
    lost = make_filter("negative").current
    assert lost is not None
    monkeypatch.setattr(testframes, "make_engine", lambda version: Brightness(10))
    looks = [testframes.after(lost, number) for number in range(testframes.COUNT)]
    FilterVersion.objects.filter(pk=lost.pk).update(kind=kind, **what_paints)  # restored, and made after that
    other = FilterVersion.objects.get(pk=lost.pk)
    assert testframes.is_painted(lost) and not testframes.is_painted(other)
    monkeypatch.setattr(testframes, "make_engine", lambda version: Brightness(200))
    assert testframes.after(other, 0) != looks[0]
    assert testframes.after(lost, 0) == looks[0]


@pytest.mark.django_db(transaction=True)  # seen from other threads
def test_asked_for_by_several_at_once_it_is_whole(settings: Any) -> None:
    version = make_filter("negative").current
    assert version is not None
    with ThreadPoolExecutor(4) as pool:
        names = set(pool.map(lambda _: testframes.painted(version, 0), range(4)))
    (name,) = names
    stored = Path(settings.MEDIA_ROOT) / name
    assert Image.open(stored).size == (testframes.WIDTH, testframes.HEIGHT)
    assert [one.name for one in stored.parent.iterdir()] == [stored.name]


def test_a_draft_is_looked_at_by_those_who_may_use_it(
    visitor: Client, owner_client: Client, stranger_client: Client, staff_client: Client, owner: User
) -> None:
    one = make_filter("negative", published=False, owner=owner)
    statuses = [
        c.get(address(one)).status_code for c in (visitor, stranger_client, owner_client, staff_client)
    ]
    assert statuses == [404, 404, 200, 200]
    assert "public" not in owner_client.get(address(one)).headers["Cache-Control"]


def test_what_costs_money_or_cannot_run_is_not_painted(visitor: Client, db: None) -> None:
    one = make_filter("negative")
    assert one.current is not None
    one.current.weights.delete(save=False)
    assert visitor.get(address(one)).status_code == 404
    FilterVersion.objects.filter(pk=one.current.pk).update(kind=FilterVersion.Kind.DEEPFILTER)
    assert visitor.get(address(one)).status_code == 404


def test_a_filters_page_and_card_show_it_on_the_standing_frames(visitor: Client, db: None) -> None:
    one = make_filter("negative")
    page = visitor.get(one.get_absolute_url()).content.decode()
    assert all(address(one, number) in page for number in range(testframes.COUNT))
    assert address(one) in visitor.get(reverse("filters")).content.decode()


def test_pages_ask_storage_once_for_what_a_service_painted(
    visitor: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = make_filter("negative")
    for number in range(testframes.COUNT):
        body(visitor, address(one, number))
    FilterVersion.objects.update(kind=FilterVersion.Kind.DEEPFILTER)
    asked: list[str] = []
    exists = default_storage.exists

    def counted(name: str) -> bool:
        asked.append(name)
        return exists(name)

    monkeypatch.setattr(default_storage, "exists", counted)
    for _ in range(3):
        assert address(one) in visitor.get(reverse("filters")).content.decode()
    assert len(asked) == testframes.COUNT


@pytest.mark.slow
@pytest.mark.parametrize("name", looks.LOOKS)
def test_the_pictures_are_what_the_program_draws(name: str) -> None:
    kept = Image.open(looks.FOLDER / f"{name}.jpg")
    assert kept.size == looks.SIZE
    size = looks.SIZE if name == "city" else (480, 270)  # where the houses of a city stand depends on it
    drawn = Image.fromarray(looks.draw(name, size))
    small: Any = [np.asarray(one.convert("RGB").resize((96, 54)), int) for one in (kept, drawn)]
    assert np.abs(small[0] - small[1]).mean() < 12
