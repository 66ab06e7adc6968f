"""`manage.py check_suggestions`: how well suggestions do, told to people and to scripts."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from filters.models import Filter, StyleImage
from tests.judging.drawn import judged_filter


@pytest.fixture
def three_judged(db: None) -> None:
    """As few filters as can be compared."""
    for number in range(3):
        image = StyleImage.objects.create(sha256=str(number) * 64, width=9, height=9)
        one = judged_filter(f"Filter {number}", night={"edges": 0.3 * number}, sea={"edges": 0.3 * number})
        Filter.objects.filter(pk=one.pk).update(style_image=image)


def test_the_check_by_standing_frames_needs_no_footage(three_judged: None) -> None:
    told = io.StringIO()
    call_command("check_suggestions", stdout=told)
    assert "3 filters on 3 standing frames, each told from the others" in told.getvalue()
    assert "suitability" in told.getvalue()
    assert "The 4 that would be suggested" in told.getvalue()


def test_the_check_gives_a_script_json_that_can_be_read(three_judged: None) -> None:
    """What was compared of nothing is null: NaN is no JSON."""
    told = io.StringIO()
    call_command("check_suggestions", "--json", stdout=told)
    assert "NaN" not in told.getvalue()
    assert json.loads(told.getvalue())["measures"]["suitability"]["seen"] is None
    assert json.loads(told.getvalue())["worth"]["seen"] is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--frames", "0"), "--frames must be at least 1"),
        (("--lines", "0"), "--lines from 64 to 4320"),
        (("nowhere.mp4",), "There is no file nowhere.mp4."),
    ],
)
def test_what_nothing_can_be_measured_on_is_refused(words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("check_suggestions", *words)
    assert refused.value.returncode == 2


def test_a_filter_whose_picture_is_gone_is_told_in_a_sentence(three_judged: None, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    Image.new("RGB", (160, 120), "teal").save(photo)
    with pytest.raises(CommandError, match=r"The style image of .* cannot be read") as refused:
        call_command("check_suggestions", str(photo), "--lines", "64")
    assert refused.value.returncode == 1
