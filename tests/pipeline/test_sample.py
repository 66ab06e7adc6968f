"""What a first start plans for its sample flight, and what the pages say until that is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from dramatiq.brokers.stub import StubBroker

from filters.models import Filter
from tests.at_once import at_once
from tests.factories import make_filter, make_video_row
from videos.media import sample as drawn
from videos.models import Video
from videos.pipeline import sample

pytestmark = pytest.mark.django_db

IN_THE_GALLERY = "A sample flight over a coast that never was is being drawn"
IN_THE_LAB = "The first footage is being drawn"
NOTHING = "The room is dark and the table is empty"
LIVE = "data-live="
RELOAD = "data-reload"

Drawing = Callable[[Path], object]


@pytest.fixture
def draws(monkeypatch: pytest.MonkeyPatch, queue: StubBroker) -> Callable[[Drawing], None]:
    """Says what is done instead of drawing."""
    return lambda drawing: monkeypatch.setattr(drawn, "make_sample", drawing)


def shown(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_it_plans_the_four_that_make_a_good_first_impression() -> None:
    for slug in ("aaa", *sample.FIRST_IMPRESSION):
        make_filter(slug, shipped=True)
    assert sample._filters() == list(sample.FIRST_IMPRESSION)


def test_it_plans_others_where_one_of_them_cannot_run() -> None:
    for slug in ("aaa", *sample.FIRST_IMPRESSION):
        make_filter(slug, shipped=True)
    *others, last = sample.FIRST_IMPRESSION
    Filter.objects.get(slug=last).mark_unavailable("Its weights are missing.")
    make_filter("of-somebody", shipped=False)
    assert sample._filters() == [*others, "aaa"]


def test_while_it_is_drawn_and_taken_in_the_pages_say_so_and_wait_for_it(
    visitor: Client, staff: User, staff_client: Client, draws: Callable[[Drawing], None]
) -> None:
    gallery, lab, live = reverse("gallery"), reverse("lab-home"), reverse("gallery-live")
    lab_live = f"{reverse('lab-live')}?ready=0"

    def drawing(path: Path) -> None:
        for client, address, words in (
            (visitor, gallery, IN_THE_GALLERY),
            (visitor, live, IN_THE_GALLERY),
            (staff_client, lab, IN_THE_LAB),
            (staff_client, lab_live, IN_THE_LAB),
        ):
            page = shown(client, address)
            assert words in page, address
            assert LIVE in page, address
            assert "<noscript>" in page, address
        path.write_bytes(b"not really footage")

    draws(drawing)
    video = sample.ensure_sample(staff)
    assert IN_THE_GALLERY in shown(visitor, live)
    for address in (lab, lab_live):
        page = shown(staff_client, address)
        assert video.title in page
        assert LIVE in page
        assert IN_THE_LAB not in page
    Video.objects.update(state=Video.State.READY, frame_count=144, rate_numerator=24)
    assert RELOAD in shown(visitor, live)
    assert RELOAD in shown(staff_client, lab_live)
    for client, address in ((visitor, gallery), (staff_client, lab)):
        page = shown(client, address)
        assert video.title in page
        assert LIVE not in page


def test_one_who_draws_and_is_ended_is_not_waited_for(
    visitor: Client, staff: User, staff_client: Client, colleague: User, draws: Callable[[Drawing], None]
) -> None:
    def ended(_: Path) -> None:
        raise KeyboardInterrupt

    draws(ended)
    make_video_row(colleague, visibility="private")
    with pytest.raises(KeyboardInterrupt):
        sample.ensure_sample(staff)
    assert RELOAD in shown(staff_client, f"{reverse('lab-live')}?ready=0")
    for client, address in ((visitor, reverse("gallery")), (staff_client, reverse("lab-home"))):
        page = shown(client, address)
        assert "being drawn" not in page
        assert LIVE not in page


def test_it_is_drawn_for_one_person(
    owner_client: Client, staff: User, draws: Callable[[Drawing], None]
) -> None:
    pages = []

    def drawing(path: Path) -> None:
        pages.append(shown(owner_client, reverse("lab-home")))
        path.write_bytes(b"not really footage")

    draws(drawing)
    sample.ensure_sample(staff)
    assert "The lab needs footage" in pages[0]
    assert IN_THE_LAB not in pages[0]


def test_before_anybody_begins_to_draw_it_an_empty_gallery_is_looked_at_again(visitor: Client) -> None:
    page = shown(visitor, reverse("gallery"))
    assert NOTHING in page
    assert LIVE in page


def test_a_file_of_that_name_is_no_sample(visitor: Client, owner: User) -> None:
    make_video_row(owner, source_name=sample.FILENAME, state=Video.State.INGESTING, source="sources/x.mp4")
    page = shown(visitor, reverse("gallery"))
    assert NOTHING in page
    assert LIVE not in page


@pytest.mark.django_db(transaction=True)
def test_two_who_bring_it_at_once_bring_one(staff: User, draws: Callable[[Drawing], None]) -> None:
    draws(lambda path: path.write_bytes(b"not really footage"))
    first, second = at_once(lambda: sample.ensure_sample(staff), lambda: sample.ensure_sample(staff))
    assert first == second == Video.objects.get()
