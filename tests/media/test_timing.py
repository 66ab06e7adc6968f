"""Frame numbers and times are exact, at every rate."""

import math
from fractions import Fraction

import numpy as np
import pytest

from videos.media import timing

NTSC = Fraction(30000, 1001)
FILM = Fraction(24000, 1001)


def held(count: int, rate: Fraction, images: int | None) -> list[int]:
    """For every frame the index of the painted one that is shown where nothing fades."""
    return [left for left, _, _ in timing.cross_faded(count, rate, images)]


@pytest.mark.parametrize("rate", [NTSC, FILM, Fraction(1, 3), Fraction(25, 2)])
def test_every_frame_begins_on_a_whole_tick(rate: Fraction) -> None:
    assert (timing.timescale(rate) / rate).denominator == 1
    assert timing.timescale(rate) >= 10_000


@pytest.mark.parametrize("count", [1, 2, 59, 60, 61, 239, 1000])
@pytest.mark.parametrize("rate", [NTSC, Fraction(24), Fraction(25, 2), Fraction(1)])
def test_segments_cover_every_frame_once(count: int, rate: Fraction) -> None:
    ranges = timing.segments(count, rate)
    assert [n for start, stop in ranges for n in range(start, stop)] == list(range(count))
    assert all(stop - start <= 3 * rate + 1 for start, stop in ranges)


def test_a_short_rest_joins_the_segment_before_it() -> None:
    assert timing.segments(100, Fraction(24)) == [(0, 48), (48, 100)]


def test_segments_begin_on_painted_images() -> None:
    images = set(timing.painted(900, NTSC, 1))
    assert all(start in images for start, _ in timing.segments(900, NTSC))


def test_one_image_a_second_is_held_until_the_next() -> None:
    assert timing.painted(10, Fraction(4), 1) == [0, 4, 8]
    assert held(10, Fraction(4), 1) == [0, 0, 0, 0, 4, 4, 4, 4, 8, 8]


def test_no_image_is_shown_before_its_time() -> None:
    for images in (1, 2, 5, 12):
        shown = held(500, FILM, images)
        assert all(source <= frame for frame, source in enumerate(shown))
        assert all(
            Fraction(frame - source) / FILM <= Fraction(1, images) + 1 / FILM
            for frame, source in enumerate(shown)
        )


def test_every_frame_is_painted_when_as_many_images_are_asked_for() -> None:
    assert held(7, Fraction(24), 24) == held(7, Fraction(24), None) == list(range(7))


def test_cross_fading_runs_evenly_and_ends_held() -> None:
    faded = timing.cross_faded(10, Fraction(4), 1)
    assert [weight for _, _, weight in faded[:5]] == [Fraction(n, 4) for n in (0, 1, 2, 3, 0)]
    assert faded[3][:2] == (0, 4)
    assert faded[9] == (8, 8, Fraction(0))


@pytest.mark.parametrize("rate", [FILM, Fraction(60), Fraction(25, 2), Fraction(1, 2), Fraction(240)])
@pytest.mark.parametrize("images", [None, 1, 7, 24, 500])
@pytest.mark.parametrize("count", [1, 2, 97])
def test_a_cross_fade_goes_from_each_painted_image_to_the_next(
    rate: Fraction, images: int | None, count: int
) -> None:
    painted = timing.painted(count, rate, images)
    following = dict(zip(painted, [*painted[1:], painted[-1]], strict=True))
    shown = [max(index for index in painted if index <= frame) for frame in range(count)]
    faded = timing.cross_faded(count, rate, images)
    assert [(left, right) for left, right, _ in faded] == [(left, following[left]) for left in shown]


def test_a_segment_of_a_clip_of_hours_is_planned_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Fraction] = []

    def ceil(value: Fraction) -> int:
        asked.append(value)
        return math.ceil(value)

    monkeypatch.setattr(timing, "ceil", ceil)
    timing.cross_faded(864_000, Fraction(60), 24, 500_000, 500_120)
    assert len(asked) <= 2 * 120


def test_a_part_of_a_cross_fade_is_that_part_of_the_whole() -> None:
    whole = timing.cross_faded(100, FILM, 3)
    assert timing.cross_faded(100, FILM, 3, 40, 61) == whole[40:61]


def ticks(times: list[Fraction], tick: Fraction) -> list[int]:
    """Times rounded to ticks, as a container does it."""
    return [round(time / tick) for time in times]


@pytest.mark.parametrize(
    "rate", [FILM, Fraction(24), Fraction(25), NTSC, Fraction(30), Fraction(60000, 1001)]
)
@pytest.mark.parametrize("tick", [Fraction(1, 1000), Fraction(1, 90_000)])
def test_it_tells_near_rates_apart_in_milliseconds(rate: Fraction, tick: Fraction) -> None:
    found, varies = timing.constant_rate(ticks([n / rate for n in range(240)], tick), tick)
    assert (found, varies) == (rate, False)


def test_jitter_of_a_phone_is_still_a_constant_rate() -> None:
    random = np.random.default_rng(1)
    times = [Fraction(n, 30) + Fraction(int(random.integers(-4000, 4000)), 1_000_000) for n in range(300)]
    assert timing.constant_rate(ticks(times, Fraction(1, 90_000)), Fraction(1, 90_000)) == (
        Fraction(30),
        False,
    )


def test_dropped_frames_make_it_vary_at_the_usual_rate() -> None:
    times = [Fraction(n, 30) for n in range(300) if n % 17 and n % 23 != 5]
    assert timing.constant_rate(ticks(times, Fraction(1, 90_000)), Fraction(1, 90_000)) == (
        Fraction(30),
        True,
    )


def test_an_unusual_constant_rate_is_kept() -> None:
    rate = Fraction(1875, 100)
    found, varies = timing.constant_rate(
        ticks([n / rate for n in range(200)], Fraction(1, 90_000)), Fraction(1, 90_000)
    )
    assert (found, varies) == (rate, False)


@pytest.mark.parametrize("missing", [{40}, {40, 41}, {10, 70}])
@pytest.mark.parametrize("rate", [Fraction(25), NTSC])
def test_frames_that_are_missing_are_noticed_where_a_tick_is_a_frame(
    rate: Fraction, missing: set[int]
) -> None:
    whole = range(90)
    assert timing.constant_rate(whole, 1 / rate, [rate]) == (rate, False)
    assert timing.constant_rate([n for n in whole if n not in missing], 1 / rate, [rate]) == (rate, True)


@pytest.mark.parametrize(
    ("rate", "hours"), [("25.0004", 1), ("29.9705", 1), ("30.0003", 4), ("23.9765", 2), ("30.0002", 4)]
)
def test_sound_stays_in_step_for_hours_at_a_rate_that_is_nearly_a_usual_one(rate: str, hours: int) -> None:
    true, tick = Fraction(rate), Fraction(1, 90_000)
    count = int(hours * 3600 * true)
    times = np.round(np.arange(count) / float(true / 90_000)).astype(np.int64)
    found, varies = timing.constant_rate(times, tick, [true])
    assert not varies
    assert abs(count / found - count / true) < 1 / true / 2
    assert timing.timescale(found) < 2**31


def test_a_coarse_tick_alone_is_no_varying_rate() -> None:
    ticks = [round(n * 100 / 60) for n in range(600)]
    assert timing.constant_rate(ticks, Fraction(1, 100), [Fraction(60)]) == (Fraction(60), False)
