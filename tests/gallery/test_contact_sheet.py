"""The contact sheet: frames by filters, and stills where films are missing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from filters.models import Filter, FilterVersion
from tests.factories import make_filter, make_render_row, make_video_row, with_frames
from videos.links import render_media
from videos.models import Still
from videos.pipeline.stills import REMEMBERED
from videos.views import contact


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


def test_the_contact_sheet_draws_from_small_films_where_there_are_some(visitor: Client, owner: User) -> None:
    video = with_frames(make_video_row(owner))
    small = make_render_row(video, make_filter(), proxy="proxies/small.mp4")
    whole = make_render_row(video, make_filter())
    page = visitor.get(f"{video.get_absolute_url()}contact/").content.decode()
    assert render_media(small, "proxy.mp4") in page
    assert render_media(small, "video.mp4") not in page
    assert render_media(whole, "video.mp4") in page
