"""The mixing desk: a still that follows the sliders, a draft that names all it came from."""

from __future__ import annotations

import io
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db.models import OuterRef, Subquery
from django.test import Client
from django.urls import reverse
from dramatiq.brokers.stub import StubBroker
from PIL import Image

from filters import bases, mixes
from filters.engines.mix import style_file
from filters.engines.weights import read_base, read_style
from filters.models import Filter, FilterVersion, MixPart
from filters.service import make_engine
from rotoscope.common.files import local_path
from tests.at_once import at_once, browser_of
from tests.clips import draw_clip
from tests.factories import make_filter, make_video_row
from tests.styled import BASE, make_styled
from videos.pipeline import mixed_stills


@pytest.fixture
def night(db: None) -> Filter:
    return make_styled("Night", 0, tags=["painting", "blue"])


@pytest.fixture
def wave(db: None) -> Filter:
    return make_styled("Wave", 1, tags=["print", "blue"])


def still(client: Client, *parts: str, **where: str) -> np.ndarray:
    answer = client.get(reverse("mix-still"), {"part": list(parts), "frame": "0", **where})
    assert answer.status_code == 200, answer.content.decode()
    return np.asarray(Image.open(io.BytesIO(answer.content))).astype(int)


def test_the_page_begins_with_the_filter_one_came_from(
    owner_client: Client, night: Filter, wave: Filter
) -> None:
    page = owner_client.get(reverse("mix"), {"with": "wave"}).content.decode()
    assert page.index('data-slug="night"') < page.index('data-slug="wave"')
    assert "part=wave%3A0.5" in page
    assert "50 %" in page


def test_a_filters_page_leads_to_it(owner_client: Client, night: Filter) -> None:
    assert f"{reverse('mix')}?with=night" in owner_client.get(night.get_absolute_url()).content.decode()


def test_every_filter_can_be_chosen_however_many_there_are(
    owner_client: Client, night: Filter, wave: Filter
) -> None:
    """“Mix it with others”, of somebody who has trained many whose names come before."""
    assert night.current is not None
    for number in range(100):
        alike = Filter.objects.create(slug=f"n-{number}", name=f"N {number:03}", state="published")
        FilterVersion.objects.create(filter=alike, number=1, kind="style", base=night.current.base)
    Filter.objects.filter(current=None).update(
        current=Subquery(FilterVersion.objects.filter(filter=OuterRef("pk")).values("pk"))
    )
    page = owner_client.get(reverse("mix"), {"with": "wave"}).content.decode()
    assert 'data-slug="wave"' in page
    assert all(f'<option value="n-{number}">' in page for number in range(1, 100))


def test_all_footage_can_be_chosen_to_look_at(
    owner: User, owner_client: Client, night: Filter, wave: Filter
) -> None:
    videos = [make_video_row(owner) for _ in range(30)]
    page = owner_client.get(reverse("mix"), {"video": videos[0].ref}).content.decode()
    assert f'<option value="{videos[0].ref}" selected>' in page
    assert all(f'<option value="{video.ref}"' in page for video in videos)


def test_staff_goes_on_looking_at_the_footage_of_another(
    owner: User, staff_client: Client, night: Filter, wave: Filter
) -> None:
    video = make_video_row(owner)
    page = staff_client.get(reverse("mix"), {"video": video.ref}).content.decode()
    assert f'<option value="{video.ref}" selected>' in page


@pytest.mark.parametrize("weight", ["inf", "1e308", "nan", "-1", "much"])
def test_a_weight_that_is_none_counts_nothing(
    owner_client: Client, night: Filter, wave: Filter, weight: str
) -> None:
    answer = owner_client.get(reverse("mix"), {"part": [f"night:{weight}", "wave:0.5"]})
    assert answer.status_code == 200
    assert "100 %" in answer.content.decode()


def test_with_fewer_than_two_it_says_what_to_do(owner_client: Client, night: Filter) -> None:
    make_filter("negative")  # a whole model has no numbers to mix
    assert "It takes two to mix" in owner_client.get(reverse("mix")).content.decode()


def test_a_still_lies_between_its_parts(owner_client: Client, night: Filter, wave: Filter) -> None:
    first = still(owner_client, "night:1", "wave:0")
    last = still(owner_client, "night:0", "wave:1")
    between = still(owner_client, "night:0.5", "wave:0.5")
    apart = np.abs(first - last).mean()
    assert np.abs(first - between).mean() < apart
    assert np.abs(last - between).mean() < apart
    assert apart > 5


def test_all_on_one_is_what_that_filter_paints(owner_client: Client, night: Filter, wave: Filter) -> None:
    assert night.current is not None
    original = mixed_stills.original_frame(None, 0)
    engine = make_engine(night.current)
    alone = engine.apply(original[None])[0].astype(int)
    engine.close()
    assert np.abs(still(owner_client, "night:1", "wave:0") - alone).mean() < 6  # the JPEG's own loss


def test_a_frame_of_ones_own_footage(
    owner: User,
    owner_client: Client,
    stranger_client: Client,
    night: Filter,
    wave: Filter,
    tmp_path: Path,
) -> None:
    video = make_video_row(owner, visibility="private")
    video.footage.save("clip.mp4", ContentFile(draw_clip(tmp_path / "clip.mp4").read_bytes()))
    assert still(owner_client, "night:1", "wave:1", video=video.ref, frame="3").shape == (90, 160, 3)
    asked = {"part": ["night:1", "wave:1"], "video": video.ref, "frame": "3"}
    assert stranger_client.get(reverse("mix-still"), asked).status_code == 404
    assert owner_client.get(reverse("mix-still"), asked | {"frame": "9999"}).status_code == 422


def on_page_and_over_the_api(client: Client, **asked: str) -> set[tuple[int, str]]:
    """What both answer, as status and sentence."""
    query = {"part": ["night:1", "wave:1"], **asked}
    page, api = client.get(reverse("mix-still"), query), client.get("/api/mixes/still", query)
    return {(page.status_code, page.content.decode()), (api.status_code, api.json()["detail"])}


@pytest.mark.parametrize("left", [b"", b"no film any more"])
def test_footage_whose_file_is_gone_or_damaged_says_so(
    owner: User, owner_client: Client, night: Filter, wave: Filter, left: bytes
) -> None:
    video = make_video_row(owner, footage="footage/lost.mp4")
    if left:
        video.footage.save("damaged.mp4", ContentFile(left))
    lost = "The file of this footage is gone or damaged. Please upload it again."
    assert on_page_and_over_the_api(owner_client, video=video.ref) == {(503, lost)}


def test_while_many_are_mixing_it_asks_to_come_back(
    owner_client: Client, night: Filter, wave: Filter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mixed_stills, "PATIENCE", 0.01)
    with mixed_stills._painting:
        busy = "Many are mixing just now; try again in a moment."
        assert on_page_and_over_the_api(owner_client) == {(503, busy)}


def test_only_a_few_wait_for_their_turn(owner_client: Client, night: Filter, wave: Filter) -> None:
    """Where four wait already the fifth hears so at once: it would keep one of the web server's threads."""
    query = {"part": ["night:1", "wave:1"]}
    with ExitStack() as taken:
        for _ in range(mixed_stills.PLACES):
            taken.enter_context(mixed_stills._places)
        for address in (reverse("mix-still"), "/api/mixes/still"):
            answer = owner_client.get(address, query)
            assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert owner_client.get(reverse("mix-still"), query).status_code == 200


@pytest.mark.parametrize(
    "parts",
    [
        ["night:x"],
        ["night:1", "night:1"],
        ["night:0", "wave:0"],
        ["night:1", "nobody:1"],
        ["night:1", "negative:1"],
        ["night:1000.5", "wave:1"],
    ],
)
def test_what_cannot_be_mixed_is_refused_with_a_sentence(
    owner_client: Client, night: Filter, wave: Filter, parts: list[str]
) -> None:
    make_filter("negative")
    answer = owner_client.get(reverse("mix-still"), {"part": parts})
    assert answer.status_code == 422
    assert answer.content.decode().endswith((".", "once."))


def test_of_more_than_eight_at_once_it_says_how_many_may_be(
    owner_client: Client, night: Filter, wave: Filter
) -> None:
    asked = {"part": [f"filter-{number}:1" for number in range(9)]}
    sentence = "A mix has at most 8 filters."
    assert owner_client.get(reverse("mix-still"), asked).content.decode() == sentence
    assert night.current is not None
    with pytest.raises(mixes.CannotMix, match=sentence):
        mixes.mixed_style([mixes.Part(night.current, 1)] * 9, "many")


def test_drafts_of_others_are_not_mixed(owner_client: Client, colleague: User, night: Filter) -> None:
    make_styled("Secret", 1, published=False, owner=colleague)
    assert owner_client.get(reverse("mix-still"), {"part": ["night:1", "secret:1"]}).status_code == 422
    assert "Secret" not in owner_client.get(reverse("mix")).content.decode()


def test_a_visitor_signs_in_first(visitor: Client, night: Filter) -> None:
    for name in ("mix", "mix-still"):
        assert reverse("login") in visitor.get(reverse(name))["Location"]


def test_a_kept_mix_is_a_draft_that_names_its_parts_and_pictures(
    owner: User, owner_client: Client, stranger_client: Client, night: Filter, wave: Filter
) -> None:
    answer = owner_client.post(reverse("mix"), {"name": "Night Wave", "part": ["night:3", "wave:1"]})
    made = Filter.objects.get(slug="night-wave")
    assert answer["Location"] == made.get_absolute_url()
    assert (made.owner, made.state, made.tags) == (owner, Filter.State.DRAFT, ["blue"])
    assert made.current is not None
    assert [(part.parent, part.share) for part in made.current.mix_parts.all()] == [
        (night.current, 0.75),
        (wave.current, 0.25),
    ]
    assert [(use.style_image.title, use.share) for use in made.pictures()] == [
        ("Picture of Night", 0.75),
        ("Picture of Wave", 0.25),
    ]
    page = owner_client.get(made.get_absolute_url()).content.decode()
    assert "Picture of Night" in page
    assert "Picture of Wave" in page
    assert "75 %" in page
    assert stranger_client.get(made.get_absolute_url()).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_mix_is_kept_while_the_queue_is_away(
    owner_client: Client, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_styled("Night", 0)
    make_styled("Wave", 1)

    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("the queue is away")

    monkeypatch.setattr(queue, "enqueue", refuse)
    answer = owner_client.post(reverse("mix"), {"name": "Night Wave", "part": ["night:3", "wave:1"]})
    assert answer.status_code == 302
    assert Filter.objects.filter(name="Night Wave").count() == 1


def test_it_renders_like_any_other_and_is_what_the_still_showed(
    owner: User, owner_client: Client, night: Filter, wave: Filter
) -> None:
    assert night.current and wave.current
    parts = [mixes.Part(night.current, 0.6), mixes.Part(wave.current, 0.4)]
    made = mixes.keep(parts, "Both", owner)
    assert made.current is not None
    original = mixed_stills.original_frame(None, 1)
    engine = make_engine(made.current)
    assert np.array_equal(engine.apply(original[None])[0], mixes.paint(parts, original))
    engine.close()


def test_a_mix_of_mixes_goes_back_to_all_pictures(owner: User, night: Filter, wave: Filter) -> None:
    third = make_styled("Third", 2)
    assert night.current and wave.current and third.current
    first = mixes.keep([mixes.Part(night.current, 1), mixes.Part(wave.current, 1)], "First", owner)
    assert first.current is not None
    second = mixes.keep([mixes.Part(first.current, 1), mixes.Part(night.current, 1)], "Second", owner)
    assert [(use.style_image.title, use.share) for use in second.pictures()] == [
        ("Picture of Night", 0.75),
        ("Picture of Wave", 0.25),
    ]


def test_live_twins_are_mixed_alike(owner: User, night: Filter, wave: Filter) -> None:
    for one in (night, wave):
        assert one.current is not None
        twin = FilterVersion.objects.create(
            filter=one, number=2, kind="style", base=BASE, weights=one.current.weights, sha256=one.slug * 8
        )
        one.adopt(one.current, live=twin)
    assert night.current and wave.current
    made = mixes.keep([mixes.Part(night.current, 3), mixes.Part(wave.current, 1)], "Both", owner)
    assert made.current is not None
    assert made.live is not None
    assert made.live != made.current
    assert [(part.parent, part.share) for part in made.live.mix_parts.all()] == [
        (night.live, 0.75),
        (wave.live, 0.25),
    ]


@pytest.mark.parametrize("first", [0, 1])
def test_a_mix_whose_twins_belong_to_different_bases_is_kept_without_one(
    owner: User, night: Filter, wave: Filter, first: int
) -> None:
    """The base of one bears the same name, but ships no longer."""
    for one, base in ((night, ""), (wave, "ab" * 32)):
        assert one.current is not None
        style = read_style(local_path(one.current.weights).read_bytes(), read_base(bases.shipped(BASE)))
        data = style_file(replace(style, base_sha256=base or style.base_sha256))
        twin = FilterVersion.objects.create(
            filter=one, number=2, kind="style", base=BASE, weights=ContentFile(data, "twin.safetensors")
        )
        one.adopt(one.current, live=twin)
    assert night.current and wave.current
    parts = [mixes.Part(night.current, 1), mixes.Part(wave.current, 1)]
    made = mixes.keep([parts[first], parts[1 - first]], "Both", owner)
    assert made.current is not None
    assert made.live is None
    assert made.versions.count() == 1


def test_a_mix_outlives_its_parts(owner: User, night: Filter, wave: Filter) -> None:
    assert night.current and wave.current
    made = mixes.keep([mixes.Part(night.current, 1), mixes.Part(wave.current, 1)], "Both", owner)
    wave.delete()
    part = MixPart.objects.get(version=made.current, parent=None)
    assert (part.parent_name, len(part.parent_sha256)) == ("Wave", 64)
    assert len(made.pictures()) == 2


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"name": "Alone", "part": ["night:1", "wave:0"]}, "at least two filters"),
        ({"name": "!!!", "part": ["night:1", "wave:1"]}, "at least one letter or digit"),
    ],
)
def test_what_is_no_mix_is_not_kept(
    owner_client: Client, night: Filter, wave: Filter, wish: dict[str, object], sentence: str
) -> None:
    answer = owner_client.post(reverse("mix"), wish)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Filter.objects.count() == 2


def test_without_script_the_sliders_are_a_form(owner_client: Client, night: Filter, wave: Filter) -> None:
    asked = {"with": ["night", "wave", ""], "weight-night": "0.3", "weight-wave": "0.9", "frame": "1"}
    page = owner_client.get(reverse("mix"), asked).content.decode()
    assert 'value="night:0.3"' in page
    assert "part=wave%3A0.9" in page
    assert "75 %" in page


@pytest.mark.slow
def test_a_still_of_540_lines_takes_about_a_second(night: Filter, wave: Filter) -> None:
    assert night.current and wave.current
    frame = cv2.resize(mixed_stills.original_frame(None, 0), (960, 540)).astype(np.uint8)
    parts = [mixes.Part(night.current, 0.6), mixes.Part(wave.current, 0.4)]
    mixes.paint(parts, frame)
    begun = time.process_time()
    mixes.paint(parts, frame)
    took = time.process_time() - begun  # of the processor: the machine may be busy with other things
    sys.stdout.write(f"{took:.2f} s of processor for a still of 540 lines\n")
    assert took < 2.5


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_make_two_drafts(owner: User, night: Filter, wave: Filter) -> None:
    browsers = [browser_of(owner) for _ in range(2)]
    wish = {"name": "Both", "part": ["night:1", "wave:1"]}
    answers = at_once(*(partial(browser.post, reverse("mix"), wish) for browser in browsers))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert {one.slug for one in Filter.objects.filter(name="Both")} == {"both", "both-2"}
