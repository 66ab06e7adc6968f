"""The proxy of a film: every frame of it in its place, small, and the same sound."""

from fractions import Fraction
from pathlib import Path

import av
import pytest

from tests.clips import decoded, draw_clip, number_of
from tests.media.clips import HEIGHT, WIDTH, click, click_in, numbered, simple_clip
from videos.media.checks import check_video
from videos.media.encode import SegmentWriter
from videos.media.errors import EncodeError, Stopped
from videos.media.footage import make_footage
from videos.media.probe import probe
from videos.media.proxy import make_proxy, proxy_size, sharp_up_to
from videos.media.rebuild import rebuild


def footage_of(folder: Path, rate: Fraction, frames: int) -> Path:
    source = draw_clip(folder / "source.mp4", rate=rate, frames=frames, width=640, height=480, audio=True)
    make_footage(source, folder / "footage.mp4", probe(source))
    return folder / "footage.mp4"


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((1280, 720), (640, 360)),
        ((720, 1280), (360, 640)),
        ((3840, 1608), (860, 360)),
        ((640, 431), None),
        ((640, 432), (534, 360)),
    ],
)
def test_the_short_side_has_360_pixels_where_that_is_worth_it(
    size: tuple[int, int], small: tuple[int, int] | None
) -> None:
    assert proxy_size(*size) == small


@pytest.mark.parametrize(
    ("size", "widest"), [((1280, 720), 441), ((720, 1280), 248), ((3840, 1608), 593), ((640, 431), 0)]
)
def test_it_is_sharp_across_the_widest_phones(size: tuple[int, int], widest: int) -> None:
    assert sharp_up_to(*size) == widest


@pytest.mark.parametrize("rate", ["24000/1001", "30", "25/2", "60000/1001"])
def test_every_frame_is_there_at_its_exact_time(tmp_path: Path, rate: str) -> None:
    beat, target = Fraction(rate), tmp_path / "proxy.mp4"
    make_proxy(footage_of(tmp_path, beat, frames=67), target, (480, 360), rate=beat, frame_count=67)
    assert check_video(target, beat, 67) is None
    pictures = decoded(target)
    assert pictures[0].shape == (360, 480, 3)
    assert [number_of(picture) for picture in pictures] == list(range(67))


def test_colours_stay(tmp_path: Path) -> None:
    source = footage_of(tmp_path, Fraction(24), frames=5)
    make_proxy(source, tmp_path / "proxy.mp4", (320, 240), rate=Fraction(24), frame_count=5)
    whole, small = decoded(source)[2].astype(int), decoded(tmp_path / "proxy.mp4")[2].astype(int)
    difference = whole.reshape(240, 2, 320, 2, 3).mean((1, 3)) - small
    assert abs(difference[90:]).mean() < 2, "below the numbers, where nothing has an edge"


def test_sound_begins_where_that_of_the_film_does(tmp_path: Path) -> None:
    """That of a render from the middle of its footage begins before its first picture, unheard."""
    rate = Fraction(25)
    clip = simple_clip(tmp_path / "source.mp4", 150, rate, sound=click(6.0, 3.5))
    make_footage(clip, tmp_path / "footage.mp4", probe(clip))
    with SegmentWriter(tmp_path / "a.ts", WIDTH, HEIGHT, rate) as writer:
        for index in range(50, 150):
            writer.write(numbered(index))
    film, proxy = tmp_path / "film.mp4", tmp_path / "proxy.mp4"
    rebuild(
        [tmp_path / "a.ts"],
        audio_from=tmp_path / "footage.mp4",
        rate=rate,
        frame_count=100,
        target=film,
        start=Fraction(2),
    )
    make_proxy(film, proxy, (80, 48), rate=rate, frame_count=100)
    assert click_in(film) == pytest.approx(1.5, abs=0.03)
    assert click_in(proxy) == pytest.approx(click_in(film), abs=0.001)


def test_silent_films_stay_silent(tmp_path: Path) -> None:
    draw_clip(tmp_path / "film.mp4", frames=12)
    make_proxy(tmp_path / "film.mp4", tmp_path / "proxy.mp4", (80, 46), rate=Fraction(24), frame_count=12)
    with av.open(str(tmp_path / "proxy.mp4")) as container:
        assert not container.streams.audio


def test_what_lacks_frames_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    draw_clip(tmp_path / "film.mp4", frames=12)
    with pytest.raises(EncodeError, match="12 frames instead of 13"):
        make_proxy(tmp_path / "film.mp4", tmp_path / "proxy.mp4", (80, 46), rate=Fraction(24), frame_count=13)
    (tmp_path / "film.mp4").write_bytes(b"no film")
    with pytest.raises(EncodeError):
        make_proxy(tmp_path / "film.mp4", tmp_path / "proxy.mp4", (80, 46), rate=Fraction(24), frame_count=13)
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_it_stops_when_it_is_not_wanted_any_more(tmp_path: Path) -> None:
    draw_clip(tmp_path / "film.mp4", frames=12)
    with pytest.raises(Stopped):
        make_proxy(
            tmp_path / "film.mp4",
            tmp_path / "proxy.mp4",
            (80, 46),
            rate=Fraction(24),
            frame_count=12,
            should_stop=lambda: True,
        )
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
