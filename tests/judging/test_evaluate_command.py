"""`manage.py evaluate`: measures, keeps, prints, and says plainly what it cannot do."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import CommandError
from PIL import Image

import filters
from filters import judgements
from filters.engines.base import EngineError
from filters.models import Filter, FilterVersion, Judgement, StyleImage
from filters.training.course import camera_path
from tests.clips import Picture, draw_clip
from tests.factories import make_filter
from videos.evaluation import NO_PYTORCH, Evaluator, NotMeasurable
from videos.media import standing_flight

torch = pytest.importorskip("torch")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A slow flight over a ground."""
    noise = np.random.default_rng(3).integers(0, 255, (18, 40, 3)).astype(np.uint8)
    ground = np.asarray(Image.fromarray(noise).resize((160, 72), Image.Resampling.BICUBIC))

    def seen(number: int, width: int, height: int) -> Picture:
        return ground[:height, 2 * number : 2 * number + width]

    return draw_clip(tmp_path / "clip.mp4", frames=6, width=128, height=72, picture=seen)


@pytest.fixture(autouse=True)
def small_stills(monkeypatch: pytest.MonkeyPatch) -> None:
    """Distances at 72 lines instead of 720: a hundredth of the time."""
    from filters.training import metrics

    monkeypatch.setattr(metrics.at_lines, "__defaults__", (72,))


@pytest.fixture
def few_standing_frames(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The real ones, but only two of them."""
    from videos.media import standing_frames

    monkeypatch.setattr(
        standing_frames.standing_frames,
        "__defaults__",
        ((standing_frames.PLACES[1], standing_frames.PLACES[19]),),
    )
    yield


def styled(slug: str = "negative", **fields: Any) -> Filter:
    """A filter with a style image."""
    data = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 255, (96, 96, 3)).astype(np.uint8)
    Image.fromarray(noise).save(data, "PNG")
    image = StyleImage(sha256=slug.ljust(64, "0"), width=96, height=96, title=slug)
    image.image.save(f"{slug}.png", ContentFile(data.getvalue()), save=True)
    return make_filter(slug, style_image=image, **fields)


def measured(*words: str) -> str:
    out = io.StringIO()
    call_command("evaluate", *words, stdout=out)
    return out.getvalue()


@pytest.mark.slow
def test_it_measures_keeps_and_tells_in_json(db: None, clip: Path, few_standing_frames: None) -> None:
    one = styled(published=False)
    told = json.loads(measured("--filter", one.slug, "--footage", str(clip), "--frames", "4", "--json"))
    assert told["filter"] == one.slug
    assert told["measured_on"] == "clip.mp4, 4 frames of 128 × 72"
    for name in ("style_distance", "content_distance", "temporal_error", "milliseconds_per_frame"):
        assert told[name] > 0, name
    assert told["temporal_error_smoothed"] <= told["temporal_error"] * 1.05
    # A negative moves just as its footage does.
    assert told["temporal_error"] == pytest.approx(told["footage_temporal_error"], rel=0.02)
    one.refresh_from_db()
    assert one.current is not None
    assert one.current.metrics["style_distance"] == told["style_distance"]
    judged = Judgement.objects.get(version=one.current)
    assert [row["name"] for row in judged.profile] == ["coast-noon", "city-day"]
    assert judged.profile[0]["measured"]["tone"] < -0.5
    assert len(judged.signature) == 3 * 96


@pytest.mark.slow
def test_it_keeps_nothing_where_it_shall_not(db: None, clip: Path) -> None:
    one = styled()
    words = ("--filter", one.slug, "--footage", str(clip), "--frames", "2", "--no-profile")
    assert "style distance" in measured(*words, "--no-store")
    one.refresh_from_db()
    assert one.current is not None and one.current.metrics == {}
    measured(*words)
    one.refresh_from_db()
    assert one.current is not None and "style_distance" in one.current.metrics
    assert not Judgement.objects.exists()


@pytest.mark.slow
def test_a_live_twin_is_measured_with_it_unless_it_is_left_out(db: None, clip: Path) -> None:
    one = styled()
    assert one.current is not None
    twin = FilterVersion.objects.create(
        filter=one, number=2, kind=one.current.kind, weights=one.current.weights.name
    )
    Filter.objects.filter(pk=one.pk).update(live=twin)
    words = ("--filter", one.slug, "--footage", str(clip), "--frames", "2", "--no-profile")
    assert "live" not in measured(*words, "--no-live")
    twin.refresh_from_db()
    assert twin.metrics == {}
    assert f"{one.slug}, live: style distance" in measured(*words)
    twin.refresh_from_db()
    assert twin.metrics["temporal_error"] > 0


def refusal(*words: str) -> tuple[str, int]:
    with pytest.raises(CommandError) as refused:
        measured(*words)
    return str(refused.value), refused.value.returncode


def test_it_says_what_was_wrong_with_what_it_was_given(db: None, tmp_path: Path) -> None:
    styled()
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    assert refusal("--filter", "nobody") == ("There is no filter “nobody” that has something to run.", 2)
    assert refusal("--filter", "negative", "--footage", "gone.mp4") == ("There is no file gone.mp4.", 2)
    sentence, code = refusal("--filter", "negative", "--footage", str(broken), "--no-profile")
    assert (sentence, code) == (
        "This cannot be measured on: broken.mp4 is no footage that can be read (MP4, MOV, MKV, WebM or AVI)", 2,
    )  # fmt: skip
    sentence, code = refusal("--filter", "negative", "--frames", "1", "--no-profile")
    assert "2 to 144 frames" in sentence and code == 2


@pytest.mark.parametrize(
    "written",
    ["not JSON", "[]", "{}", '{"output_to_photo": [[1, 0, 0]]}', '{"output_to_photo": 7}', "\udcff"],
)
def test_a_file_that_is_no_camera_path_is_told_to_be_none(
    db: None, clip: Path, tmp_path: Path, written: str
) -> None:
    styled()
    path = tmp_path / "path.json"
    path.write_bytes(written.encode(errors="surrogateescape"))
    words = ("--filter", "negative", "--footage", str(clip), "--camera-path", str(path), "--no-profile")
    sentence, code = refusal(*words)
    assert "path.json is no camera path: JSON whose “output_to_photo” is a list" in sentence
    assert code == 2


def test_a_camera_path_of_frames_of_another_size_is_refused_with_both(
    db: None, clip: Path, tmp_path: Path
) -> None:
    styled()
    path = tmp_path / "path.json"
    flight = {"width": 3840, "height": 2160, "output_to_photo": [np.eye(3).tolist()] * 6}
    path.write_text(json.dumps(flight))
    words = ("--filter", "negative", "--footage", str(clip), "--camera-path", str(path), "--no-profile")
    sentence = "path.json is the camera path of frames of 3840 x 2160 pixels, "
    told, code = refusal(*words)
    assert sentence + "and those that are measured have 128 x 72" in told
    assert code == 2
    frame = np.zeros((72, 128, 3), np.uint8)
    for size in ({"width": 128, "height": 72}, {}):
        path.write_text(json.dumps({"output_to_photo": flight["output_to_photo"], **size}))
        assert len(camera_path(path, frame)) == 6


@pytest.mark.parametrize(("problem", "wanted"), [(NotMeasurable, 2), (EngineError, 1)])
def test_a_filter_that_is_of_no_use_is_told_from_one_that_fails(
    db: None, clip: Path, monkeypatch: pytest.MonkeyPatch, problem: type[Exception], wanted: int
) -> None:
    styled()

    def fails(*_: object) -> None:
        raise problem("It did not paint.")

    monkeypatch.setattr(Evaluator, "evaluate", fails)
    words = ("--footage", str(clip), "--frames", "2", "--no-profile")
    assert refusal("--filter", "negative", *words) == ("It did not paint.", wanted)
    assert refusal("--all", *words) == ("It did not paint.", 1)


@pytest.mark.slow
def test_all_goes_on_after_one_that_cannot_be_measured(db: None, clip: Path) -> None:
    gone, good = styled("a-gone"), styled("b-good")
    assert gone.style_image is not None
    gone.style_image.image.delete(save=False)
    StyleImage.objects.filter(pk=gone.style_image.pk).update(image="styles/gone.png")
    sentence, code = refusal("--all", "--footage", str(clip), "--frames", "2", "--no-profile")
    assert "a-gone" in sentence and code == 1
    good.refresh_from_db()
    assert good.current is not None and "style_distance" in good.current.metrics


def test_without_pytorch_it_says_what_to_install(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    styled()
    monkeypatch.setattr(filters, "training", sys.modules["filters.training"])  # so that it is put back too
    for name in [name for name in sys.modules if name.startswith("filters.training")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert refusal("--filter", "negative", "--no-profile") == (NO_PYTORCH, 1)


FLIGHT = "sample flight, 60 frames of 1280 × 720"


def test_figures_on_the_sample_flight_stand_beside_those_on_other_footage(db: None, tmp_path: Path) -> None:
    assert standing_flight.NAME == judgements.SAMPLE_FLIGHT
    one = make_filter("ours", shipped=True)
    version = one.current
    assert version is not None
    one.versions.update(sha256="e" * 64)
    version.refresh_from_db()
    judgements.keep(version, judgements.Found({"style_distance": 0.4}, "a clip", [], []))
    on_flight = judgements.Found({"style_distance": 0.3, "milliseconds_per_frame": 99.0}, FLIGHT, [], [])
    judgements.keep(version, on_flight)
    assert (version.metrics["style_distance"], version.metrics["measured_on"]) == (0.4, "a clip")
    assert version.metrics["timed_here"]["milliseconds"] == 99
    assert judgements.on_sample(version.metrics)["style_distance"] == 0.3
    kept = tmp_path / "judgements.json"
    assert judgements.ship(kept) == 1
    shipped = json.loads(kept.read_text())["e" * 64]
    assert shipped["metrics"] == {"style_distance": 0.4, "measured_on": "a clip"}
    assert shipped["sample"] == {"style_distance": 0.3, "measured_on": FLIGHT}, "without this machine's time"
    for before in (
        {},
        {"style_distance": 0.4, "measured_on": "a clip"},
    ):  # the second had it from an older release
        version.metrics = before
        version.save()
        assert judgements.bring(version, kept)
        assert not judgements.bring(version, kept)
        version.refresh_from_db()
        assert version.metrics == {**shipped["metrics"], "sample": shipped["sample"]}

    own = make_filter("own").current
    assert own is not None
    judgements.keep(own, on_flight)
    judgements.keep(own, judgements.Found({"style_distance": 0.5}, "a clip", [], []))
    assert own.metrics["style_distance"] == 0.5
    assert judgements.on_sample(own.metrics)["style_distance"] == 0.3
    judgements.keep(own, judgements.Found({"style_distance": 0.2}, FLIGHT, [], []))
    assert own.metrics["style_distance"] == 0.2, "what was measured last is what its page shows"


def test_what_another_process_kept_meanwhile_stays(db: None) -> None:
    version = make_filter("ours").current
    assert version is not None
    read_before = FilterVersion.objects.get(pk=version.pk)
    judgements.keep(version, judgements.Found({"style_distance": 0.4, "lattice": 0.1}, "a clip", [], []))
    judgements.keep(read_before, judgements.Found({"style_distance": 0.3}, FLIGHT, [], []))
    version.refresh_from_db()
    assert read_before.metrics == version.metrics
    assert version.metrics["lattice"] == 0.1
    assert judgements.on_sample(version.metrics)["style_distance"] == 0.3


def test_several_processes_measure_what_is_missing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    every = [styled(slug) for slug in ("a", "b", "c", "d")]
    done: list[str] = []

    def evaluate(_: Evaluator, one: Filter) -> judgements.Found:
        done.append(one.slug)
        return judgements.Found({"style_distance": 0.3}, FLIGHT, [], [])

    monkeypatch.setattr(Evaluator, "__init__", lambda *_, **__: None)
    monkeypatch.setattr(Evaluator, "evaluate", evaluate)
    words = ("--all", "--no-profile", "--only-missing")
    measured(*words, "--part", "1/2")
    assert done == ["a", "c"]
    measured(*words, "--part", "2/2")
    assert done == ["a", "c", "b", "d"]
    assert "all was measured before" in measured(*words)
    assert json.loads(measured(*words, "--json")) == []
    assert len(done) == 4
    FilterVersion.objects.filter(filter=every[1]).update(metrics={})
    measured(*words)
    assert done[4:] == ["b"]
    with pytest.raises(CommandError, match="a part is one such as 1/2"):
        measured("--all", "--part", "3/2")


def test_what_was_found_ships_with_the_weights(db: None, tmp_path: Path) -> None:
    one = make_filter("ours", shipped=True)
    assert one.current is not None
    Filter.objects.get(pk=one.pk).versions.update(sha256="f" * 64)
    one.current.refresh_from_db()
    found = judgements.Found({"style_distance": 0.2}, "a clip", [{"name": "sea"}], [0.5])
    judgements.keep(one.current, found)
    kept = tmp_path / "judgements.json"
    assert judgements.ship(kept) == 1
    Judgement.objects.all().delete()
    one.versions.update(metrics={})
    one.current.refresh_from_db()
    assert judgements.bring(one.current, kept)
    assert not judgements.bring(one.current, kept)
    one.current.refresh_from_db()
    assert one.current.metrics == {"style_distance": 0.2, "measured_on": "a clip"}
    assert one.current.judgement.signature == [0.5]
    judgements.keep(one.current, judgements.Found({"style_distance": 0.9}, "a clip", [], []))
    assert judgements.bring(one.current, kept, afresh=True)  # its style image is another one now
    one.current.refresh_from_db()
    assert one.current.metrics["style_distance"] == 0.2
