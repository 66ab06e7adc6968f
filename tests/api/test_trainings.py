"""Trainings and mixes for programs."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from dramatiq.brokers.stub import StubBroker

from filters.models import Filter, FilterVersion, StyleImage, StyleUse, TrainingRun
from rotoscope.api.trainings import TrainingWish
from tests.api.conftest import Program, program_of
from tests.lab.pictures import REFUSED, good, upload
from tests.styled import make_style_image, make_styled
from videos import training
from videos.forms.training import TrainingForm

pytestmark = pytest.mark.usefixtures("trainable")


def send(program: Program, **fields: Any) -> Any:
    """POST /api/trainings as multipart/form-data."""
    client = Client(enforce_csrf_checks=True)
    headers = {"Authorization": f"Bearer {program.key}"} if program.key else {}
    return client.post("/api/trainings", fields, headers=headers)


@pytest.fixture
def ordered(olgas: Program, queue: StubBroker) -> dict[str, Any]:
    answer = send(
        olgas,
        name="Quilt",
        picture=[good(1), good(2)],
        minutes="2",
        crop=["0,0,0.75,0.75,0"],
        artist=["Olga", "Her mother"],
        licence=["own work", "CC0"],
    )
    assert answer.status_code == 201, answer.content
    told: dict[str, Any] = answer.json()
    return told


def test_a_training_is_ordered_with_pictures(ordered: dict[str, Any], owner: User) -> None:
    run = TrainingRun.objects.get()
    assert (run.pk, run.owner, run.settings["minutes"]) == (ordered["id"], owner, 2)
    assert (ordered["state"], ordered["filter"], ordered["version"]) == ("queued", "quilt", None)
    assert [one["artist"] for one in ordered["pictures"]] == ["Olga", "Her mother"]
    assert [one["crop"] for one in ordered["pictures"]] == [[0, 0, 0.75, 0.75, 0], [0, 0, 1, 1, 0]]
    assert "images" not in ordered["settings"]


def test_what_somebody_says_of_a_picture_is_theirs_also_where_others_hand_in_the_same(
    olgas: Program, stellas: Program, nobodys: Program, queue: StubBroker
) -> None:
    secret = {"title": "For Anna, secret", "artist": "Stella's brother", "origin": "C:/Users/stella"}
    send(stellas, name="Draft", picture=good(1), **secret)
    (hers,) = send(olgas, name="Quilt", picture=good(1), title="The Scream", artist="Munch").json()[
        "pictures"
    ]
    assert (hers["title"], hers["artist"], hers["origin"], hers["licence"]) == ("The Scream", "Munch", "", "")
    Filter.objects.filter(slug="quilt").update(state="published")
    send(stellas, name="Spam", picture=good(1), origin="https://spam.example", licence="all rights reserved")
    (shown,) = nobodys.get("/filters/quilt")["pictures"]
    assert (shown["title"], shown["origin"], shown["licence"]) == ("The Scream", "", "")
    send(olgas, name="Quilt again", picture=good(1), licence="public domain")
    (shown,) = nobodys.get("/filters/quilt")["pictures"]
    assert (shown["artist"], shown["licence"]) == ("Munch", "public domain")
    assert StyleImage.objects.count() == 2


def test_it_is_followed(ordered: dict[str, Any], olgas: Program) -> None:
    name = default_storage.save("training/1/1.jpg", ContentFile(b"picture"))
    TrainingRun.objects.update(
        state="running",
        step=40,
        steps=400,
        losses=[[40, 1, 1, 1, 1, 1]],
        previews=[{"step": 2, "image": name}],
    )
    told = olgas.get(f"/trainings/{ordered['id']}")
    assert (told["progress"], told["losses"]) == (0.1, [[40, 1, 1, 1, 1, 1]])
    path = told["previews"][0]["image"].split("/api", 1)[1]
    assert b"".join(olgas.ask("GET", path)) == b"picture"
    assert olgas.get("/trainings")["count"] == 1


def test_it_is_stopped_and_gone_on_with(ordered: dict[str, Any], olgas: Program) -> None:
    path = f"/trainings/{ordered['id']}"
    TrainingRun.objects.update(state="running")
    assert olgas.post(f"{path}/stop", status=200)["stopping"]
    TrainingRun.objects.update(state="finished", seconds=60, started_at=timezone.now())
    assert "how many minutes" in olgas.post(f"{path}/resume", {}, status=409)["detail"]
    told = olgas.post(f"{path}/resume", {"minutes": 3}, status=200)
    assert (told["state"], told["settings"]["minutes"], told["stopping"]) == ("queued", 4, False)


def test_one_that_came_in_as_a_file_has_nothing_to_go_on_with(
    ordered: dict[str, Any], olgas: Program
) -> None:
    TrainingRun.objects.update(state="finished")
    told = olgas.post(f"/trainings/{ordered['id']}/resume", {"minutes": 3}, status=409)
    assert "nothing to go on with" in told["detail"]


def test_another_seed_is_one_call(ordered: dict[str, Any], olgas: Program) -> None:
    again = olgas.post(f"/trainings/{ordered['id']}/again")
    assert (again["seed"], again["filter"]) == (2, "quilt-seed-2")
    assert [one["crop"] for one in again["pictures"]] == [one["crop"] for one in ordered["pictures"]]


def test_what_is_said_of_more_pictures_than_there_are_is_refused(olgas: Program, queue: StubBroker) -> None:
    for said, name in (
        ({"artist": ["A", "B"]}, "artist"),
        ({"crop": ["0,0,1,1,0", "0,0,1,1,0"]}, "crop"),
        ({"crop": ["99999:0,0,0.5,0.5,0"]}, "crop: picture 99999"),
    ):
        answer = send(olgas, name="Quilt", picture=good(1), **said)
        assert (answer.status_code, answer.json()["detail"].startswith(name)) == (422, True)
    assert not TrainingRun.objects.exists()


def test_one_person_keeps_no_more_than_five_waiting(
    ordered: dict[str, Any], olgas: Program, stellas: Program, owner_client: Client
) -> None:
    path, page = f"/trainings/{ordered['id']}", reverse("train")
    for _ in range(4):
        assert "5 trainings" not in owner_client.get(page).content.decode()
        olgas.post(f"{path}/again")
    sentence = "5 trainings run or wait already"
    assert sentence in olgas.post(f"{path}/again", status=409)["detail"]
    refused = send(olgas, name="Another", picture=good(3))
    assert (refused.status_code, sentence in refused.json()["detail"]) == (409, True)
    assert sentence in owner_client.get(page).content.decode()
    form = {"name": "Another", "picture": good(3), **{k: str(v) for k, v in training.USUAL.items()}}
    assert sentence in owner_client.post(page, form).content.decode()
    last = TrainingRun.objects.order_by("pk").last()
    assert last is not None
    olgas.post(f"/trainings/{last.pk}/stop", status=200)
    olgas.post(f"{path}/again")
    assert sentence in olgas.post(f"/trainings/{last.pk}/resume", {}, status=409)["detail"]
    back = owner_client.post(reverse("training-run-resume", args=[last.pk]), follow=True)
    assert sentence in back.content.decode()
    assert "under way" in olgas.post(f"{path}/resume", {"minutes": 3}, status=409)["detail"]
    waits = owner_client.post(reverse("training-run-resume", args=[ordered["id"]]), follow=True)
    assert "It is under way" in waits.content.decode(), "the page says the same as the API"
    assert send(stellas, name="Hers", picture=good(4)).status_code == 201


def test_staff_publish(ordered: dict[str, Any], olgas: Program, staff: User) -> None:
    path = f"/trainings/{ordered['id']}/publish"
    olgas.post(path, status=403)
    adas = program_of(staff)
    assert "nothing to publish" in adas.post(path, status=409)["detail"]
    run = TrainingRun.objects.get()
    source = make_styled("Source").current
    assert source is not None
    assert run.filter is not None
    FilterVersion.objects.create(
        filter=run.filter, number=1, kind="style", base=source.base, weights=source.weights, training_run=run
    )
    assert "nothing to publish" in adas.post(path, status=409)["detail"], "it goes on, as its page says"
    TrainingRun.objects.update(state="finished")
    assert "newer version meanwhile, number 1" in adas.post(f"{path}?version=2", status=409)["detail"]
    assert adas.post(f"{path}?version=1", status=200)["state"] == "published"
    assert adas.post(path, status=200)["state"] == "published"
    assert Filter.objects.published().filter(slug="quilt").exists()


@pytest.mark.parametrize(("data", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_hostile_pictures_are_refused_with_a_sentence(olgas: Program, data: bytes, sentence: str) -> None:
    answer = send(olgas, name="Bad", picture=upload(data))
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]
    assert not TrainingRun.objects.exists()


def test_wishes_are_checked_like_those_of_the_page(olgas: Program, queue: StubBroker) -> None:
    for wrong in (
        {"minutes": "999"},
        {"style_scale": "9"},
        {"footage": "nothere"},
        {"crop": "0,0,2,2,0"},
        {"name": ""},
    ):
        answer = send(olgas, **{"name": "Quilt", "picture": good(), **wrong})
        assert answer.status_code == 422, wrong
        assert answer.json()["detail"]
    assert "Hand in a picture" in send(olgas, name="Quilt").json()["detail"]


def test_the_description_says_what_the_form_takes() -> None:
    for name in ("style_weight", "content_weight", "style_scale"):
        field: Any = TrainingForm.base_fields[name]
        said = str(TrainingWish.model_fields[name].description)
        assert said.endswith(f", {field.min_value:g} to {field.max_value:g}."), name


def test_without_a_key_nothing_is_ordered(nobodys: Program) -> None:
    assert send(nobodys, name="Quilt", picture=good()).status_code in (401, 403)


def test_strangers_learn_nothing(ordered: dict[str, Any], stellas: Program) -> None:
    assert stellas.get("/trainings")["count"] == 0
    for method, path in (
        ("GET", ""),
        ("POST", "/stop"),
        ("POST", "/again"),
        ("POST", "/publish"),
        ("GET", "/previews/0"),
    ):
        assert stellas.ask(method, f"/trainings/{ordered['id']}{path}").status_code == 404


def test_where_pytorch_is_missing_it_says_so(olgas: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "what_is_missing", lambda: "torch")
    answer = send(olgas, name="Quilt", picture=good())
    assert answer.status_code == 409
    assert "PyTorch" in answer.json()["detail"]


class TestMixes:
    def test_a_mix_is_kept(self, olgas: Program) -> None:
        make_styled("Night", 0)
        make_styled("Wave", 1)
        wish = {"name": "Both", "parts": [{"filter": "night", "weight": 3}, {"filter": "wave", "weight": 1}]}
        told = olgas.post("/mixes", wish)
        assert [(part["name"], part["share"]) for part in told["mixed_of"]] == [
            ("Night", 0.75),
            ("Wave", 0.25),
        ]
        assert [one["share"] for one in told["pictures"]] == [0.75, 0.25]
        assert told["state"] == "draft"

    def test_a_still_of_a_mix_is_a_picture(self, olgas: Program) -> None:
        make_styled("Night", 0)
        make_styled("Wave", 1)
        answer = olgas.ask("GET", "/mixes/still?part=night:1&part=wave:2&frame=1")
        assert answer["Content-Type"] == "image/jpeg"
        assert olgas.ask("GET", "/mixes/still?part=night:1&part=none:2").status_code == 422

    def test_a_filter_is_exported(self, olgas: Program, stellas: Program, owner: User) -> None:
        make_styled("Night", 0, owner=owner)
        assert olgas.ask("GET", "/filters/night/bundle")["Content-Type"] == "application/zip"
        assert olgas.ask("GET", "/filters/night/onnx").status_code == 200
        assert stellas.ask("GET", "/filters/night/onnx").status_code == 404


def test_the_list_asks_no_more_for_many_than_for_few(
    olgas: Program, owner: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        made = make_styled(f"Night {number}", number)
        assert made.style_image is not None
        run = TrainingRun.objects.create(name="x", owner=owner, style_image=made.style_image, filter=made)
        for count in (2, 3):
            FilterVersion.objects.create(filter=made, number=count, kind="style", training_run=run)
    assert made.style_image is not None
    of_gone = make_style_image("Picture of Gone", seed=99)
    removed = {"style_image": made.style_image, "owner": owner, "settings": {"pictures": [of_gone.pk]}}
    for _ in range(12):
        TrainingRun.objects.create(name="y", **removed)
    StyleUse.objects.filter(filter__name__in=["Night 3", "Night 4", "Night 5"]).delete()
    with django_assert_max_num_queries(8):
        told = olgas.get("/trainings")
    assert told["count"] == 24
    gone, here = told["items"][:12], told["items"][12:]
    assert {one["version"] for one in here} == {3}
    assert here[0]["pictures"][0]["title"] == "Picture of Night 11"
    assert {one["pictures"][0]["title"] for one in gone} == {"Picture of Gone"}
    assert not {"losses", "previews"} & set(told["items"][0])
