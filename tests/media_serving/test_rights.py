"""Rights are checked on every byte: the same 404 for what is private and for what never was."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from filters.models import StyleImage
from tests.factories import make_filter, make_render_row
from tests.media_serving.conftest import DATA, store
from videos.links import frame_media, render_media, still_media, video_media
from videos.models import Collection, Comparison, Frame, Render, ShareLink, Still, Video

pytestmark = pytest.mark.django_db


@pytest.fixture
def painted(private_film: Video) -> Render:
    """A finished render with its files."""
    render = make_render_row(private_film)
    render.output.save("video.mp4", ContentFile(DATA))
    return render


@pytest.fixture
def addresses(private_film: Video, painted: Render) -> list[str]:
    """Everything that there is of one private video."""
    store(private_film, "poster", "poster.jpg")
    frame = Frame.objects.create(
        video=private_film, index=3, timestamp=0, luminance=0, contrast=0, colourfulness=0, sharpness=0
    )
    frame.image.save("3.jpg", ContentFile(DATA))
    still = Still.objects.create(
        video=private_film, version=painted.version, frame_index=3, state=Still.State.FINISHED
    )
    still.image.save("s.jpg", ContentFile(DATA))
    return [
        video_media(private_film, "footage.mp4"),
        video_media(private_film, "poster.jpg"),
        render_media(painted, "video.mp4"),
        frame_media(frame),
        still_media(still),
    ]


def test_the_owner_and_staff_see_everything(
    owner_client: Client, staff_client: Client, addresses: list[str]
) -> None:
    for address in addresses:
        assert owner_client.get(address).status_code == 200
        assert staff_client.get(address).status_code == 200


def test_nobody_else_sees_any_of_it(visitor: Client, stranger_client: Client, addresses: list[str]) -> None:
    never = visitor.get(reverse("media-video", args=["nothing-here", "footage.mp4"]))
    for address in addresses:
        for headers in ({}, {"Range": "bytes=0-1"}):
            assert visitor.get(address, headers=headers).status_code == never.status_code == 404
            assert stranger_client.get(address, headers=headers).status_code == 404


def test_a_share_link_opens_the_media_until_it_is_revoked(
    visitor: Client, private_film: Video, addresses: list[str]
) -> None:
    link, token = ShareLink.make(private_film.owner, private_film)
    for address in addresses:
        answer = visitor.get(address, {"share": token}, headers={"Range": "bytes=0-1"})
        assert answer.status_code == 206
        assert "private" in answer["Cache-Control"]
        assert answer["X-Robots-Tag"].startswith("noindex")
    link.revoke()
    for address in addresses:
        assert visitor.get(address, {"share": token}).status_code == 404


def test_a_link_to_a_render_opens_no_other_render(visitor: Client, painted: Render) -> None:
    other = make_render_row(painted.video, make_filter())
    other.output.save("other.mp4", ContentFile(DATA))
    _, token = ShareLink.make(painted.owner, painted)
    assert visitor.get(render_media(painted, "video.mp4"), {"share": token}).status_code == 200
    assert visitor.get(render_media(other, "video.mp4"), {"share": token}).status_code == 404


def test_downloads_need_a_link_that_allows_them(
    visitor: Client, owner_client: Client, painted: Render
) -> None:
    address = render_media(painted, "video.mp4", download=True)
    _, looking = ShareLink.make(painted.owner, painted)
    _, keeping = ShareLink.make(painted.owner, painted, downloads=True)
    assert visitor.get(f"{address}&share={looking}").status_code == 404
    assert visitor.get(f"{address}&share={keeping}").status_code == 200
    assert owner_client.get(address).status_code == 200


def test_nobody_lets_others_download_what_is_not_theirs(
    visitor: Client, colleague: User, painted: Render, film: Video
) -> None:
    store(film, "source", "original.mov")
    Video.objects.filter(pk=film.pk).update(visibility="public")
    comparison = Comparison.objects.create(video=film, owner=colleague, title="Mine, of hers")
    comparison.items.create(position=0)
    comparison.items.create(position=1, render=painted)
    collection = Collection.objects.create(owner=colleague, title="Mine too")
    collection.items.create(position=0, comparison=comparison)
    files = (
        video_media(film, "source"),
        video_media(film, "footage.mp4", download=True),
        render_media(painted, "video.mp4", download=True),
    )
    for target in (comparison, collection):
        _, token = ShareLink.make(colleague, target, downloads=True)
        for address in files:
            between = "&" if "?" in address else "?"
            assert visitor.get(f"{address}{between}share={token}").status_code == 404, (target, address)


def test_the_untouched_upload_is_not_everybodys(
    visitor: Client, stranger_client: Client, owner_client: Client, film: Video
) -> None:
    store(film, "source", "original.mov")
    address = video_media(film, "source")
    assert visitor.get(address).status_code == stranger_client.get(address).status_code == 404
    assert owner_client.get(address).status_code == 200


def test_style_images_are_seen_with_a_published_filter_made_after_them(
    visitor: Client, staff_client: Client
) -> None:
    image = StyleImage.objects.create(sha256="a" * 64, width=1, height=1, title="Wave")
    image.image.save("wave.jpg", ContentFile(DATA))
    filter = make_filter(style_image=image, published=False)
    address = reverse("media-style", args=[image.pk])
    assert visitor.get(address).status_code == 404
    assert staff_client.get(address).status_code == 200
    filter.publish()
    assert visitor.get(address).status_code == 200


def test_unfinished_renders_show_nothing_to_others(visitor: Client, painted: Render) -> None:
    Video.objects.filter(pk=painted.video.pk).update(visibility="public")
    Render.objects.filter(pk=painted.pk).update(state=Render.State.RENDERING)
    assert visitor.get(render_media(painted, "video.mp4")).status_code == 404


def test_media_of_somebody_who_changed_their_mind_is_not_kept_public(
    owner: User, visitor: Client, film: Video
) -> None:
    address = video_media(film, "footage.mp4")
    assert visitor.get(address).status_code == 200
    Video.objects.filter(pk=film.pk).update(visibility="private")
    assert visitor.get(address).status_code == 404
