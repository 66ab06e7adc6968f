"""The filters' pages of the admin, driven through the browser's side."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import Any

import numpy as np
import onnx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from onnx import TensorProto, helper
from PIL import Image

from filters import exchange, naming, testframes
from filters.admin import forms
from filters.engines.base import Frame
from filters.models import Filter, FilterVersion, StyleImage, StyleUse
from tests.factories import inverting_model, make_filter
from tests.styled import make_style_image, make_styled

LIST = "admin:filters_filter_changelist"


def change(filter: Filter) -> str:
    """The address of a filter's page."""
    return reverse("admin:filters_filter_change", args=[filter.pk])


def form_of(filter: Filter, **more: Any) -> dict[str, Any]:
    """What the page's form sends when nothing was typed."""
    return {
        "name": filter.name,
        "slug": filter.slug,
        "description": filter.description,
        "tags": "",
        "suits": "",
        "owner": "",
        "style_image": "",
        "current": filter.current_id or "",
        "cost_per_image": "0",
        "versions-TOTAL_FORMS": "0",
        "versions-INITIAL_FORMS": "0",
        **more,
    }


def press(client: Client, filter: Filter, button: str, **typed: Any) -> Any:
    """Press a button of a filter's page."""
    data = form_of(filter, **typed) | {f"filters_filter_{button}": "1"}
    answer = client.post(change(filter), data, follow=True)
    assert answer.status_code == 200, answer
    filter.refresh_from_db()
    return answer


def test_only_staff_comes_in(owner_client: Client, visitor: Client) -> None:
    for client in (owner_client, visitor):
        assert client.get(reverse(LIST)).status_code == 302


def test_filters_are_listed_with_state_and_picture(staff_client: Client) -> None:
    one = make_filter("negative")
    make_filter("quiet", published=False)
    page = staff_client.get(reverse(LIST)).content.decode()
    assert "Negative" in page
    assert "Draft" in page
    assert reverse("admin:filters_after", args=[one.current_id, 0]) in page


def test_a_live_twin_goes_and_comes_back_with_its_version(staff_client: Client) -> None:
    one = make_filter("negative")
    assert one.current is not None
    first = one.current
    twin = exchange.take_model(inverting_model(), "", None, into=one)
    one.adopt(first, live=twin)
    staff_client.post(change(one), form_of(one, name="Other words"))
    one.refresh_from_db()
    assert (one.name, one.live) == ("Other words", twin)
    own = exchange.take_model(inverting_model("another"), "", None, into=one)
    staff_client.post(change(one), form_of(one, current=own.pk))
    one.refresh_from_db()
    assert (one.current, one.live) == (own, None)
    staff_client.post(change(one), form_of(one, current=first.pk))
    one.refresh_from_db()
    assert (one.current, one.live) == (first, twin)


def test_the_test_frames_are_shown_before_and_after(staff_client: Client) -> None:
    one = make_filter("negative")
    page = staff_client.get(change(one)).content.decode()
    first = reverse("admin:filters_after", args=[one.current_id, 0])
    assert first in page
    before, after = (
        np.asarray(Image.open(io.BytesIO(staff_client.get(address).content)), dtype=int)
        for address in (reverse("admin:filters_before", args=[0]), first)
    )
    assert before.shape == after.shape == (540, 960, 3)
    assert np.abs(before + after - 255).mean() < 12


def test_a_broken_filter_says_so_instead_of_a_picture(staff_client: Client) -> None:
    one = make_filter("negative")
    assert one.current is not None
    one.current.weights.storage.delete(str(one.current.weights.name))
    answer = staff_client.get(reverse("admin:filters_after", args=[one.current_id, 0]))
    assert answer.status_code == 503
    assert "missing" in answer.content.decode()


def test_pictures_are_for_staff(owner_client: Client) -> None:
    one = make_filter("negative")
    assert owner_client.get(reverse("admin:filters_after", args=[one.current_id, 0])).status_code == 302


def test_a_filter_is_published_and_retired_by_buttons(staff_client: Client) -> None:
    one = make_filter("negative", published=False)
    press(staff_client, one, "publish_one")
    assert one.state == Filter.State.PUBLISHED
    press(staff_client, one, "retire_one")
    assert one.state == Filter.State.RETIRED


def test_looking_at_a_button_does_nothing(staff_client: Client) -> None:
    one = make_filter("negative", published=False)
    staff_client.get(change(one) + "?filters_filter_publish_one=1")
    staff_client.get(reverse(LIST) + f"{one.pk}/publish_one/")
    one.refresh_from_db()
    assert one.state == Filter.State.DRAFT


def test_several_are_published_at_once(staff_client: Client) -> None:
    chosen = [make_filter(f"n-{number}", published=False) for number in range(3)]
    data = {"action": "publish_chosen", "_selected_action": [one.pk for one in chosen]}
    page = staff_client.post(reverse(LIST), data, follow=True).content.decode()
    assert Filter.objects.published().count() == 3
    assert "3 published" in page


def test_words_are_changed_and_nothing_else(staff_client: Client) -> None:
    one = make_filter("negative")
    page = staff_client.get(change(one))
    Filter.objects.filter(pk=one.pk).update(unavailable_reason="It is down.")
    assert page.status_code == 200
    press(staff_client, one, "_save", name="Positive")
    assert (one.name, one.unavailable_reason) == ("Positive", "It is down.")


def test_a_filter_cannot_take_the_address_of_another_page(staff_client: Client) -> None:
    one = make_filter("negative")
    answer = staff_client.post(change(one), form_of(one, slug="figures") | {"_save": "1"})
    assert "address of another page" in answer.content.decode()
    one.refresh_from_db()
    assert one.slug == "negative"
    assert naming.free_slug("Figures") == "figures-2"


def test_a_name_has_a_letter_or_a_digit_whichever_way_a_filter_comes(staff_client: Client) -> None:
    one = make_filter("negative")
    model = {"file": SimpleUploadedFile("m.onnx", inverting_model()), "name": "..."}
    far = {"deepfilter_name": "gan_vogh", "title": "...", "cost_per_image": "0"}
    for address, data in (
        (change(one), form_of(one, name="...") | {"_save": "1"}),
        (reverse("admin:filters_filter_upload_model"), model),
        (reverse("admin:filters_filter_take_name"), far),
    ):
        answer = staff_client.post(address, data)
        assert "a name with at least one letter or digit" in answer.content.decode()
    one.refresh_from_db()
    assert (one.name, Filter.objects.count()) == ("Negative", 1)


def test_an_image_does_not_cost_less_than_nothing(staff_client: Client) -> None:
    one = make_filter("negative")
    answer = staff_client.post(change(one), form_of(one, cost_per_image="-0.01") | {"_save": "1"})
    assert "An image costs 0 or more." in answer.content.decode()
    one.refresh_from_db()
    assert one.cost_per_image == 0


def test_what_ships_keeps_the_slug_by_which_it_is_found_again(staff_client: Client) -> None:
    one = make_filter("negative", shipped=True)
    press(staff_client, one, "_save", slug="positive", name="Positive")
    assert (one.slug, one.name) == ("negative", "Positive")


def test_only_its_own_versions_can_be_current(staff_client: Client) -> None:
    one, other = make_filter("one"), make_filter("other")
    staff_client.post(change(one), form_of(one, current=other.current_id))
    before = one.current_id
    one.refresh_from_db()
    assert one.current_id == before


def test_a_filter_that_was_unavailable_may_run_again(staff_client: Client) -> None:
    one = make_filter("negative")
    one.mark_unavailable("It is down.")
    press(staff_client, one, "make_available")
    assert one.is_available


def test_a_filter_is_exported_and_comes_in_again(staff_client: Client) -> None:
    one = make_filter("negative", description="Dark is bright.", tags=["plain"])
    answer = staff_client.get(reverse("admin:filters_filter_export_file", args=[one.pk]))
    assert answer["Content-Type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
    file = SimpleUploadedFile("negative.zip", answer.content)
    page = staff_client.post(reverse("admin:filters_filter_bring_in"), {"file": file}, follow=True)
    assert page.status_code == 200
    made = Filter.objects.get(slug="negative-2")
    assert (made.state, made.description, made.tags) == (Filter.State.DRAFT, "Dark is bright.", ["plain"])
    assert made.current is not None
    assert one.current is not None
    assert made.current.sha256
    assert made.current.weights.read() == one.current.weights.read()


def test_a_file_that_is_no_filter_is_refused_in_a_sentence(staff_client: Client) -> None:
    file = SimpleUploadedFile("x.zip", b"PK\x03\x04 nothing")
    page = staff_client.post(reverse("admin:filters_filter_bring_in"), {"file": file})
    assert page.status_code == 200
    assert page.context["form"].non_field_errors()
    assert not Filter.objects.exists()


def test_an_onnx_model_is_uploaded_as_a_draft(staff_client: Client) -> None:
    data = {"file": SimpleUploadedFile("negative.onnx", inverting_model()), "name": "Negative film"}
    staff_client.post(reverse("admin:filters_filter_upload_model"), data, follow=True)
    made = Filter.objects.get(slug="negative-film")
    assert made.state == Filter.State.DRAFT
    assert made.current is not None
    assert (made.current.kind, made.current.metrics["model"]["layout"]) == (FilterVersion.Kind.ONNX, "NCHW")


def test_an_onnx_model_becomes_a_new_version_that_is_not_run_yet(staff_client: Client) -> None:
    one = make_filter("negative")
    data = {"file": SimpleUploadedFile("negative.onnx", inverting_model()), "into": one.pk}
    page = staff_client.post(reverse("admin:filters_filter_upload_model"), data, follow=True)
    assert "“Negative v2” came in. It runs once you choose it as current" in page.content.decode()
    before = one.current_id
    one.refresh_from_db()
    assert [version.number for version in one.versions.all()] == [2, 1]
    assert one.current_id == before


def one_channel_model() -> bytes:
    """A model whose pictures have one channel."""
    shape: list[str | int | None] = ["n", 1, "h", "w"]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "grey", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


@pytest.mark.parametrize("data", [b"", b"\x80\x04pickle", one_channel_model()])
def test_what_is_no_suitable_model_is_refused_in_a_sentence(staff_client: Client, data: bytes) -> None:
    typed = {"file": SimpleUploadedFile("m.onnx", data), "name": "Model"}
    page = staff_client.post(reverse("admin:filters_filter_upload_model"), typed)
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not Filter.objects.exists()


def test_a_name_at_a_deepfilter_service_becomes_a_draft(staff_client: Client) -> None:
    typed = {"deepfilter_name": "data://.my/models/mine.t7", "title": "Mine", "cost_per_image": "0.002"}
    staff_client.post(reverse("admin:filters_filter_take_name"), typed, follow=True)
    made = Filter.objects.get(slug="mine")
    assert made.current is not None
    assert (made.engine, made.cost_per_image) == (Filter.Engine.ALGORITHMIA, Decimal("0.002"))
    assert made.current.deepfilter_name == "data://.my/models/mine.t7"
    assert "costs three images" in staff_client.get(change(made)).content.decode()


def test_a_strange_deepfilter_name_is_refused(staff_client: Client) -> None:
    typed = {"deepfilter_name": "http://evil/x y", "title": "Mine", "cost_per_image": "0"}
    page = staff_client.post(reverse("admin:filters_filter_take_name"), typed)
    assert "letters" in page.content.decode()
    assert not Filter.objects.exists()


def test_style_images_are_shown_with_their_origin(staff_client: Client) -> None:
    image = StyleImage.objects.create(
        image="styles/x.jpg", sha256="0" * 64, width=800, height=600, title="The Wave", origin="A museum"
    )
    page = staff_client.get(reverse("admin:filters_styleimage_change", args=[image.pk])).content.decode()
    assert "The Wave" in page
    assert "800 × 600" in page


def test_tags_of_a_filter_are_found_however_they_were_typed(staff_client: Client, visitor: Client) -> None:
    one = make_filter("negative")
    press(staff_client, one, "_save", tags="Night, High Contrast", suits="Snow")
    assert (one.tags, one.suits) == (["night", "high contrast"], ["snow"])
    assert visitor.get("/api/filters?tag=Night").json()["count"] == 1


class Counting:
    """An engine of a service: every picture is paid for."""

    paid = 0

    def apply(self, frames: Frame) -> Frame:
        assert not connection.in_atomic_block, "whoever else writes the row would wait for a service"
        Counting.paid += len(frames)
        return 255 - frames

    def close(self) -> None:
        """Nothing to give back."""


@pytest.mark.django_db(transaction=True)
def test_the_test_frames_are_paid_for_once_and_only_when_they_are_asked_for(
    staff_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = make_filter("far")
    FilterVersion.objects.filter(filter=one).update(kind=FilterVersion.Kind.DEEPFILTER)
    monkeypatch.setattr(testframes, "make_engine", lambda version: Counting())
    monkeypatch.setattr(Counting, "paid", 0)
    look = reverse("admin:filters_after", args=[one.current_id, 0])
    page = staff_client.get(change(one)).content.decode()
    assert "costs three images" in page
    assert look not in page + staff_client.get(reverse(LIST)).content.decode()
    assert staff_client.get(look).status_code == 404
    assert Counting.paid == 0
    for _ in range(2):
        press(staff_client, one, "paint_looks")
        assert Counting.paid == 3
    assert look in staff_client.get(change(one)).content.decode()
    assert staff_client.get(look).status_code == 200


class TestChoosingThePictureOfAFilter:
    @pytest.fixture
    def other(self) -> StyleImage:
        """A picture that the filters here did not learn from."""
        return make_style_image("Another", seed=7)

    def test_where_nobody_knows_better_it_learned_from_what_is_chosen(
        self, staff_client: Client, visitor: Client, other: StyleImage
    ) -> None:
        one = make_filter("brought")
        page = staff_client.get(change(one)).content.decode()
        assert forms.LEARNED_FROM in page and forms.ON_ITS_CARD not in page
        assert staff_client.post(change(one), form_of(one, style_image=other.pk)).status_code == 302
        assert "Another" in visitor.get(one.get_absolute_url()).content.decode()

    def test_what_a_trained_one_learned_from_is_not_to_be_chosen(
        self, staff_client: Client, visitor: Client, other: StyleImage
    ) -> None:
        one, second = make_styled("Quilt"), make_style_image("The back", seed=8)
        StyleUse.objects.create(filter=one, style_image=second, position=1, share=0.5)
        page = staff_client.get(change(one)).content.decode()
        assert forms.ON_ITS_CARD in page and forms.LEARNED_FROM not in page
        assert str(other) not in page
        refused = staff_client.post(change(one), form_of(one, style_image=other.pk))
        assert "Select a valid choice" in refused.content.decode()
        assert staff_client.post(change(one), form_of(one, style_image=second.pk)).status_code == 302
        one.refresh_from_db()
        assert one.style_image == second
        page = visitor.get(one.get_absolute_url()).content.decode()
        assert "Picture of Quilt" in page and "The back" in page
