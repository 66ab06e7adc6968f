"""Pictures in small: for those who may see them whole, with a tag of their own, wherever they are stored."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image
from pytest_django import Settings

from tests.media_serving.conftest import store
from tests.media_serving.test_delivery import body
from videos.links import video_media
from videos.media import stills
from videos.models import Video
from videos.small import LONGEST, TINY, small_jpeg

pytestmark = pytest.mark.django_db
WHOLE = stills.encode_jpeg(np.random.default_rng(1).integers(0, 255, (720, 1280, 3), dtype=np.uint8))


@pytest.fixture
def poster(film: Video) -> Video:
    """The film with a poster of 1280 × 720."""
    small_jpeg.cache_clear()
    store(film, "poster", "poster.jpg", WHOLE)
    return film


def address(video: Video, *, small: bool = True) -> str:
    return video_media(video, "poster.jpg", small=small)


def size_of(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.width, picture.height


def test_a_picture_comes_in_small_and_whole(visitor: Client, poster: Video) -> None:
    small = visitor.get(address(poster))
    assert size_of(small.content) == (LONGEST, 405)
    assert (small["Content-Type"], small["Content-Length"]) == ("image/jpeg", str(len(small.content)))
    assert len(small.content) < len(WHOLE) / 2
    assert body(visitor.get(address(poster, small=False))) == WHOLE


def test_one_for_a_strip_is_tiny_and_another_thing_to_a_cache(visitor: Client, poster: Video) -> None:
    tiny = visitor.get(video_media(poster, "poster.jpg", small="tiny"))
    assert size_of(tiny.content) == (TINY, 180)
    assert tiny["ETag"] != visitor.get(address(poster))["ETag"]


def test_a_size_that_nobody_knows_is_the_whole_picture(visitor: Client, poster: Video) -> None:
    assert body(visitor.get(f"{address(poster, small=False)}?small=huge")) == WHOLE


def test_an_upright_one_is_as_high_as_others_are_wide() -> None:
    upright = stills.encode_jpeg(np.zeros((1280, 720, 3), dtype=np.uint8))
    assert size_of(stills.smaller(upright, longest=LONGEST)) == (405, LONGEST)


def test_one_that_is_small_is_not_made_larger() -> None:
    little = stills.encode_jpeg(np.zeros((90, 160, 3), dtype=np.uint8))
    assert size_of(stills.smaller(little, longest=LONGEST)) == (160, 90)


def test_small_and_whole_are_different_things_to_a_cache(visitor: Client, poster: Video) -> None:
    small, whole = visitor.get(address(poster)), visitor.get(address(poster, small=False))
    assert small["ETag"] != whole["ETag"]
    assert small["Cache-Control"] == whole["Cache-Control"]
    again = visitor.get(address(poster), headers={"If-None-Match": small["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert visitor.get(address(poster), headers={"If-None-Match": whole["ETag"]}).status_code == 200


def test_head_tells_the_size_of_the_small_one(visitor: Client, poster: Video) -> None:
    told = visitor.head(address(poster))
    assert (told.content, told["Content-Length"]) == (b"", visitor.get(address(poster))["Content-Length"])


def test_only_those_who_see_it_whole_see_it_in_small(
    visitor: Client, owner_client: Client, poster: Video, private_film: Video
) -> None:
    assert visitor.get(address(private_film)).status_code == 404
    seen = owner_client.get(address(private_film))
    assert (seen.status_code, "private" in seen["Cache-Control"]) == (200, True)


def test_a_damaged_picture_comes_as_it_is(visitor: Client, film: Video) -> None:
    store(film, "poster", "poster.jpg", b"no picture")
    assert body(visitor.get(address(film))) == b"no picture"


def test_one_of_very_many_pixels_is_not_decoded(
    visitor: Client, poster: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("videos.small.MOST_PIXELS", 1280 * 720 - 1)
    assert body(visitor.get(address(poster))) == WHOLE


def test_what_is_no_longer_stored_is_404(visitor: Client, poster: Video) -> None:
    default_storage.delete(poster.poster.name or "")
    assert visitor.get(address(poster)).status_code == 404


def test_a_film_stays_a_film(visitor: Client, film: Video) -> None:
    answer = visitor.get(f"{video_media(film, 'footage.mp4')}?small=1")
    assert answer["Content-Type"] == "video/mp4"


def test_what_is_downloaded_is_whole(owner_client: Client, owner: User, poster: Video) -> None:
    kept = owner_client.get(f"{video_media(poster, 'poster.jpg', download=True)}&small=1")
    assert body(kept) == WHOLE


def test_also_where_nginx_sends_the_whole_ones(
    visitor: Client, poster: Video, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_DELIVERY = "x-accel"
    small = visitor.get(address(poster))
    assert "X-Accel-Redirect" not in small
    assert size_of(small.content) == (LONGEST, 405)
