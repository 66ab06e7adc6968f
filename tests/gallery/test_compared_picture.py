"""The picture of a comparison for other sites: its parts side by side, for those alone who may see them."""

from __future__ import annotations

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from tests.factories import make_render_row, make_video_row
from videos.media import stills
from videos.models import Render, ShareLink, Video, Visibility

pytestmark = pytest.mark.django_db
RED, GREEN, BLUE = (200, 20, 20), (20, 200, 20), (20, 20, 200)


def poster(colour: tuple[int, int, int]) -> ContentFile[bytes]:
    return ContentFile(stills.encode_jpeg(np.full((90, 160, 3), colour, np.uint8)))


@pytest.fixture
def video(owner: User) -> Video:
    """Olga's footage, all red, and a render of it, all green."""
    made = make_video_row(owner)
    made.poster.save("red.jpg", poster(RED))
    return made


@pytest.fixture
def painted(video: Video) -> Render:
    """The green one."""
    render = make_render_row(video)
    render.poster.save("green.jpg", poster(GREEN))
    return render


def address(video: Video, *places: Render, **query: object) -> str:
    refs = ",".join(["o", *(place.ref for place in places)])
    more = "".join(f"&{key}={value}" for key, value in query.items())
    return f"{reverse('media-compared', args=[video.ref])}?places={refs}{more}"


def colours(data: bytes, *shares: float) -> list[int]:
    """Which of red, green and blue is strongest at these shares of the width."""
    picture = stills.decode_image(data)
    return [int(np.argmax(picture[45, int(share * picture.shape[1])])) for share in shares]


def test_two_are_cut_where_the_wipe_stands(visitor: Client, video: Video, painted: Render) -> None:
    answer = visitor.get(address(video, painted, cut=25))
    assert answer["Content-Type"] == "image/jpeg"
    assert "public" in answer["Cache-Control"]
    assert colours(answer.content, 0.1, 0.2, 0.3, 0.9) == [0, 0, 1, 1]


def test_more_stand_in_even_slices(visitor: Client, video: Video, painted: Render) -> None:
    third = make_render_row(video)
    third.poster.save("blue.jpg", poster(BLUE))
    assert colours(visitor.get(address(video, painted, third)).content, 0.2, 0.5, 0.8) == [0, 1, 2]


def test_what_is_private_is_shown_with_a_share_link_alone(
    visitor: Client, owner: User, video: Video, painted: Render
) -> None:
    Video.objects.filter(pk=video.pk).update(visibility=Visibility.PRIVATE)
    assert visitor.get(address(video, painted)).status_code == 404
    _, token = ShareLink.make(owner, painted)
    shown = visitor.get(address(video, painted, share=token))
    assert colours(shown.content, 0.2, 0.8) == [0, 1]
    assert "private" in shown["Cache-Control"]


def test_an_address_that_names_nothing_shows_nothing(visitor: Client, video: Video, painted: Render) -> None:
    bare = reverse("media-compared", args=[video.ref])
    for query in ("", "?places=", "?places=nothing", "?places=,,"):
        assert visitor.get(bare + query).status_code == 404, query
    assert visitor.get(address(video, painted, cut="nan")).status_code == 200
