"""People's pages, error pages, and what holds for every page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.factories import make_filter, make_render_row, make_video_row, with_frames
from videos.models import Collection, Comparison, Visibility
from videos.templatetags.works import ago, clock, decimal_rate


def test_a_persons_page_shows_what_is_public(visitor: Client, owner_client: Client, owner: User) -> None:
    make_video_row(owner, title="For all")
    make_video_row(owner, title="For me", visibility=Visibility.PRIVATE)
    Collection.objects.create(owner=owner, title="Secret list", visibility=Visibility.PRIVATE)
    theirs = visitor.get("/people/olga/").content.decode()
    mine = owner_client.get("/people/olga/").content.decode()
    assert "For all" in theirs and "For me" not in theirs and "Secret list" not in theirs
    assert "For all" in mine and "For me" in mine and "Secret list" in mine


def test_what_is_beside_the_footage_is_counted_and_all_of_it_can_be_reached(
    owner_client: Client, owner: User
) -> None:
    video = make_video_row(owner)
    for n in range(14):
        Comparison.objects.create(video=video, owner=owner, title=f"Saved {n:02}")
        Collection.objects.create(owner=owner, title=f"Gathered {n:02}")
        make_filter(name=f"Learned {n:02}", owner=owner)
    for address, names in (
        ("/people/olga/", {"comparisons": "Saved", "collections": "Gathered", "filters": "Learned"}),
        (video.get_absolute_url(), {"comparisons": "Saved"}),
    ):
        page = owner_client.get(address).content.decode()
        for name, word in names.items():
            assert f'href="?{name}=all#{name}">all 14</a>' in page and f'id="{name}"' in page
            whole = owner_client.get(f"{address}?{name}=all").content.decode()
            assert all(f"{word} {n:02}" in whole for n in range(14))
            assert '<span class="muted">14</span>' in whole


def test_all_that_is_beside_the_footage_comes_in_pages_too(visitor: Client, owner: User) -> None:
    """Anybody may ask for it, and there may be thousands."""
    video = make_video_row(owner)
    Comparison.objects.bulk_create(
        Comparison(video=video, owner=owner, title=f"Saved {n:03}", visibility="public") for n in range(120)
    )
    for address in ("/people/olga/", video.get_absolute_url()):
        pages = [
            visitor.get(f"{address}?comparisons={which}&page=1").content.decode() for which in ("all", 2, 3)
        ]
        found = [set(re.findall(r"Saved \d{3}", page)) for page in pages]
        assert [len(one) for one in found] == [50, 50, 20]
        assert len(set.union(*found)) == 120
        assert all('<span class="muted">120</span>' in page for page in pages)
        assert 'aria-label="Pages of comparisons"' in pages[0]
        turned = [re.findall(r'rel="(prev|next)" href="([^"]+)"', page) for page in pages]
        to = [f"?comparisons={n}&amp;page=1#comparisons" for n in range(4)]
        assert turned == [[("next", to[2])], [("prev", to[1]), ("next", to[3])], [("prev", to[2])]]
        beyond = visitor.get(f"{address}?comparisons=99").content.decode()
        assert set(re.findall(r"Saved \d{3}", beyond)) == found[2]


def test_people_who_left_have_a_page_for_staff_alone(
    visitor: Client, staff_client: Client, owner: User
) -> None:
    assert "shut out" not in staff_client.get("/people/olga/").content.decode()
    owner.is_active = False
    owner.save()
    assert visitor.get("/people/olga/").status_code == 404
    assert "shut out" in staff_client.get("/people/olga/").content.decode()


def test_nothing_links_to_the_page_of_somebody_who_was_shut_out(
    visitor: Client, staff_client: Client, owner: User
) -> None:
    video = make_video_row(owner)
    render = make_render_row(video, make_filter("night"))
    collection = Collection.objects.create(owner=owner, title="Gathered", visibility="public")
    collection.add(render=render)
    pages = ["/", video.get_absolute_url(), f"{video.get_absolute_url()}compare/", "/filters/night/"]
    pages += ["/collections/", collection.get_absolute_url()]
    link = f'href="/people/{owner.username}/"'
    for page in pages:
        assert link in visitor.get(page).content.decode(), page
    User.objects.filter(pk=owner.pk).update(is_active=False)
    for page in pages:
        shown = visitor.get(page).content.decode()
        assert owner.username in shown and link not in shown, page
        assert link in staff_client.get(page).content.decode(), page


def test_a_page_that_is_not_there_says_so_kindly(visitor: Client, db: None) -> None:
    answer = visitor.get("/there/is/nothing/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_whoever_signs_in_where_there_was_nothing_comes_back_to_the_whole_address(
    visitor: Client, owner: User
) -> None:
    hidden = make_video_row(owner, visibility=Visibility.PRIVATE).get_absolute_url()
    page = visitor.get(f"{hidden}compare/?layout=grid&a=o&t=48").content.decode()
    ways = set(re.findall(r'href="/accounts/login/([^"]*)"', page))
    assert ways == {f"?next={hidden}compare/%3Flayout%3Dgrid%26a%3Do%26t%3D48"}
    sent = visitor.post("/there/is/nothing/").content.decode()
    assert set(re.findall(r'href="/accounts/login/([^"]*)"', sent)) == {""}, "no page could be opened there"


def test_an_address_of_forms_says_that_it_is_no_page_and_leads_on(owner_client: Client, owner: User) -> None:
    sheet = f"http://testserver{make_video_row(owner).get_absolute_url()}contact/"
    answer = owner_client.get(f"{sheet}paint/", headers={"Referer": sheet})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    page = answer.content.decode()
    assert "This address is not a page" in page and f'class="btn hot" href="{sheet}"' in page
    from_elsewhere = owner_client.post("/", headers={"Referer": "https://elsewhere.example/"})
    assert from_elsewhere.status_code == 405
    assert "elsewhere" not in from_elsewhere.content.decode()
    assert 'class="btn hot" href="/"' in from_elsewhere.content.decode()


def test_no_page_has_scripts_or_styles_in_line(owner_client: Client, owner: User) -> None:
    video = with_frames(make_video_row(owner, tags=["a"]))
    filter = make_filter()
    render = make_render_row(video, filter)
    for address in (
        "/",
        "/filters/",
        filter.get_absolute_url(),
        video.get_absolute_url(),
        render.get_absolute_url(),
        f"{video.get_absolute_url()}compare/",
        f"{video.get_absolute_url()}contact/",
        "/collections/",
        "/people/olga/",
    ):
        answer = owner_client.get(address)
        page = answer.content.decode()
        assert answer.status_code == 200, address
        for tag in re.findall(r"<script[^>]*>", page):
            assert "src=" in tag or 'type="application/json"' in tag, (address, tag)
        assert "<style" not in page, address
        assert not re.search(r"\son\w+=", page), address
        for style in re.findall(r'style="([^"]*)"', page):
            assert all(part.strip().startswith("--") for part in style.split(";") if part.strip()), style


def test_every_picture_has_its_box_and_every_button_its_name(visitor: Client, owner: User) -> None:
    video = with_frames(make_video_row(owner, poster="posters/p.jpg"))
    make_render_row(video, poster="posters/r.jpg")
    for address in ("/", video.get_absolute_url(), f"{video.get_absolute_url()}compare/"):
        page = visitor.get(address).content.decode()
        assert not re.search(r"<img(?![^>]*\balt=)", page), address
        for attributes, inside in re.findall(r"<button([^>]*)>(.*?)</button>", page, re.S):
            words = re.sub(r"<[^>]+>", "", inside).strip()
            assert words or "aria-label=" in attributes, (address, attributes)
        assert page.count("<h1") == 1, address


def test_every_link_has_its_name_and_every_name_its_role(visitor: Client, owner: User) -> None:
    """A link of a picture alone is hidden from screen readers where the same link with words stands beside it."""
    video = with_frames(make_video_row(owner, poster="posters/p.jpg"))
    filter = make_filter()
    render = make_render_row(video, filter, poster="posters/r.jpg")
    collection = Collection.objects.create(owner=owner, title="Coasts", visibility="public")
    saved = Comparison.objects.create(owner=owner, video=video, title="Two", visibility="public")
    assert collection.add(render=render) and collection.add(comparison=saved)
    for address in (
        "/",
        "/collections/",
        "/filters/",
        "/people/olga/",
        collection.get_absolute_url(),
        filter.get_absolute_url(),
        saved.get_absolute_url(),
        render.get_absolute_url(),
        f"{video.get_absolute_url()}contact/",
    ):
        page = visitor.get(address).content.decode()
        for attributes, inside in re.findall(r"<a\b([^>]*)>(.*?)</a>", page, re.S):
            words = re.sub(r"<[^>]+>", "", inside).strip() or re.search(r'alt="[^"]+"', inside)
            assert words or re.search("aria-label=|aria-hidden=", attributes), (address, attributes)
        for attributes in re.findall(r"<(?:div|span|rs-\w+)\b([^>]*aria-label[^>]*)>", page):
            assert "role=" in attributes, (address, attributes)


def test_every_bar_says_whose_progress_it_shows() -> None:
    """Also on pages that are seldom seen; an upload's is named by its script."""
    bars = [
        (path.name, bar)
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        for bar in re.findall("<progress.*?></progress>", path.read_text(), re.S)
    ]
    assert len(bars) > 10
    assert [one for one in bars if "aria-label=" not in one[1] and 'data-part="bar"' not in one[1]] == []


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, ""), (0.3, "0:01"), (8, "0:08"), (754, "12:34"), (3723, "1:02:03")]
)
def test_durations_read_as_people_say_them(seconds: float, words: str) -> None:
    assert clock(seconds) == words


def test_rates_keep_three_decimals_at_most() -> None:
    from fractions import Fraction

    assert [decimal_rate(Fraction(*rate)) for rate in ((30000, 1001), (24, 1), (24000, 1001), (25, 2))] == [
        "29.97",
        "24",
        "23.976",
        "12.5",
    ]


def test_what_was_a_moment_ago_is_said_in_words() -> None:
    now = timezone.now()
    assert ago(now - timedelta(seconds=20)) == "just now"
    assert ago(now - timedelta(minutes=3, seconds=20)).replace("\xa0", " ") == "3 minutes ago"
