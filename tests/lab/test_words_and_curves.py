"""Words for light, times and money, and the points of curves: plain functions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from django.contrib.auth.models import User

from filters import curves
from tests.factories import make_render_row, make_video_row
from videos import light
from videos.models import Frame
from videos.pipeline.prices import money
from videos.templatetags import lab


@pytest.mark.parametrize(
    ("colour", "name"),
    [("#ff0000", "red"), ("#6f8a3e", "green"), ("#3a6ea5", "blue"), ("#808080", "grey"), ("#050100", "grey")],
)
def test_colours_have_the_names_that_people_use(colour: str, name: str) -> None:
    assert light.hue_name(colour) == name


def test_the_main_hue_is_the_one_that_covers_most() -> None:
    assert light.main_hue([("#6f8a3e", 0.3), ("#3a6ea5", 0.2), ("#808080", 0.5)]) == "green"
    assert light.main_hue([("#6f8a3e", 0.1), ("#808080", 0.9)]) == "grey"
    assert light.main_hue([]) == ""


def test_a_frame_is_described_by_its_light() -> None:
    frame = Frame(luminance=0.7, contrast=0.3, palette=[["#6f8a3e", 1.0]])
    assert light.describe(frame) == "bright, hard shadows, green"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.2, "1 s"),
        (40, "40 s"),
        (110, "1 min 50 s"),
        (120, "2 min"),
        (1500, "25 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations_as_one_says_them(seconds: float | None, words: str) -> None:
    assert lab.lasting(seconds) == words


def test_timecodes_are_exact() -> None:
    assert lab.timecode(Fraction(1001, 24000)) == "00:00.041"
    assert lab.timecode(Decimal("3725.5")) == "1:02:05.500"


def test_money_shows_the_digits_that_matter() -> None:
    assert money(Decimal(0)) == "free"
    assert money(Decimal("2.4")) == "$2.40"
    assert money(Decimal("0.000500")) == "$0.0005"


def test_a_curve_falls_from_the_upper_left_to_the_lower_right() -> None:
    curve = curves.curve("style", [0, 1, 2], [1.0, 0.5, 0.0])
    points = [tuple(map(float, point.split(","))) for point in curve.raw.split()]
    assert points == [(0.0, 0.0), (curves.WIDTH / 2, curves.HEIGHT / 2), (curves.WIDTH, curves.HEIGHT)]


def test_a_long_training_is_thinned_and_keeps_its_last_step() -> None:
    losses = [[step, 1.0, 1.0, 1.0, 1.0, 1.0] for step in range(5000)]
    rows = curves.thinned(losses)
    assert len(rows) <= curves.POINTS + 1
    assert rows[-1][0] == 4999


def test_there_is_no_curve_before_the_second_step() -> None:
    assert curves.curves_of([]) == []
    assert curves.curves_of([[1, 1.0, 1.0, 1.0, 1.0, 1.0]]) == []


def test_a_row_has_a_curve_for_each_loss_that_is_shown() -> None:
    row = [1.0, 3.0, 0.9, 0.5, 0.1, 0.02, 0.4, 0.05, 0.3]
    drawn = curves.curves_of([row, [2.0, *row[1:]]])
    assert {one.name: one.last for one in drawn} == {
        "total": 3.0, "style": 0.5, "content": 0.9, "steadiness": 0.02, "tone": 0.4, "evenness": 0.05,
    }  # fmt: skip
    assert all(one.meaning for one in drawn)


def test_a_training_begun_before_tone_and_evenness_were_kept_shows_what_there_is() -> None:
    old = [[step, 3.0, 0.9, 0.5, 0.1, 0.02] for step in range(3)]
    new = [3, 3.0, 0.9, 0.5, 0.1, 0.02, 0.4, 0.05]
    assert [one.name for one in curves.curves_of(old)] == ["total", "style", "content", "steadiness"]
    drawn = {one.name: one.steps for one in curves.curves_of([*old, new, [4, *new[1:]]])}
    assert len(drawn) == 6
    assert set(drawn.values()) == {4}


@pytest.mark.parametrize(
    ("start", "stop", "words"),
    [(24, 72, "every frame · 90 lines · frames 24–71"), (7, 8, "every frame · 90 lines · frame 7")],
)
def test_a_range_is_told_as_the_players_count(owner: User, start: int, stop: int, words: str) -> None:
    render = make_render_row(make_video_row(owner, frame_count=100), start_frame=start, stop_frame=stop)
    assert lab.settings_in_words(render) == words
