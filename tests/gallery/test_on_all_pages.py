"""What is the same on pages of all kinds: names, words for who may look, the light, modules."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from tests.factories import make_filter, make_render_row, make_video_row
from videos.forms.who import MEANINGS


def static(name: str) -> str:
    return (settings.BASE_DIR / "static" / name).read_text()


def test_names_of_filters_are_set_as_those_of_works(owner_client: Client, owner: User) -> None:
    """Of what is made, of what is on its way, and on the stage; “Original” is the name of none."""
    video = make_video_row(owner, poster="posters/p.jpg")
    night = make_filter(name="Night")
    render = make_render_row(video, night, poster="posters/r.jpg")
    make_render_row(video, make_filter(name="Dawn"), state="queued")
    for address, names in (
        ("/", 2),
        (video.get_absolute_url(), 2),
        (render.get_absolute_url(), 4),
        (f"{video.get_absolute_url()}compare/", 2),
        (f"{video.get_absolute_url()}lab/", 2),
        (night.get_absolute_url(), 2),
    ):
        page = owner_client.get(address).content.decode()
        page = re.sub(r'<span class="spectrum".*?</a>|<(title|select)\b.*?</\1>', "", page, flags=re.S)
        named = re.findall(r"<[a-z]+([^>]*)>(?:Night|Dawn)\s*<", page)
        assert len(named) == names and all("work" in one for one in named), address
        assert not re.search(r'class="[^"]*work[^"]*">Original', page)


@pytest.mark.parametrize(("chosen", "colours"), [("dark", 1), ("light", 1), ("", 2), ("pink", 2)])
def test_what_is_around_the_page_has_the_light_that_was_chosen(
    visitor: Client, db: None, chosen: str, colours: int
) -> None:
    visitor.cookies["theme"] = chosen
    metas = re.findall(r'<meta name="theme-color"([^>]*)>', visitor.get("/").content.decode())
    light, dark = re.findall(r"--room: light-dark\((.*?), (.*?)\)", static("css/tokens.css"))[0]
    assert len(metas) == colours
    assert all(("media" in one) == (colours == 2) for one in metas)
    assert all(
        colour in "".join(metas) for colour in {"dark": [dark], "light": [light]}.get(chosen, [dark, light])
    )
    assert f"{{ dark: '{dark}', light: '{light}' }}" in static("js/theme.js")


def test_who_may_look_is_said_in_the_same_words_wherever_it_is_chosen(
    owner_client: Client, owner: User
) -> None:
    video = make_video_row(owner)
    make_render_row(video)
    for address in (
        f"{video.get_absolute_url()}edit/",
        f"{video.get_absolute_url()}compare/",
        "/collections/",
    ):
        page = unescape(owner_client.get(address).content.decode())
        places = [page.index(f"{name}: {meaning}") for _, name, meaning in MEANINGS]
        assert places == sorted(places), address
    upload = unescape(owner_client.get("/upload/").content.decode())
    for value, name, meaning in MEANINGS:
        assert f"{name}: {meaning}</option>" in upload
        assert f'<small class="says-{value}">{meaning}</small>' in upload
    style = static("css/upload.css")
    assert all(f'.field:has([value="{value}"]:checked) .says-{value}' in style for value, _, _ in MEANINGS)


def imported_by(module: Path) -> set[Path]:
    """All that a module needs, however far away."""
    names = re.findall(r"""\b(?:from|import)\s*["']([./][^"']*)["']""", module.read_text())
    near = {(module.parent / name).resolve() for name in names}
    return near.union(*map(imported_by, near))


def test_modules_are_fetched_ahead_where_a_page_needs_them(visitor: Client, owner: User) -> None:
    """Those that are found only after others have come: each step is a way to the server and back."""
    video = make_video_row(owner)
    make_render_row(video)
    player = {"clock", "timing", "track", "transport"}
    for address, more in (("/", set()), ("", player), ("compare/", player)):
        page = visitor.get(address if address == "/" else video.get_absolute_url() + address).content.decode()
        ahead = re.findall(r'rel="modulepreload" href="/static/([^"]+)"', page)
        assert {Path(name).stem for name in ahead} == {"http", "live", "toast"} | more
        scripts = re.findall(r'<script type="module" src="/static/([^"]+)"', page)
        needed = set[Path]().union(*(imported_by(settings.BASE_DIR / "static" / one) for one in scripts))
        assert all(settings.BASE_DIR / "static" / name in needed for name in ahead)
