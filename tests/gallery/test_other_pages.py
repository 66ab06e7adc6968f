"""People's pages, the contact sheet, error pages, and what holds for every page."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from filters.models import Filter, FilterVersion
from tests.factories import make_filter, make_render_row, make_video_row
from videos.links import render_media
from videos.models import Collection, Comparison, Frame, Still, Video, Visibility
from videos.pipeline.stills import REMEMBERED
from videos.templatetags.works import ago, clock, decimal_rate
from videos.views import contact


def with_frames(video: Video, count: int = 4) -> Video:
    for index in range(count):
        Frame.objects.create(
            video=video,
            index=index * 10,
            timestamp=Decimal(index * 10) / 24,
            image=f"frames/{index}.jpg",
            luminance=0.4,
            contrast=0.2,
            colourfulness=30,
            sharpness=0.3,
            palette=[["#6f8a3e", 0.6], ["#252a2c", 0.4]],
        )
    return video


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


def test_the_sheet_has_a_row_for_each_frame_and_a_column_for_each_filter(
    visitor: Client, owner: User
) -> None:
    video = with_frames(make_video_row(owner))
    whole = make_render_row(video, make_filter(name="Whole"))
    make_render_row(video, make_filter(name="Part"), start_frame=10, stop_frame=25)
    answer = visitor.get(f"{video.get_absolute_url()}contact/")
    lines = answer.context["lines"]
    assert [frame.index for frame, _ in lines] == [0, 10, 20, 30]
    assert [column.version.filter.name for column in answer.context["columns"]] == ["Whole", "Part"]
    assert [cells[0].seconds for _, cells in lines] == pytest.approx(
        [(n + 0.5) / 24 for n in (0, 10, 20, 30)]
    )
    assert [cells[1].seconds is None for _, cells in lines] == [True, False, False, True]
    assert lines[1][1][1].seconds == pytest.approx(0.5 / 24), "its file begins at frame 10"
    assert f"/media/render/{whole.ref}/video.mp4" in answer.content.decode()


def test_the_sheet_draws_from_the_whole_render_of_a_filter_that_was_tried_on_a_part_first(
    visitor: Client, owner: User
) -> None:
    video = with_frames(make_video_row(owner))
    filter = make_filter()
    make_render_row(video, filter, start_frame=10, stop_frame=25)
    whole = make_render_row(video, filter)
    context = visitor.get(f"{video.get_absolute_url()}contact/").context
    assert [column.render for column in context["columns"]] == [whole]
    assert all(cell.seconds is not None for _, cells in context["lines"] for cell in cells)


def test_the_owner_asks_for_stills_that_are_missing(
    owner_client: Client, colleague_client: Client, owner: User, queue: object
) -> None:
    video = with_frames(make_video_row(owner))
    filter = make_filter(name="New")
    address = f"{video.get_absolute_url()}contact/paint/"
    assert colleague_client.post(address, {"filter": filter.slug, "rows": "4"}).status_code == 404
    owner_client.post(address, {"filter": filter.slug, "rows": "4"})
    assert sorted(Still.objects.values_list("frame_index", flat=True)) == [0, 10, 20, 30]
    answer = owner_client.get(f"{video.get_absolute_url()}contact/?rows=4")
    assert answer.context["waits"]
    assert [column.version.filter.name for column in answer.context["columns"]] == ["New"]
    still = Still.objects.get(frame_index=10)
    Still.objects.filter(pk=still.pk).update(state=Still.State.FINISHED, image="stills/x.jpg")
    assert (
        f"/media/still/{still.pk}.jpg"
        in owner_client.get(f"{video.get_absolute_url()}contact/").content.decode()
    )


def test_a_column_of_stills_is_filled_up_where_frames_are_missing(
    owner_client: Client, owner: User, queue: object
) -> None:
    """As after “16 frames”, after one that failed, or where more was chosen than is painted at once."""
    video = with_frames(make_video_row(owner, frame_count=80), 8)
    night = make_filter(name="Night")
    address = f"{video.get_absolute_url()}contact/"

    def missing(rows: str) -> list[str]:
        offers = owner_client.get(address, {"rows": rows}).context["offers"]
        return [one.filter.name for one in offers]

    assert missing("4") == ["Night"]
    owner_client.post(f"{address}paint/", {"filter": night.slug, "rows": "4"})
    assert missing("4") == []
    assert missing("8") == ["Night"]
    owner_client.post(f"{address}paint/", {"filter": night.slug, "rows": "8"})
    assert (missing("8"), Still.objects.count()) == ([], 8)
    Still.objects.filter(frame_index=10).update(state=Still.State.FAILED)
    assert missing("8") == ["Night"]


def test_stills_that_no_worker_was_there_for_can_be_asked_for_again(
    owner_client: Client, owner: User, queue: object
) -> None:
    video = with_frames(make_video_row(owner))
    night = make_filter(name="Night")
    address = f"{video.get_absolute_url()}contact/"
    owner_client.post(f"{address}paint/", {"filter": night.slug, "rows": "4"})
    asked = timezone.now() - REMEMBERED
    Still.objects.update(created_at=asked)
    context = owner_client.get(address, {"rows": "4"}).context
    assert [(one.filter, one.stills) for one in context["offers"]] == [(night, 4)]
    assert not context["waits"]
    owner_client.post(f"{address}paint/", {"filter": night.slug, "rows": "4"})
    assert Still.objects.filter(created_at__gt=asked).count() == 4


def test_a_draft_is_no_link_for_those_who_may_not_see_it(
    owner_client: Client, visitor: Client, owner: User, queue: object
) -> None:
    """Its owner has rendered public footage with it, which others see."""
    video = with_frames(make_video_row(owner))
    draft = make_filter(name="Night", published=False, owner=owner)
    render = make_render_row(video, draft)
    stills = with_frames(make_video_row(owner))
    owner_client.post(f"{stills.get_absolute_url()}contact/paint/", {"filter": draft.slug})
    link = f'href="{draft.get_absolute_url()}"'
    for address in (render.get_absolute_url(), f"{stills.get_absolute_url()}contact/"):
        theirs = visitor.get(address).content.decode()
        assert "Night" in theirs and link not in theirs, address
        assert link in owner_client.get(address).content.decode(), address


def test_a_filter_that_was_learned_anew_fills_its_column_with_the_new_version(
    owner_client: Client, owner: User, queue: object
) -> None:
    video = with_frames(make_video_row(owner, frame_count=80), 8)
    night = make_filter(name="Night")
    address = f"{video.get_absolute_url()}contact/"
    owner_client.post(f"{address}paint/", {"filter": night.slug, "rows": "4"})
    newer = FilterVersion.objects.create(filter=night, number=2, kind=FilterVersion.Kind.ONNX)
    Filter.objects.filter(pk=night.pk).update(current=newer)
    owner_client.post(f"{address}paint/", {"filter": night.slug, "rows": "8"})
    context = owner_client.get(address, {"rows": "8"}).context
    assert [column.version for column in context["columns"]] == [newer]
    assert {cell.state for _, cells in context["lines"] for cell in cells} == {"queued"}


def test_what_is_more_than_can_be_painted_at_once_is_said(
    owner_client: Client, owner: User, queue: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact, "MOST", 6)
    video = with_frames(make_video_row(owner))
    slugs = [make_filter(name=name).slug for name in ("Night", "Wave")]
    address = f"{video.get_absolute_url()}contact/"
    answer = owner_client.post(f"{address}paint/", {"filter": slugs, "rows": "4"}, follow=True)
    page = answer.content.decode()
    assert "6 stills are on the way" in page and "again for the other 2." in page
    assert len(answer.context["offers"]) == 1


def test_what_stills_cost_at_a_paid_service_is_said_before_they_are_painted(
    owner_client: Client, owner: User, queue: object
) -> None:
    """One frame was painted on the wall of the lab: it is on the sheet, and not paid for again."""
    video = with_frames(make_video_row(owner))
    far = make_filter(name="Far", cost_per_image=Decimal("0.005"))
    make_filter(name="Near")
    assert far.current is not None
    wall = {"frame_index": 10, "height": 72, "state": Still.State.FINISHED, "image": "stills/x.jpg"}
    Still.objects.create(video=video, version=far.current, **wall)
    address = f"{video.get_absolute_url()}contact/"
    page = owner_client.get(address, {"rows": "4"}).content.decode()
    assert page.count("$") == 1
    assert "$0.015 for 3 stills" in page
    owner_client.post(f"{address}paint/", {"filter": far.slug, "rows": "4"})
    assert sorted(Still.objects.values_list("frame_index", flat=True)) == [0, 10, 20, 30]


def test_a_larger_still_that_failed_hides_none_that_is_painted(
    owner_client: Client, owner: User, queue: object
) -> None:
    video = with_frames(make_video_row(owner), 1)
    night = make_filter(name="Night")
    assert night.current is not None
    for height, state in ((90, "failed"), (72, "finished")):
        fields = {"frame_index": 0, "height": height, "state": state, "image": "stills/x.jpg"}
        Still.objects.create(video=video, version=night.current, **fields)
    context = owner_client.get(f"{video.get_absolute_url()}contact/").context
    ((_, (cell,)),) = context["lines"]
    assert cell.picture
    assert not context["offers"]


def test_a_still_that_failed_is_painted_in_its_own_size(
    owner_client: Client, owner: User, queue: object
) -> None:
    video = with_frames(make_video_row(owner), 1)
    night = make_filter(name="Night")
    assert night.current is not None
    Still.objects.create(video=video, version=night.current, frame_index=0, height=72, state="failed")
    owner_client.post(f"{video.get_absolute_url()}contact/paint/", {"filter": night.slug, "rows": "4"})
    assert Still.objects.get().state == Still.State.QUEUED


@pytest.mark.parametrize("rows", ["²", "9" * 5000, "-4", "", "5"])
def test_odd_numbers_of_rows_are_the_usual_one(visitor: Client, owner: User, rows: str) -> None:
    answer = visitor.get(f"{make_video_row(owner).get_absolute_url()}contact/", {"rows": rows})
    assert answer.context["rows"] == 8


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


def test_the_contact_sheet_draws_from_small_films_where_there_are_some(visitor: Client, owner: User) -> None:
    video = with_frames(make_video_row(owner))
    small = make_render_row(video, make_filter(), proxy="proxies/small.mp4")
    whole = make_render_row(video, make_filter())
    page = visitor.get(f"{video.get_absolute_url()}contact/").content.decode()
    assert render_media(small, "proxy.mp4") in page
    assert render_media(small, "video.mp4") not in page
    assert render_media(whole, "video.mp4") in page


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
