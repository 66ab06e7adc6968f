"""Filters from several pictures, each with its part and its origin, ordered through the page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from dramatiq.brokers.stub import StubBroker
from PIL import Image

from filters.models import Filter, StyleImage, TrainingRun
from filters.orders import Wish, cut_picture, pictures_of
from rotoscope.common.files import local_path
from tests.factories import make_video, make_video_row
from tests.lab.pictures import HANDLED, REFUSED, encoded, good, noise, upload
from videos.forms.training import MOST_FRAMES, frame_names_to_learn_on
from videos.models import Frame, Video
from videos.pipeline.separate import image_size

FACTS = {"luminance": 0, "contrast": 0, "colourfulness": 0, "sharpness": 0}


pytestmark = pytest.mark.usefixtures("trainable")


def wish(**also: Any) -> dict[str, Any]:
    usual = {"minutes": "5", "style_weight": "4", "content_weight": "1", "style_scale": "1", "seed": "7"}
    return {"name": "My Quilt", **usual, **also}


def ordered(client: Client, **also: Any) -> TrainingRun:
    answer = client.post(reverse("train"), wish(**also))
    assert answer.status_code == 302, answer.content.decode()
    return TrainingRun.objects.get()


def with_frames(owner: User, count: int, name: str, size: tuple[int, int] = (1280, 720)) -> Video:
    video = make_video_row(owner, title=name, width=size[0], height=size[1])
    Frame.objects.bulk_create(
        Frame(video=video, index=index, timestamp=index, image=f"frames/{name}-{index}.jpg", **FACTS)
        for index in range(count)
    )
    return video


def test_every_picture_keeps_its_words(owner_client: Client, queue: StubBroker) -> None:
    run = ordered(
        owner_client,
        picture=[good(1, "front_side.png"), good(2)],
        title=["", "The back"],
        artist=["Olga", "Her mother"],
        year=["1990", "1950"],
        origin=["the attic", "a trunk"],
        licence=["own work", "public domain"],
    )
    front, back = pictures_of(run)
    assert (front.title, front.artist, front.year, front.origin) == (
        "front side",
        "Olga",
        "1990",
        "the attic",
    )
    assert (back.title, back.year, back.licence) == ("The back", "1950", "public domain")
    assert run.filter is not None
    assert [use.share for use in run.filter.style_uses.all()] == [0.5, 0.5]


def test_the_part_that_was_chosen_is_learned_from_and_the_whole_is_kept(
    owner_client: Client, queue: StubBroker
) -> None:
    picture = noise(200, 300)
    run = ordered(
        owner_client, picture=upload(encoded(Image.fromarray(picture))), crop=["0.5,0.25,0.5,0.75,0"]
    )
    kept = run.style_image
    assert (kept.width, kept.height) == (300, 200)
    cut = cut_picture(kept, Wish.of(run).crop(0))
    stored = np.asarray(Image.open(local_path(kept.image)))
    assert np.array_equal(cut, stored[50:200, 150:300])
    shown = owner_client.get(reverse("training-run-picture", args=[run.pk, 0]))
    assert shown["Content-Type"] == "image/jpeg"


def test_a_turned_picture_is_cut_after_it_was_turned(owner_client: Client, queue: StubBroker) -> None:
    run = ordered(
        owner_client, picture=upload(encoded(Image.fromarray(noise(200, 300)))), crop=["0,0,1,0.5,90"]
    )
    stored = np.asarray(Image.open(local_path(run.style_image.image)))
    assert np.array_equal(cut_picture(run.style_image, Wish.of(run).crop(0)), np.rot90(stored, -1)[:150])


def test_a_picture_that_is_here_can_be_cut_anew_beside_a_new_one(
    owner_client: Client, queue: StubBroker
) -> None:
    first = ordered(owner_client, picture=good(1))
    TrainingRun.objects.all().delete()
    kept = first.style_image
    run = ordered(
        owner_client, picture=good(2), kept=[kept.pk], crop=[f"{kept.pk}:0,0,0.75,0.75,0", "0,0,1,1,180"]
    )
    assert pictures_of(run)[1] == kept
    assert [list(one) for one in Wish.of(run).crops] == [[0, 0, 1, 1, 180], [0, 0, 0.75, 0.75, 0]]
    assert StyleImage.objects.count() == 2


@pytest.mark.parametrize(
    "crop", ["0.9,0,0.5,1,0", "0,0,1,1,45", "0,0,1,1", "x,0,1,1,0", "nan,0,1,1,0", "-1,0,1,1,0"]
)
def test_a_part_outside_its_picture_is_refused(owner_client: Client, crop: str) -> None:
    answer = owner_client.post(reverse("train"), wish(picture=good(), crop=[crop]))
    assert answer.status_code == 422
    assert "left, top, width, height" in answer.content.decode()


def test_a_part_with_too_little_left_is_refused(owner_client: Client) -> None:
    answer = owner_client.post(reverse("train"), wish(picture=good(), crop=["0,0,0.3,0.3,0"]))
    assert "The chosen part has only 38 x 29 pixels" in answer.content.decode()


def test_a_part_of_one_flat_colour_is_refused(owner_client: Client) -> None:
    half = noise(200, 200)
    half[:, :100] = 90
    answer = owner_client.post(
        reverse("train"), wish(picture=upload(encoded(Image.fromarray(half))), crop=["0,0,0.5,1,0"])
    )
    assert "one flat colour" in answer.content.decode()


def test_of_several_the_one_that_is_of_no_use_is_named(owner_client: Client) -> None:
    flat = upload(encoded(Image.new("RGB", (200, 200), "teal")))
    answer = owner_client.post(reverse("train"), wish(picture=[good(), flat]))
    assert "Picture 2: This picture is one flat colour" in answer.content.decode()
    assert "Choose your pictures again" in answer.content.decode()
    assert not Filter.objects.exists()


def test_nine_pictures_are_too_many(owner_client: Client) -> None:
    answer = owner_client.post(reverse("train"), wish(picture=[good(seed) for seed in range(9)]))
    assert "at most 8 pictures" in answer.content.decode()


@pytest.mark.parametrize(("data", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_useless_and_hostile_pictures_are_refused_with_a_sentence(
    owner_client: Client, data: bytes, sentence: str
) -> None:
    answer = owner_client.post(reverse("train"), wish(picture=SimpleUploadedFile("x.png", data, "image/png")))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not TrainingRun.objects.exists()
    assert not StyleImage.objects.exists()


@pytest.mark.parametrize(("data", "size"), HANDLED.values(), ids=HANDLED.keys())
def test_unusual_pictures_are_brought_to_plain_ones(
    owner_client: Client, queue: StubBroker, data: bytes, size: tuple[int, int]
) -> None:
    run = ordered(owner_client, picture=upload(data))
    with Image.open(local_path(run.style_image.image)) as kept:
        assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", size)
        assert not kept.getexif()
    assert b"script" not in local_path(run.style_image.image).read_bytes()


def test_all_footage_of_ones_own_counts_evenly(
    owner: User, colleague: User, owner_client: Client, queue: StubBroker
) -> None:
    for video, count in (("short", 20), ("long", 400)):
        with_frames(owner, count, video)
    with_frames(colleague, 20, "foreign")
    images = ordered(owner_client, picture=good(), all_footage="on").settings["images"]
    assert sum("short" in name for name in images) == 20
    assert sum("long" in name for name in images) == 80
    assert not any("foreign" in name for name in images)
    assert images[:2] == ["frames/long-0.jpg", "frames/long-5.jpg"]
    assert images[78:81] == ["frames/long-390.jpg", "frames/long-395.jpg", "frames/short-0.jpg"]


def test_all_of_much_footage_is_asked_for_at_once(owner: User, django_assert_max_num_queries: Any) -> None:
    videos = [with_frames(owner, 2, f"clip-{number}") for number in range(MOST_FRAMES + 1)]
    separated_none = make_video_row(owner)
    with django_assert_max_num_queries(2):
        images = frame_names_to_learn_on([separated_none, *videos])
    assert images == tuple(f"frames/clip-{number}-0.jpg" for number in range(MOST_FRAMES))
    assert frame_names_to_learn_on(videos[:100])[:2] == ("frames/clip-0-0.jpg", "frames/clip-1-0.jpg")
    assert frame_names_to_learn_on([]) == ()


def test_several_chosen_clips(owner: User, owner_client: Client, queue: StubBroker) -> None:
    refs = [with_frames(owner, 2, name).ref for name in "ab"]
    with_frames(owner, 2, "c")
    images = ordered(owner_client, picture=good(), footage=refs).settings["images"]
    assert sorted(images) == [f"frames/{name}-{index}.jpg" for name in "ab" for index in range(2)]


# The second is an upright strip: at the 720 lines of separated images it is less than 160 pixels wide.
TOO_SMALL = {"tiny": (128, 72), "strip": (400, 2134)}


@pytest.mark.parametrize("size", TOO_SMALL.values(), ids=TOO_SMALL.keys())
def test_footage_that_is_too_small_is_refused_where_it_was_chosen(
    owner: User, owner_client: Client, queue: StubBroker, size: tuple[int, int]
) -> None:
    small = with_frames(owner, 2, "small", size)
    refs = [with_frames(owner, 2, "large").ref, small.ref]
    answer = owner_client.post(reverse("train"), wish(picture=good(), footage=refs))
    assert answer.status_code == 422
    width, height = image_size(small)
    sentence = f"Nothing can be learned on “small” ({width} × {height} pixels): at least 160"
    assert sentence in answer.content.decode()
    assert not TrainingRun.objects.exists()


def test_all_footage_is_refused_where_none_is_large_enough(
    owner: User, owner_client: Client, queue: StubBroker
) -> None:
    for name in "abcde":
        with_frames(owner, 1, name, (128, 72))
    answer = owner_client.post(reverse("train"), wish(picture=good(), all_footage="on"))
    assert answer.status_code == 422
    assert "and 2 more: at least 160 on each side are needed" in answer.content.decode()
    assert not TrainingRun.objects.exists()


def test_what_is_left_out_of_all_footage_is_told(
    owner: User, owner_client: Client, queue: StubBroker
) -> None:
    with_frames(owner, 3, "large")
    with_frames(owner, 3, "small", (128, 72))
    told = "Not to be learned on: “small” (128 × 72 pixels); at least 160 on each side are needed."
    assert told in owner_client.get(reverse("train")).content.decode()
    answer = owner_client.post(reverse("train"), wish(picture=good(), all_footage="on"), follow=True)
    assert "Not learned on: “small” (128 × 72 pixels)" in answer.content.decode()
    assert "3</span> frames of footage and drawn landscapes" in answer.content.decode()
    run = TrainingRun.objects.get()
    assert ["large" in name for name in run.settings["images"]] == [True] * 3
    run.learned_on = {"frames": 2, "landscapes": 48}  # one is gone
    run.save()
    page = owner_client.get(reverse("training-run", args=[run.pk])).content.decode()
    number = '<span class="mono">{}</span>'.format
    assert f"{number(2)} of {number(3)} frames of footage and {number(48)} drawn landscapes" in page


def test_who_has_no_footage_that_is_large_enough_is_not_asked_to_choose(
    owner: User, owner_client: Client
) -> None:
    with_frames(owner, 1, "small", (128, 72))
    page = owner_client.get(reverse("train")).content.decode()
    assert 'name="all_footage"' not in page
    assert "You have no footage that is large enough" in page


def test_separated_images_have_the_size_that_is_told(owner: User) -> None:
    video = make_video(owner, frames=3, width=96, height=64)
    with Image.open(local_path(video.frames.get().image)) as separated:
        assert separated.size == image_size(video) == (96, 64)
    Video.objects.filter(pk=video.pk).update(width=401, height=2134)
    video.refresh_from_db()
    assert image_size(video) == (136, 720)
