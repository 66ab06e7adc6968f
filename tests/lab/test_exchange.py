"""Everything that made a filter leaves with it and comes back."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from filters import exchange, mixes, naming, orders, removal
from filters.bundle import BundleRefused, StylePicture, read_bundle, write_bundle
from filters.models import Filter, FilterVersion, StyleImage, StyleUse, TrainingRun
from filters.service import make_engine
from filters.training.crop import Crop
from filters.training_record import record_of, told_by
from rotoscope.common.files import local_path
from tests.clips import draw_clip
from tests.lab.pictures import noise
from tests.styled import make_style_image, make_styled, shipped_weights

OLDER = [[step, 4 / step, 1.0, 3 / step, 0.1, 0.02] for step in range(1, 21)]
OLD = [[step, 4 / step, 1.0, 3 / step, 0.1, 0.02, 0.4, 0.05] for step in range(21, 41)]
LOSSES = OLDER + OLD + [[step, 4 / step, 1.0, 3 / step, 0.1, 0.02, 0.4, 0.05, 0.3] for step in range(41, 61)]
WORDS = {"title": "Front", "artist": "Olga", "year": "1990", "origin": "the attic", "licence": "own work"}


@pytest.fixture
def trained(owner: User, tmp_path: Path) -> Filter:
    """Olga's filter of two pictures, whose training is over."""
    for name, seed in (("a", 1), ("b", 2)):
        Image.fromarray(noise(200, 300, seed)).save(tmp_path / f"{name}.png")
    pieces = [
        orders.Piece(tmp_path / "a.png", Crop(0, 0, 0.5, 1, 90), WORDS),
        orders.Piece(tmp_path / "b.png", words={"title": "Back"}),
    ]
    clip = draw_clip(tmp_path / "private.mp4", frames=1, width=320, height=180)
    wish = orders.Wish(style_scale=0.7, footage=(str(clip),), images=("frames/x/1.jpg",))
    run = orders.order(pieces, "Quilt", owner, wish, seed=9)
    told = {"step": 60, "steps": 60, "seconds": 300.5, "device": "cpu", "content_sha256": "c" * 64}
    TrainingRun.objects.update(
        state="finished", losses=LOSSES, metrics={"style_distance": 0.2}, finished_at=timezone.now(), **told
    )
    run.refresh_from_db()
    made = run.filter
    assert made is not None
    source = make_styled("Source", 0).current
    assert source is not None
    version = FilterVersion.objects.create(
        filter=made, number=1, kind="style", base=source.base, weights=source.weights, sha256=source.sha256,
        metrics={"style_distance": 0.2}, training_run=run,
    )  # fmt: skip
    made.adopt(version)
    return made


def test_a_trained_filter_comes_back_with_all_that_made_it(trained: Filter, staff: User) -> None:
    assert trained.current is not None
    back = exchange.bring_in(exchange.export(trained.current), staff)
    assert back.current is not None
    assert back.current.sha256 == trained.current.sha256
    front, rear = sorted(back.pictures(), key=lambda use: use.position)
    assert {word: getattr(front.style_image, word) for word in WORDS} == WORDS
    assert (rear.style_image.title, rear.share) == ("Back", 0.5)
    run, before = back.current.training_run, trained.current.training_run
    assert run is not None
    assert before is not None
    same = (
        "seed",
        "step",
        "steps",
        "seconds",
        "device",
        "content_sha256",
        "code_version",
        "losses",
        "metrics",
        "finished_at",
    )
    assert {name: getattr(run, name) for name in same} == {
        name: getattr(TrainingRun.objects.get(pk=before.pk), name) for name in same
    }
    assert (run.owner, run.filter, run.state) == (staff, back, TrainingRun.State.FINISHED)
    assert orders.Wish.of(run).crop(0) == Crop(0, 0, 0.5, 1, 90)
    assert run.settings["style_scale"] == 0.7


def test_origin_and_licence_of_a_picture_that_is_here_without_them_are_taken_over(
    trained: Filter, staff: User
) -> None:
    assert trained.current is not None
    data = exchange.export(trained.current)
    StyleImage.objects.filter(title="Front").update(artist="", licence="", origin="a market", owner=staff)
    back = exchange.bring_in(data, staff)
    front = min(back.pictures(), key=lambda use: use.position).style_image
    assert (front.artist, front.licence) == (WORDS["artist"], WORDS["licence"])
    assert front.origin == "a market"  # what was said here stays


def test_pictures_travel_byte_for_byte(trained: Filter, staff: User) -> None:
    assert trained.current is not None
    before = [local_path(use.style_image.image).read_bytes() for use in trained.pictures()]
    data = exchange.export(trained.current)
    Filter.objects.all().delete()
    TrainingRun.objects.all().delete()
    StyleImage.objects.all().delete()
    back = exchange.bring_in(data, staff)
    assert [local_path(use.style_image.image).read_bytes() for use in back.pictures()] == before


@pytest.mark.parametrize(("kind", "told"), [("JPEG", 0x0112), ("PNG", 0x0112), ("WEBP", 0x8825)])
def test_what_a_camera_wrote_into_a_picture_stays_outside(staff: User, kind: str, told: int) -> None:
    made = make_styled("Night", 0)
    assert made.current is not None
    exif, buffer = Image.Exif(), io.BytesIO()
    exif[told] = 6 if told == 0x0112 else {2: (47.0, 22.0, 9.0)}
    exif[0x010F] = "Olga's camera"
    Image.fromarray(noise(200, 300, 3)).save(buffer, kind, exif=exif)
    bundle = read_bundle(exchange.export(made.current))
    data = write_bundle(replace(bundle, pictures=(StylePicture(buffer.getvalue(), "Photo"),)))
    (use,) = exchange.bring_in(data, staff).pictures()
    stored = local_path(use.style_image.image)
    assert b"camera" not in stored.read_bytes()
    with Image.open(stored) as image:
        assert not image.getexif()
        assert image.size == (use.style_image.width, use.style_image.height)
        assert image.size == ((200, 300) if told == 0x0112 else (300, 200))  # it stays upright


def test_a_picture_that_is_written_anew_keeps_colours_that_change_from_pixel_to_pixel(staff: User) -> None:
    made = make_styled("Night", 0)
    assert made.current is not None
    tile = np.array([[[255, 0, 0], [0, 0, 255]], [[0, 0, 255], [255, 0, 0]]], np.uint8)
    picture, buffer = np.tile(tile, (50, 50, 1)), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Olga's camera"
    Image.fromarray(picture).save(buffer, "PNG", exif=exif)
    bundle = read_bundle(exchange.export(made.current))
    data = write_bundle(replace(bundle, pictures=(StylePicture(buffer.getvalue(), "Photo"),)))
    (use,) = exchange.bring_in(data, staff).pictures()
    with Image.open(local_path(use.style_image.image)) as image:
        assert image.format == "JPEG"
        assert np.abs(np.asarray(image, np.int16) - picture).mean() < 8  # 89 with a quarter of the colours


def test_a_picture_whose_exif_is_damaged_is_refused(staff: User) -> None:
    made = make_styled("Night", 0)
    assert made.current is not None
    buffer = io.BytesIO()
    Image.fromarray(noise(200, 300, 3)).save(buffer, "WEBP", exif=b"no EXIF at all")
    bundle = read_bundle(exchange.export(made.current))
    data = write_bundle(replace(bundle, pictures=(StylePicture(buffer.getvalue(), "Photo"),)))
    with pytest.raises(BundleRefused, match="damaged"):
        exchange.bring_in(data, staff)


def test_names_of_places_on_the_machine_stay_there(trained: Filter) -> None:
    assert trained.current is not None
    manifest = json.dumps(read_bundle(exchange.export(trained.current)).training)
    assert "private.mp4" not in manifest
    assert "frames/x" not in manifest


def test_its_curve_can_be_looked_at_where_it_came_in(
    trained: Filter, staff: User, staff_client: Client
) -> None:
    assert trained.current is not None
    back = exchange.bring_in(exchange.export(trained.current), staff)
    run = TrainingRun.objects.get(filter=back)
    assert "<polyline" in staff_client.get(reverse("training-run", args=[run.pk])).content.decode()


def test_a_mix_comes_back_with_its_parts(owner: User, staff: User) -> None:
    night, wave = make_styled("Night", 0), make_styled("Wave", 1)
    assert night.current and wave.current
    made = mixes.keep([mixes.Part(night.current, 3), mixes.Part(wave.current, 1)], "Both", owner)
    assert made.current is not None
    data = exchange.export(made.current)
    wave.delete()
    back = exchange.bring_in(data, staff)
    assert back.current is not None
    parts = [(one.parent_name, one.share, one.parent) for one in back.current.mix_parts.all()]
    assert parts == [("Night", 0.75, night.current), ("Wave", 0.25, None)]
    assert [(use.style_image.title, use.share) for use in back.pictures()] == [
        ("Picture of Night", 0.75),
        ("Picture of Wave", 0.25),
    ]


def test_a_part_of_a_picture_stays_one_in_mixes_and_in_files(
    trained: Filter, owner: User, staff: User, staff_client: Client
) -> None:
    """Also where two filters learned from other parts of the same picture."""
    other = make_styled("Wave", 1)
    assert trained.current and other.current
    front, _ = trained.style_uses.all()
    assert front.crop == [0, 0, 0.5, 1, 90]
    StyleUse.objects.filter(filter=other).update(style_image=front.style_image, crop=[0.5, 0, 0.5, 1, 0])
    made = mixes.keep([mixes.Part(trained.current, 1), mixes.Part(other.current, 2)], "Both", owner)
    assert made.current is not None
    parts: list[Any] = [(use.style_image.title, use.crop, use.share) for use in made.pictures()]
    assert parts == [
        ("Front", [0.5, 0, 0.5, 1, 0], pytest.approx(2 / 3)),
        ("Front", [0, 0, 0.5, 1, 90], pytest.approx(1 / 6)),
        ("Back", [], pytest.approx(1 / 6)),
    ]
    assert staff_client.get(made.get_absolute_url()).content.decode().count("a part of it") == 2
    back = exchange.bring_in(exchange.export(made.current), staff)
    assert [(use.style_image.title, use.crop, use.share) for use in back.pictures()] == parts


def test_older_files_tell_the_parts_of_pictures_with_the_training(trained: Filter, staff: User) -> None:
    assert trained.current is not None
    bundle = read_bundle(exchange.export(trained.current))
    assert [picture.crop for picture in bundle.pictures] == [(0, 0, 0.5, 1, 90), ()]
    older = tuple(replace(picture, crop=()) for picture in bundle.pictures)
    back = exchange.bring_in(write_bundle(replace(bundle, pictures=older)), staff)
    assert [use.crop for use in back.style_uses.all()] == [[0, 0, 0.5, 1, 90], []]
    with pytest.raises(BundleRefused, match="part of a picture"):
        write_bundle(replace(bundle, pictures=(replace(bundle.pictures[0], crop=(0, 0, 2, 1, 0)),)))


def test_what_was_trained_before_an_upgrade_gets_its_records(trained: Filter) -> None:
    assert trained.current is not None
    front, rear = trained.style_uses.all()
    StyleUse.objects.update(crop=[])
    run = TrainingRun.objects.get()
    del run.settings["pictures"]
    run.save()
    migration = import_module("filters.migrations.0008_training_records")
    for step in (migration.keep_records, migration.name_pictures, migration.crop_pictures):
        step(apps, None)
    assert [use.crop for use in trained.style_uses.all()] == [[0, 0, 0.5, 1, 90], []]
    version, run = FilterVersion.objects.get(training_run__isnull=False), TrainingRun.objects.get()
    assert run.settings["pictures"] == [front.style_image_id, rear.style_image_id]
    told = {**told_by(run), "trained_at": run.finished_at.isoformat() if run.finished_at else ""}
    assert {**version.record, "learned_on": {}} == told
    assert record_of(version)["losses"] == LOSSES


def test_a_mix_of_many_pictures_leaves_and_comes_back(owner: User, staff: User) -> None:
    night, wave = make_styled("Night", 0), make_styled("Wave", 1)
    assert night.current and wave.current
    for number in range(1, 18):
        image = make_style_image(f"Picture {number}", seed=number)
        StyleUse.objects.create(filter=night, style_image=image, position=number)
    made = mixes.keep([mixes.Part(night.current, 3), mixes.Part(wave.current, 1)], "Many", owner)
    assert made.current is not None
    back = exchange.bring_in(exchange.export(made.current), staff)
    assert len(back.pictures()) == 19


def test_a_share_that_rounding_took_beyond_one_is_one(owner: User, staff: User) -> None:
    made = make_styled("Night", 0)
    assert made.current is not None
    StyleUse.objects.update(share=1.0000000000000004)
    (use,) = exchange.bring_in(exchange.export(made.current), staff).pictures()
    assert use.share == 1


def test_a_base_whose_name_cannot_be_that_of_a_file_is_not_looked_for(staff: User) -> None:
    made = make_styled("Night", 0)
    assert made.current is not None
    data = write_bundle(replace(read_bundle(exchange.export(made.current)), base_name="😀" * 80))
    back = exchange.bring_in(data, staff)
    assert back.current is not None
    assert back.current.kind == FilterVersion.Kind.ONNX


@pytest.mark.parametrize("name", ["my_filter", "x" * 69 + " y"])
def test_a_filter_leaves_by_whatever_name_it_got(owner: User, staff: User, name: str) -> None:
    made = make_styled("Night", 0)
    assert made.current is not None
    Filter.objects.update(name=name, slug=naming.free_slug(name))
    made.current.filter.refresh_from_db()
    assert exchange.bring_in(exchange.export(made.current), staff).name == name


@pytest.mark.parametrize(
    "training",
    [
        {"settings": {"minutes": "many", "crops": [["x"]], "footage": ["/etc/passwd"]}, "losses": "none"},
        {"settings": {"minutes": 1e300}, "losses": [[1, 2], "x", [1, "2", None, 4, 5, 6]], "seed": -5},
        {"settings": {"minutes": 5}, "metrics": {"style_distance": "<script>"}, "steps": 10**30},
    ],
)
def test_a_record_from_a_stranger_is_read_with_care(
    trained: Filter, staff: User, staff_client: Client, training: dict[str, Any]
) -> None:
    assert trained.current is not None
    bundle = replace(read_bundle(exchange.export(trained.current)), training=training)
    back = exchange.bring_in(write_bundle(bundle), staff)
    run = TrainingRun.objects.get(filter=back)
    assert run.settings["footage"] == []
    assert staff_client.get(reverse("training-run", args=[run.pk])).status_code == 200


@pytest.mark.parametrize(
    "mix", [{"parts": 7}, {"parts": [{"name": "x", "share": 2}]}, {"parts": [{"name": 3}]}]
)
def test_parts_that_are_none_are_refused(trained: Filter, mix: dict[str, Any]) -> None:
    assert trained.current is not None
    bundle = read_bundle(exchange.export(trained.current))
    with pytest.raises(BundleRefused):
        write_bundle(replace(bundle, mix=mix))


class TestTakingAFilterAway:
    def test_its_owner_exports_it(self, trained: Filter, owner_client: Client) -> None:
        answer = owner_client.get(reverse("filter-bundle", args=[trained.slug]))
        assert answer["Content-Disposition"] == 'attachment; filename="quilt-v1.zip"'
        assert read_bundle(answer.content).name == "Quilt"
        assert "Export as one file" in owner_client.get(trained.get_absolute_url()).content.decode()

    def test_the_model_paints_what_the_filter_paints(self, trained: Filter, owner_client: Client) -> None:
        model = owner_client.get(reverse("filter-onnx", args=[trained.slug])).content
        frames = noise(75, 91)[None]
        (painted,) = onnxruntime.InferenceSession(model).run(None, {"frames": frames})
        assert trained.current is not None
        engine = make_engine(trained.current)
        apart = np.abs(painted.astype(int) - engine.apply(frames))
        assert apart.mean() < 0.25
        assert apart.max() <= 3  # here half precision may paint, which the model does not
        engine.close()

    def test_what_ships_is_for_all_who_are_signed_in(self, stranger_client: Client, visitor: Client) -> None:
        assert shipped_weights()
        shipped = make_styled("Shipped", 0, shipped=True)
        address = reverse("filter-bundle", args=[shipped.slug])
        assert stranger_client.get(address).status_code == 200
        assert reverse("login") in visitor.get(address)["Location"]

    def test_what_others_made_is_theirs(self, trained: Filter, stranger_client: Client) -> None:
        trained.publish()
        for name in ("filter-bundle", "filter-onnx"):
            assert stranger_client.get(reverse(name, args=[trained.slug])).status_code == 404
        assert "Export as one file" not in stranger_client.get(trained.get_absolute_url()).content.decode()

    def test_a_mix_leaves_only_with_all_of_its_parts(
        self, owner: User, owner_client: Client, staff_client: Client
    ) -> None:
        mine, theirs = make_styled("Mine", 0, owner=owner), make_styled("Theirs", 1)

        def mixed(name: str, *weights: tuple[Filter, float]) -> Filter:
            parts = [mixes.Part(one.current, weight) for one, weight in weights if one.current]
            return mixes.keep(parts, name, owner)

        nearly = mixed("Nearly theirs", (theirs, 1000), (mine, 0.000001))
        deep = mixed("Nearly that", (nearly, 1000), (mine, 1))

        def answers(one: Filter, client: Client = owner_client) -> set[int]:
            pages = [reverse(f"filter-{kind}", args=[one.slug]) for kind in ("bundle", "onnx")]
            calls = [f"/api/filters/{one.slug}/{kind}" for kind in ("bundle", "onnx")]
            return {client.get(address).status_code for address in (*pages, *calls)}

        assert answers(nearly) == answers(deep) == {404}
        assert answers(nearly, staff_client) == {200}
        Filter.objects.filter(pk=theirs.pk).update(shipped=True)
        assert answers(nearly) == answers(deep) == {200}
        removal.remove(theirs)
        assert answers(nearly) == answers(deep) == {404}

    def test_everywhere_it_is_said_that_its_files_are_gone(
        self, trained: Filter, owner_client: Client, staff_client: Client
    ) -> None:
        assert trained.current is not None
        trained.current.weights.storage.delete(str(trained.current.weights.name))
        page = owner_client.get(reverse("filter-onnx", args=[trained.slug]), follow=True)
        assert "Its files are gone." in page.content.decode()
        export = reverse("admin:filters_filter_export_file", args=[trained.pk])
        assert "Its files are gone." in staff_client.get(export, follow=True).content.decode()
        for kind in ("bundle", "onnx"):
            told = owner_client.get(f"/api/filters/{trained.slug}/{kind}")
            assert (told.status_code, told.json()["detail"]) == (409, "Its files are gone.")
