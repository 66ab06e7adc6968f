"""What a double click sends twice comes in once, and both answers lead to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from filters import exchange
from filters.models import Filter, FilterVersion
from tests.at_once import at_once, browser_of
from tests.factories import inverting_model, make_filter
from tests.styled import make_styled

Send = Callable[[str, dict[str, Any]], list[Any]]
WAYS = ["at the same moment", "one after the other"]


def page_of(made: Filter) -> str:
    return reverse("admin:filters_filter_change", args=[made.pk])


@pytest.fixture(params=WAYS)
def twice(request: pytest.FixtureRequest, staff: User) -> Send:
    """Sends a form of the filters' pages twice; the two answers."""

    def send(button: str, typed: dict[str, Any]) -> list[Any]:
        def press() -> Any:
            return browser_of(staff).post(reverse(f"admin:filters_filter_{button}"), _form(typed))

        return at_once(press, press) if request.param == WAYS[0] else [press(), press()]

    return send


def _form(typed: dict[str, Any]) -> dict[str, Any]:
    return {
        name: SimpleUploadedFile("sent", value) if isinstance(value, bytes) else value
        for name, value in typed.items()
    }


@pytest.mark.django_db(transaction=True)
class TestTwoClicks:
    def test_a_filter_file_becomes_one_filter(self, twice: Send) -> None:
        night = make_styled("Night")
        assert night.current is not None
        answers = twice("bring_in", {"file": exchange.export(night.current)})
        made = Filter.objects.get(slug="night-2")
        assert [answer.url for answer in answers] == [page_of(made)] * 2
        assert Filter.objects.count() == 2
        assert len(default_storage.listdir("weights")[1]) == 2

    def test_a_model_becomes_one_filter(self, twice: Send) -> None:
        answers = twice("upload_model", {"file": inverting_model(), "name": "Negative"})
        assert [answer.url for answer in answers] == [page_of(Filter.objects.get())] * 2

    def test_a_model_becomes_one_version(self, twice: Send) -> None:
        one = make_filter("negative")
        answers = twice("upload_model", {"file": inverting_model("another"), "into": one.pk})
        assert [answer.url for answer in answers] == [page_of(one)] * 2
        assert one.versions.count() == 2
        assert len(default_storage.listdir("weights")[1]) == 2

    def test_a_deepfilter_name_becomes_one_filter(self, twice: Send) -> None:
        answers = twice("take_name", {"deepfilter_name": "aqua", "title": "Aqua", "cost_per_image": "0"})
        assert [answer.url for answer in answers] == [page_of(Filter.objects.get())] * 2


def test_it_is_said_that_it_is_here_once(staff_client: Client) -> None:
    typed = {"deepfilter_name": "aqua", "title": "Aqua", "cost_per_image": "0"}
    address = reverse("admin:filters_filter_take_name")
    staff_client.post(address, typed)
    page = staff_client.post(address, typed, follow=True).content.decode()
    assert "“Aqua” came in a moment ago. The same was sent twice, and is here once." in page


def test_what_comes_in_again_later_is_wanted_again(staff: User) -> None:
    night = make_styled("Night")
    assert night.current is not None
    data = exchange.export(night.current)
    first = exchange.bring_in(data, staff)
    FilterVersion.objects.filter(filter=first).update(created_at=first.created_at - exchange.MOMENT)
    assert exchange.bring_in(data, staff).slug == "night-3"


def test_another_who_brings_the_same_in_gets_it_too(staff: User, colleague: User) -> None:
    night = make_styled("Night")
    assert night.current is not None
    data = exchange.export(night.current)
    assert [exchange.bring_in(data, person).owner for person in (staff, colleague)] == [staff, colleague]


def test_two_models_for_one_filter_are_two_versions(staff: User) -> None:
    one = make_filter("negative")
    made = [exchange.take_model(inverting_model(name), "", staff, into=one) for name in ("a", "b")]
    assert [version.number for version in made] == [2, 3]


def test_a_filter_that_is_deleted_meanwhile_takes_no_model(staff: User) -> None:
    one = make_filter("negative")
    Filter.objects.all().delete()
    with pytest.raises(exchange.CannotExchange, match="deleted meanwhile"):
        exchange.take_model(inverting_model(), "", staff, into=one)
