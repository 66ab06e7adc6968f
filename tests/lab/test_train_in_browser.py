"""A filter is learned through a real browser: dropped, cropped, watched, stopped, published. And two are mixed."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dramatiq
import numpy as np
import pytest
from django.contrib.auth.models import User
from dramatiq.brokers.stub import StubBroker
from PIL import Image
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from filters import mixes, training_diary
from filters.engines.base import EngineError
from filters.models import Filter, TrainingRun
from filters.signals import judgement_wanted
from filters.training.crop import crop_from
from filters.training.pictures import LEAST_STYLE_SIDE, ORIGINAL_SIDE, load_style_image
from tests.gallery.conftest import drop, page_of
from tests.styled import make_styled, shipped_weights
from videos.judging import ask

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]
PATIENCE = 420_000  # milliseconds: PyTorch starts, and the machine may be busy
NARROW, WIDE = (390, 844), (1440, 900)


@pytest.fixture
def carla(transactional_db: None) -> User:
    """Carla, a curator."""
    return User.objects.create_user("carla", password="carla's password", is_staff=True)


@pytest.fixture
def worker(queue: StubBroker, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A worker for trainings, in this process. What it trained is not measured: that takes minutes."""
    monkeypatch.setattr(training_diary, "ASK_EVERY", 0.1)
    judgement_wanted.disconnect(dispatch_uid="videos.judging")
    at_work = dramatiq.Worker(queue, queues={"training"}, worker_threads=1)
    at_work.start()
    yield
    at_work.stop()
    judgement_wanted.connect(ask, dispatch_uid="videos.judging")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Stripes on noise, 300 × 200."""
    generator = np.random.default_rng(1)
    stripes = (np.indices((200, 300)).sum(0) // 12 % 2 * 160)[..., None] + generator.integers(
        0, 80, (200, 300, 3)
    )
    Image.fromarray(stripes.astype(np.uint8)).save(tmp_path / "striped_quilt.png")
    return tmp_path / "striped_quilt.png"


def test_a_dropped_picture_is_cropped_learned_from_stopped_and_published(
    live_server: LiveServer, open_page: Open, carla: User, worker: None, picture: Path
) -> None:
    assert shipped_weights()
    page = page_of(live_server, open_page, carla, "/lab/train/")
    drop(page, picture, ".drop")
    piece = page.locator(".piece")
    expect(piece.locator("output")).to_have_text("300 × 200, all of it")
    expect(page.locator("[name=name]")).to_have_value("striped quilt")

    piece.locator(".cut").focus()
    for _ in range(5):
        page.keyboard.press("Shift+ArrowLeft")  # a tenth narrower
    expect(piece.locator("output")).to_have_text("270 × 200")
    page.keyboard.press("r")
    expect(piece.locator("output")).to_have_text("200 × 270")
    corner = piece.locator("[data-corner=se]").bounding_box()
    assert corner is not None
    page.mouse.move(corner["x"] + 15, corner["y"] + 15)
    page.mouse.down()
    page.mouse.move(corner["x"] - 45, corner["y"] - 45)
    page.mouse.up()
    left = re.fullmatch(r"(\d+) × (\d+)", piece.locator("output").text_content() or "")
    assert left is not None
    assert 64 <= int(left[1]) < 200

    piece.locator("[name=artist]").fill("Carla")
    page.get_by_role("button", name="Learn this style").click()
    page.wait_for_url("**/lab/runs/*/")
    expect(page.locator(".run-newest")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".learned-from img")).to_have_js_property("complete", True)
    size = page.locator(".learned-from img").evaluate("image => [image.naturalWidth, image.naturalHeight]")
    assert size == pytest.approx([int(left[1]), int(left[2])], abs=1)
    expect(page.locator(".curve").first).to_be_visible(timeout=PATIENCE)

    page.get_by_role("button", name="Stop and keep it").click()
    expect(page.get_by_role("button", name="Publish")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#run")).to_contain_text("until it was stopped after")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url("**/filters/striped-quilt/")
    expect(page.locator("h1")).to_have_text("striped quilt")
    run = TrainingRun.objects.get()
    assert run.previews
    assert Filter.objects.published().get(slug="striped-quilt").current == run.version
    expect(page.locator(".filter-origin")).to_contain_text("Carla")


def test_what_is_dropped_beside_the_box_is_taken_too(
    live_server: LiveServer, open_page: Open, carla: User, picture: Path
) -> None:
    folder = picture.parent / "scans"
    folder.mkdir()
    Image.new("RGB", (64, 64), (20, 0, 0)).save(folder / "plain.png")
    (folder / "notes.txt").write_text("two scans")
    page = page_of(live_server, open_page, carla, "/lab/train/")
    drop(page, picture, "h1")
    expect(page.locator(".piece h3")).to_have_text(["striped quilt"])
    drop(page, folder / "notes.txt", "h1")
    expect(page.locator(".toast")).to_have_text("notes.txt is not a picture that can be read.")
    drop(page, folder, "h1")
    expect(page.locator(".piece h3")).to_have_text(["striped quilt", "plain"])
    assert page.evaluate("document.getElementById('picture').files.length") == 2
    strength = page.locator("#style_weight")
    strength.fill("40")
    page.goto(live_server.url)
    page.go_back()
    expect(strength).to_have_value("40")
    expect(page.locator("output[for=style_weight]")).to_have_text("40")


def test_a_mix_follows_its_sliders_and_is_kept(live_server: LiveServer, open_page: Open, carla: User) -> None:
    make_styled("Night", 0)
    make_styled("Wave", 1)
    page = page_of(live_server, open_page, carla, "/lab/mix/")
    first = page.locator(".mix-part").first
    mixed = page.locator(".mix-stage .mixed")
    expect(mixed).to_have_js_property("complete", True)
    begun_with = mixed.get_attribute("src")
    first.locator(".slide").fill("1")
    expect(mixed).not_to_have_attribute("src", begun_with or "")
    expect(page.locator("#mix-says")).to_have_text(re.compile(r"painted in \d+\.\d\d s"))
    expect(first.locator("[data-percent]")).to_have_text("67 %")
    page.locator(".mix-frames label").nth(1).click()
    page.locator("[name=name]").fill("Mira's mix")
    page.get_by_role("button", name="Keep it as a draft").click()
    page.wait_for_url("**/filters/miras-mix/")
    expect(page.locator("#mixed-of")).to_be_visible()
    expect(page.locator("main")).to_contain_text("67 %")


def test_a_desk_that_was_busy_asks_again_and_keeps_the_name_through_another_choice(
    live_server: LiveServer, open_page: Open, carla: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    paint = mixes.paint

    def busy(*_: Any) -> None:
        monkeypatch.setattr(mixes, "paint", paint)
        raise EngineError("Too much is going on.")

    monkeypatch.setattr(mixes, "paint", busy)
    for number, name in enumerate(("Night", "Wave", "Xylem")):
        make_styled(name, number)
    page = page_of(live_server, open_page, carla, "/lab/mix/", failing="503")
    expect(page.locator("#mix-says")).to_have_text(re.compile(r"painted in \d+\.\d\d s"))
    page.locator("[name=name]").fill("Mira's mix")
    page.get_by_label("Add a filter").select_option("xylem")
    expect(page.locator(".mix-part")).to_have_count(3)
    expect(page.locator("[name=name]")).to_have_value("Mira's mix")


GOES = """(moments) => moments.map((moment) => {
  const press = new SubmitEvent('submit', { bubbles: true, cancelable: true });
  Object.defineProperty(press, 'timeStamp', { value: moment });
  return document.getElementById('keep').dispatchEvent(press);
})"""


def test_a_second_press_while_the_first_is_on_its_way_keeps_no_second_mix(
    live_server: LiveServer, open_page: Open, carla: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, keep = threading.Barrier(2), mixes.keep

    def slowly(*asked: Any) -> Filter:
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(3)  # seconds in which a second one would arrive
        return keep(*asked)

    monkeypatch.setattr(mixes, "keep", slowly)
    make_styled("Night", 0)
    make_styled("Wave", 1)
    page = page_of(live_server, open_page, carla, "/lab/mix/")
    page.locator("[name=name]").fill("Mira's mix")
    press = "() => document.querySelector('#keep button').click()"
    page.evaluate(f"for (const wait of [0, 1000]) setTimeout({press}, wait)")
    page.wait_for_url("**/filters/miras-mix/")
    page.go_back()
    page.locator("[name=name]").fill("Another")
    page.get_by_role("button", name="Keep it as a draft").click()
    page.wait_for_url("**/filters/another/")
    assert sorted(Filter.objects.filter(owner=carla).values_list("name", flat=True)) == [
        "Another",
        "Mira's mix",
    ]
    page.go_back()
    questions: list[str] = []
    page.on("dialog", lambda question: questions.append(question.message))
    page.once("dialog", lambda question: question.dismiss())
    assert page.evaluate(GOES, [0, 60_000]) == [True, False]
    page.once("dialog", lambda question: question.accept())
    assert page.evaluate(GOES, [120_000]) == [True]
    assert questions == ["This was sent, and the answer is still on its way. Send it once more?"] * 2


def test_what_the_server_would_refuse_is_refused_when_it_is_chosen(
    live_server: LiveServer, open_page: Open, carla: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("videos.views.training.MOST_BYTES", 60_000)
    make_styled("Night", 0)
    pictures = [tmp_path / f"{number}.png" for number in range(9)]
    for number, path in enumerate(pictures):
        Image.new("RGB", (64, 64), (20 * number, 0, 0)).save(path)
    heavy = tmp_path / "heavy.png"
    heavy.write_bytes(pictures[0].read_bytes() + bytes(60_000))
    pictures[0] = pictures[0].rename(tmp_path / f"{'gull_' * 49}.png")
    page = page_of(live_server, open_page, carla, "/lab/train/")
    page.set_input_files("#picture", [heavy, pictures[0]])
    expect(page.locator(".toast")).to_have_text("heavy.png is larger than 0.06 MB. Choose a smaller one.")
    expect(page.locator(".piece")).to_have_count(1)
    expect(page.locator("[name=name]")).to_have_value(("gull " * 24).strip())
    expect(page.locator(".piece [name=title]")).to_have_value(("gull " * 40).strip())
    page.set_input_files("#picture", pictures)
    expect(page.locator(".toast").last).to_contain_text("at most 8 pictures")
    expect(page.locator(".piece")).to_have_count(8)
    assert page.evaluate("document.getElementById('picture').files.length") == 8
    page.get_by_text("Or learn anew from pictures that are here").click()
    kept = page.locator("[name=kept]").first
    kept.press("Space")
    expect(kept).not_to_be_checked()
    page.locator(".piece [data-does=remove]").first.click()
    kept.press("Space")
    expect(kept).to_be_checked()
    expect(page.locator(".piece output")).to_have_text(["64 × 64, all of it"] * 7 + [re.compile("all of it")])


def test_the_smallest_part_of_a_large_picture_is_large_enough_as_it_is_kept(
    live_server: LiveServer, open_page: Open, carla: User, tmp_path: Path
) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (150, 6400, 3)).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "wide.png")
    page = page_of(live_server, open_page, carla, "/lab/train/")
    page.set_input_files("#picture", tmp_path / "wide.png")
    piece = page.locator(".piece")
    expect(piece.locator("output")).to_have_text("6400 × 150, all of it")
    piece.locator(".cut").focus()
    for _ in range(60):
        page.keyboard.press("Shift+ArrowLeft")
        page.keyboard.press("Shift+ArrowUp")
    expect(piece.locator("output")).to_have_text("100 × 100")
    crop = crop_from([float(one) for one in piece.locator("[name=crop]").input_value().split(",")])
    kept = load_style_image(tmp_path / "wide.png", ORIGINAL_SIDE)
    assert min(crop.of(kept).shape[:2]) >= LEAST_STYLE_SIDE


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_pages_fit_their_window(
    live_server: LiveServer, open_page: Open, carla: User, picture: Path, size: tuple[int, int]
) -> None:
    make_styled("Night", 0)
    make_styled("Wave", 1)
    page = page_of(live_server, open_page, carla, "/lab/train/", size=size)
    page.set_input_files("#picture", picture)
    expect(page.locator(".piece output")).to_be_visible()
    for path in ("", "/lab/mix/", "/filters/night/"):
        if path:
            page.goto(live_server.url + path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size[0], f"{path or '/lab/train/'} is {wide} wide in a window of {size[0]}"
