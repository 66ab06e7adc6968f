"""A pasted address unfolds: Open Graph, oEmbed, and a player that may stand in other people's pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from videos.models import Comparison, Render, ShareLink, Video

pytestmark = pytest.mark.django_db
HERE = "http://testserver"


@pytest.fixture
def public(film: Video) -> Video:
    """The footage, for everybody."""
    Video.objects.filter(pk=film.pk).update(visibility="public", poster="posters/p.jpg")
    film.refresh_from_db()
    return film


def meta(page: bytes, name: str) -> str:
    """The content of a meta element."""
    found = re.search(rf'<meta property="{name}" content="([^"]*)"', page.decode())
    return found.group(1) if found else ""


def unfold(client: Client, path: str, **more: str) -> dict[str, Any]:
    """oEmbed's answer for an address of ours."""
    answer = client.get(reverse("oembed"), {"url": HERE + path, **more})
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_a_page_tells_its_picture_and_film_with_absolute_addresses(visitor: Client, public: Video) -> None:
    page = visitor.get(public.get_absolute_url()).content
    assert meta(page, "og:title") == "Low tide"
    assert meta(page, "og:video") == f"{HERE}/media/video/{public.ref}/footage.mp4"
    assert meta(page, "og:image") == f"{HERE}/media/video/{public.ref}/poster.jpg"
    assert meta(page, "og:video:width") == "160"


def test_a_shared_page_unfolds_to_what_its_token_opens(owner: User, visitor: Client, painted: Render) -> None:
    _, token = ShareLink.make(owner, painted)
    page = visitor.get(reverse("share", args=[token])).content
    film = meta(page, "og:video")
    assert film == f"{HERE}/media/render/{painted.ref}/video.mp4?share={token}"
    assert "under" in meta(page, "og:title")


def test_the_page_leads_to_its_oembed(visitor: Client, public: Video) -> None:
    page = visitor.get(public.get_absolute_url()).content.decode()
    found = re.search(r'type="application/json\+oembed"[^>]*href="([^"]+)"', page)
    assert found is not None
    answer = visitor.get(found.group(1).replace("&amp;", "&").removeprefix(HERE))
    assert answer.json()["title"] == "Low tide"


def test_oembed_gives_a_player_within_the_size_asked_for(
    visitor: Client, public: Video, painted: Render
) -> None:
    Video.objects.filter(pk=public.pk).update(width=1920, height=1080)
    answer = unfold(visitor, public.get_absolute_url(), maxwidth="640")
    assert (answer["type"], answer["version"], answer["provider_name"]) == ("video", "1.0", "Rotoscope")
    assert (answer["width"], answer["height"]) == (640, 360)
    assert f'src="{HERE}/embed/video/{public.ref}/"' in answer["html"]
    assert 'loading="lazy"' in answer["html"]
    assert answer["thumbnail_url"].startswith(HERE)
    low = unfold(visitor, painted.get_absolute_url(), maxheight="90")
    assert low["height"] <= 90
    assert f"/embed/render/{painted.ref}/" in low["html"]


def test_pictures_are_told_with_their_own_size(
    visitor: Client, public: Video, painted: Render, comparison: Comparison
) -> None:
    """A poster has at most 720 lines, whatever its film has."""
    Video.objects.update(width=3840, height=2160)
    Render.objects.update(height=1080, poster="posters/r.jpg")
    Comparison.objects.update(visibility="public")
    own = {public.get_absolute_url(): (1280, 720), painted.get_absolute_url(): (1280, 720)}
    own[comparison.get_absolute_url()] = (720, 405)
    for path, size in own.items():
        told = unfold(visitor, path)
        assert (told["thumbnail_width"], told["thumbnail_height"]) == size
        page = visitor.get(path, follow=True).content
        assert (meta(page, "og:image:width"), meta(page, "og:image:height")) == tuple(map(str, size))
    small = unfold(visitor, public.get_absolute_url(), maxwidth="400")
    assert (small["thumbnail_width"], small["thumbnail_height"]) == (320, 180)
    assert small["thumbnail_url"].endswith("/poster.jpg?small=tiny")
    least = unfold(visitor, public.get_absolute_url(), maxwidth="100")
    assert (least["width"], least["height"], least.get("thumbnail_url")) == (100, 56, None)


def test_an_address_is_known_as_people_write_it(visitor: Client, public: Video) -> None:
    for url in (
        f"HTTP://TestServer{public.get_absolute_url()}",
        (HERE + public.get_absolute_url()).rstrip("/"),
    ):
        assert visitor.get(reverse("oembed"), {"url": url}).json()["title"] == "Low tide"


def test_titles_cannot_break_out_of_the_frame_element(visitor: Client, public: Video) -> None:
    Video.objects.filter(pk=public.pk).update(title='"><script>alert(1)</script>')
    assert "<script>" not in unfold(visitor, public.get_absolute_url())["html"]


def test_oembed_of_a_share_link_carries_its_token(
    owner: User, visitor: Client, comparison: Comparison
) -> None:
    _, token = ShareLink.make(owner, comparison)
    answer = unfold(visitor, reverse("share", args=[token]))
    assert f"/embed/comparison/{comparison.ref}/?share={token}" in answer["html"]


def test_oembed_tells_nothing_of_what_the_public_may_not_see(
    owner: User, owner_client: Client, film: Video
) -> None:
    link, token = ShareLink.make(owner, film)
    link.revoke()
    for url in (
        HERE + film.get_absolute_url(),
        HERE + reverse("share", args=[token]),
        HERE + "/v/never/",
        HERE + "/accounts/login/",
        "http://elsewhere.example/v/x/",
        "nonsense",
        "http://[",
        "",
    ):
        assert owner_client.get(reverse("oembed"), {"url": url}).status_code == 404


def test_oembed_speaks_json_only(visitor: Client, public: Video) -> None:
    answer = visitor.get(reverse("oembed"), {"url": HERE + public.get_absolute_url(), "format": "xml"})
    assert answer.status_code == 501


def test_only_the_player_may_stand_in_a_frame(visitor: Client, public: Video) -> None:
    player = visitor.get(reverse("embed", args=["video", public.ref]))
    page = visitor.get(public.get_absolute_url())
    assert "frame-ancestors *" in player["Content-Security-Policy"]
    assert "X-Frame-Options" not in player
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert b"<script" not in player.content


def test_the_player_of_a_comparison_has_both_sides(
    visitor: Client, public: Video, comparison: Comparison
) -> None:
    Comparison.objects.filter(pk=comparison.pk).update(visibility="public")
    player = visitor.get(reverse("embed", args=["comparison", comparison.ref])).content.decode()
    assert player.count("<video") == 2
    assert "embed.js" in player


def test_a_player_shows_no_more_than_a_stranger_may_see_even_to_the_owner(
    owner_client: Client, film: Video
) -> None:
    assert owner_client.get(reverse("embed", args=["video", film.ref])).status_code == 404


def test_a_player_opens_with_a_token(owner: User, visitor: Client, painted: Render) -> None:
    link, token = ShareLink.make(owner, painted)
    address = reverse("embed", args=["render", painted.ref])
    player = visitor.get(address, {"share": token})
    assert f"video.mp4?share={token}".encode() in player.content
    link.revoke()
    assert visitor.get(address, {"share": token}).status_code == 404


def test_where_there_is_nothing_to_see_the_other_page_is_told_so_and_no_more(
    owner: User, visitor: Client, public: Video, painted: Render
) -> None:
    link, token = ShareLink.make(owner, painted)
    link.revoke()
    Video.objects.filter(pk=public.pk).update(visibility="private")
    asked = (("render", painted.ref), ("video", public.ref), ("video", "never"), ("user", "never"))
    answers = [visitor.get(reverse("embed", args=one), {"share": token}) for one in asked]
    for answer in answers:
        assert answer.status_code == 404
        assert "frame-ancestors *" in answer["Content-Security-Policy"]
        assert "X-Frame-Options" not in answer
        assert b"This film is not shown here any more." in answer.content
    assert len({(answer.content, str(answer.headers)) for answer in answers}) == 1


def test_on_a_narrow_page_the_player_of_a_comparison_takes_small_films(
    visitor: Client, public: Video, painted: Render, comparison: Comparison
) -> None:
    Comparison.objects.filter(pk=comparison.pk).update(visibility="public")
    Video.objects.filter(pk=public.pk).update(width=1280, height=720, proxy="proxies/v.mp4")
    Render.objects.filter(pk=painted.pk).update(proxy="proxies/r.mp4")
    player = visitor.get(reverse("embed", args=["comparison", comparison.ref])).content.decode()
    for work, film in ((f"video/{public.ref}", "footage"), (f"render/{painted.ref}", "video")):
        small, whole = f"/media/{work}/proxy.mp4", f"/media/{work}/{film}.mp4"
        assert f'<source media="(max-width: 441px)" src="{small}"><source src="{whole}">' in player


def test_a_player_loads_no_film_where_posters_of_one_moment_stand_for_it(
    visitor: Client, public: Video, painted: Render, comparison: Comparison
) -> None:
    Comparison.objects.filter(pk=comparison.pk).update(visibility="public")
    Render.objects.filter(pk=painted.pk).update(poster="posters/r.jpg")

    def player(kind: str, work: Video | Comparison) -> str:
        return visitor.get(reverse("embed", args=[kind, work.ref])).content.decode()

    assert 'preload="none"' in player("video", public)
    assert player("comparison", comparison).count('preload="none"') == 2
    Render.objects.filter(pk=painted.pk).update(start_frame=public.frame_count // 3 + 1)
    assert 'poster="' not in player("comparison", comparison)
    Video.objects.filter(pk=public.pk).update(poster="")
    assert 'preload="metadata"' in player("video", public)


@pytest.mark.parametrize("kind", ["collection", "upload", "user"])
def test_there_are_no_other_players(visitor: Client, public: Video, kind: str) -> None:
    assert visitor.get(reverse("embed", args=[kind, public.ref])).status_code == 404


def test_a_comparison_unfolds_to_what_is_beside_what(
    owner: User, visitor: Client, public: Video, painted: Render, comparison: Comparison
) -> None:
    Render.objects.filter(pk=painted.pk).update(poster="posters/r.jpg")
    page = visitor.get(f"{public.get_absolute_url()}compare/?a=o&b={painted.ref}&cut=30").content
    assert (
        meta(page, "og:image") == f"{HERE}/media/compared/{public.ref}.jpg?places=o,{painted.ref}&amp;cut=30"
    )
    assert meta(page, "og:title") == f"Low tide: Original and {painted.version.filter.name}"
    _, token = ShareLink.make(owner, comparison)
    address = unfold(visitor, reverse("share", args=[token]))["thumbnail_url"]
    assert f"/media/compared/{public.ref}.jpg?places=o,{painted.ref}&cut=50&share={token}" in address
