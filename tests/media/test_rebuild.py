"""Segments join to exactly the frames that went into them, with the sound of the same span."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.media.clips import (
    HEIGHT,
    WIDTH,
    click,
    click_in,
    number_of,
    numbered,
    numbers_of,
    picture,
    seconds_of,
    simple_clip,
    sound_of,
)
from videos.media import timing
from videos.media.encode import SegmentWriter
from videos.media.errors import EncodeError, RebuildError
from videos.media.footage import make_footage
from videos.media.preview import make_preview
from videos.media.probe import probe
from videos.media.rebuild import rebuild


def write(folder: Path, count: int, rate: Fraction, seconds: int = 2) -> list[Path]:
    """Numbered pictures in segments."""
    paths = []
    for start, stop in timing.segments(count, rate, seconds):
        path = folder / f"{start:04d}.ts"
        with SegmentWriter(path, WIDTH, HEIGHT, rate) as writer:
            for index in range(start, stop):
                writer.write(numbered(index))
        paths.append(path)
    return paths


def sounding(folder: Path, rate: Fraction, count: int, at: float) -> Path:
    """Footage with a click."""
    clip = simple_clip(folder / "source.mp4", count, rate, sound=click(count / float(rate), at))
    make_footage(clip, folder / "footage.mp4", probe(clip))
    return folder / "footage.mp4"


@pytest.mark.parametrize("rate", ["24000/1001", "30000/1001", "25/2", "60000/1001"])
def test_every_frame_is_at_its_exact_time(tmp_path: Path, rate: str) -> None:
    beat = Fraction(rate)
    count = int(beat * 5) + 3
    rebuild(
        write(tmp_path, count, beat),
        audio_from=None,
        rate=beat,
        frame_count=count,
        target=tmp_path / "out.mp4",
    )
    with av.open(str(tmp_path / "out.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == beat
        assert stream.time_base and stream.duration and stream.duration * stream.time_base == count / beat
        shown = [
            (seconds_of(frame.pts, stream.time_base), number_of(picture(frame)))
            for frame in container.decode(stream)
        ]
    assert shown == [(n / beat, n % 256) for n in range(count)]


def test_it_is_not_encoded_a_second_time_and_plays_everywhere(tmp_path: Path) -> None:
    rate = Fraction(25)
    segments = write(tmp_path, 120, rate)
    rebuild(segments, audio_from=None, rate=rate, frame_count=120, target=tmp_path / "out.mp4")
    data = (tmp_path / "out.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    decoded = []
    for path in (*segments, tmp_path / "out.mp4"):
        with av.open(str(path)) as container:
            context = container.streams.video[0].codec_context
            assert (context.pix_fmt, context.colorspace, context.color_range, context.color_trc) == (
                "yuv420p",
                1,
                1,
                1,
            )
            decoded.append([frame.to_ndarray() for frame in container.decode(video=0)])
    joined, pieces = decoded.pop(), [frame for part in decoded for frame in part]
    assert all(np.array_equal(a, b) for a, b in zip(joined, pieces, strict=True))


def test_the_sound_is_copied_and_in_step(tmp_path: Path) -> None:
    rate = Fraction(30000, 1001)
    footage = sounding(tmp_path, rate, 120, 1.5)
    rebuild(
        write(tmp_path, 120, rate),
        audio_from=footage,
        rate=rate,
        frame_count=120,
        target=tmp_path / "out.mp4",
    )
    assert click_in(tmp_path / "out.mp4") == click_in(footage)
    original, _, _ = sound_of(footage)
    copied, _, _ = sound_of(tmp_path / "out.mp4")
    assert np.array_equal(original[: len(copied)], copied[: len(original)])


@pytest.mark.parametrize("start", [0, 20, 33, 40])
def test_a_range_takes_the_sound_of_its_own_span(tmp_path: Path, start: int) -> None:
    rate = Fraction(24000, 1001)
    footage = sounding(tmp_path, rate, 100, 2.0)
    segments = write(tmp_path, 48, rate)
    begin = start / rate
    rebuild(segments, audio_from=footage, rate=rate, frame_count=48, target=tmp_path / "out.mp4", start=begin)
    numbers_of(tmp_path / "out.mp4")
    if start:
        assert abs(click_in(tmp_path / "out.mp4") - (2.0 - float(begin))) < 0.002
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert abs(float(container.duration or 0) / av.time_base - float(48 / rate)) < 0.003


@pytest.mark.parametrize(("rate", "count"), [("24000/1001", 3), ("30000/1001", 3), ("30000/1001", 31)])
def test_with_sound_too_the_pictures_last_to_the_last_tick(tmp_path: Path, rate: str, count: int) -> None:
    """Three pictures are no whole number of milliseconds, which is what edit lists count in by default."""
    beat = Fraction(rate)
    rebuild(
        write(tmp_path, count, beat),
        audio_from=sounding(tmp_path, beat, 40, 0.2),
        rate=beat,
        frame_count=count,
        target=tmp_path / "out.mp4",
    )
    with av.open(str(tmp_path / "out.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.time_base and stream.duration and stream.duration * stream.time_base == count / beat
        assert container.streams.audio


def test_footage_without_sound_gives_none(tmp_path: Path) -> None:
    clip = simple_clip(tmp_path / "a.mp4", 25)
    rebuild(
        write(tmp_path, 25, Fraction(25)),
        audio_from=clip,
        rate=Fraction(25),
        frame_count=25,
        target=tmp_path / "o.mp4",
    )
    with av.open(str(tmp_path / "o.mp4")) as container:
        assert not container.streams.audio


def refused(folder: Path, segments: list[Path], count: int = 120) -> None:
    """The join fails, and no file appears."""
    with pytest.raises(RebuildError):
        rebuild(segments, audio_from=None, rate=Fraction(25), frame_count=count, target=folder / "out.mp4")
    assert not (folder / "out.mp4").exists() and not list(folder.glob(".*part*"))


def test_a_missing_segment_is_an_error(tmp_path: Path) -> None:
    segments = write(tmp_path, 120, Fraction(25))
    refused(tmp_path, segments[:-1])
    refused(tmp_path, [segments[0], segments[0], *segments[1:]])
    refused(tmp_path, [])
    segments[1].unlink()
    refused(tmp_path, segments)


def test_a_segment_cut_short_is_an_error(tmp_path: Path) -> None:
    segments = write(tmp_path, 120, Fraction(25))
    data = segments[1].read_bytes()
    segments[1].write_bytes(data[: len(data) // 2])
    refused(tmp_path, segments)


def test_a_segment_of_another_size_is_an_error(tmp_path: Path) -> None:
    segments = write(tmp_path, 100, Fraction(25))
    with SegmentWriter(segments[1], 64, 64, Fraction(25)) as writer:
        for index in range(50):
            writer.write(numbered(index, 64, 64))
    refused(tmp_path, segments, 100)


def test_held_images_keep_the_length(tmp_path: Path) -> None:
    rate = Fraction(24000, 1001)
    held = [left for left, _, _ in timing.cross_faded(100, rate, 2)]
    with SegmentWriter(tmp_path / "a.ts", WIDTH, HEIGHT, rate) as writer:
        for source in held:
            writer.write(numbered(source))
    rebuild([tmp_path / "a.ts"], audio_from=None, rate=rate, frame_count=100, target=tmp_path / "out.mp4")
    assert numbers_of(tmp_path / "out.mp4") == held


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_few_frames_are_a_segment_too(tmp_path: Path, count: int) -> None:
    rate = Fraction(25)
    segments = write(tmp_path, count, rate)
    rebuild(segments, audio_from=None, rate=rate, frame_count=count, target=tmp_path / "out.mp4")
    assert numbers_of(tmp_path / "out.mp4") == list(range(count))


def test_odd_sizes_and_wrong_frames_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EncodeError):
        SegmentWriter(tmp_path / "a.ts", 161, 96, Fraction(25))
    with pytest.raises(EncodeError), SegmentWriter(tmp_path / "a.ts", WIDTH, HEIGHT, Fraction(25)) as writer:
        writer.write(numbered(0, 64, 64))
    assert not list(tmp_path.iterdir())


def test_a_block_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        SegmentWriter(tmp_path / "a.ts", WIDTH, HEIGHT, Fraction(25)) as writer,
    ):
        writer.write(numbered(0))
        raise ZeroDivisionError
    with pytest.raises(EncodeError), SegmentWriter(tmp_path / "a.ts", WIDTH, HEIGHT, Fraction(25)):
        pass
    assert not list(tmp_path.iterdir())


def test_an_encoder_that_dies_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(EncodeError), SegmentWriter(tmp_path / "a.ts", WIDTH, HEIGHT, Fraction(25)) as writer:
        writer.write(numbered(0))
        writer._process.kill()
        for index in range(2000):
            writer.write(numbered(index % 256))
    assert not list(tmp_path.iterdir())


def test_colours_survive_the_writer(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path / "a.ts", WIDTH, HEIGHT, Fraction(25), crf=4) as writer:
        for _ in range(3):
            writer.write(numbered(3))
    rebuild([tmp_path / "a.ts"], audio_from=None, rate=Fraction(25), frame_count=3, target=tmp_path / "o.mp4")
    from videos.media import decode

    frame = decode.frame_at(tmp_path / "o.mp4", 1).astype(int)
    assert np.abs(frame[80:90, 20:60].mean(axis=(0, 1)) - (200, 60, 50)).max() < 4
    assert np.abs(frame[80:90, 100:140].mean(axis=(0, 1)) - (50, 80, 190)).max() < 4


def test_a_preview_is_small_silent_and_short(tmp_path: Path) -> None:
    footage = sounding(tmp_path, Fraction(25), 150, 1.0)
    make_preview(footage, tmp_path / "preview.mp4", height=48, seconds=2)
    with av.open(str(tmp_path / "preview.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.frames) == (80, 48, 50)
        assert not container.streams.audio
    assert numbers_of(tmp_path / "preview.mp4") == list(range(50))
