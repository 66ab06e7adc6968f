"""Frames of a clip come spread over all of it and upright, whatever file it is in."""

from __future__ import annotations

import itertools
import tracemalloc
from pathlib import Path

import av
import numpy as np
import pytest

from filters.training.clips import UnusableClip, frames_to_learn_on
from filters.training.footage import each_frame, read_frames, read_pairs, read_run
from tests.clips import decoded, draw_clip, number_of
from tests.media.clips import run_ffmpeg

CODECS = {
    "mp4": ["-c", "copy"],
    "mkv": ["-c", "copy"],
    "webm": ["-c:v", "libvpx", "-auto-alt-ref", "0", "-deadline", "realtime", "-b:v", "2M"],
}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 numbered frames."""
    return draw_clip(tmp_path_factory.mktemp("footage") / "clip.mp4", frames=300)


@pytest.mark.parametrize("kind", CODECS)
def test_as_many_frames_come_as_are_asked_for(clip: Path, tmp_path: Path, kind: str) -> None:
    wrapped = tmp_path / f"clip.{kind}"
    run_ffmpeg("-i", clip, *CODECS[kind], wrapped)
    with av.open(str(wrapped)) as container:
        assert bool(container.streams.video[0].frames) == (kind == "mp4")
    assert [number_of(one) for one in read_frames(wrapped, 60)] == list(range(0, 300, 5))
    assert [number_of(one) for one in read_frames(wrapped, 3)] == [0, 100, 200]
    assert [number_of(one) for one in read_run(wrapped, 7)] == list(range(7))


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
@pytest.mark.parametrize(("frames", "count"), [(110, 60), (250, 7), (40, 60)])
def test_frames_are_spread_to_the_end_also_where_they_do_not_divide_or_begin_late(
    clip: Path, tmp_path: Path, frames: int, count: int, ending: str
) -> None:
    part = tmp_path / f"part.{ending}"
    late = ["-output_ts_offset", "7"]
    run_ffmpeg("-i", clip, "-frames:v", str(frames), "-preset", "ultrafast", *late, part)
    wanted = sorted({place * frames // count for place in range(count)})
    assert [number_of(one) for one in read_frames(part, count)] == wanted


def test_as_many_frames_come_also_of_a_clip_with_a_pause(clip: Path, tmp_path: Path) -> None:
    """Evenly spaced times fall into the minute in which there is no picture; the frames after it make up for them."""
    pause = ["-vf", "setpts=PTS+gte(N\\,150)*60/TB", "-fps_mode", "passthrough", "-preset", "ultrafast"]
    run_ffmpeg("-i", clip, *pause, tmp_path / "paused.mp4")
    numbers = [number_of(one) for one in read_frames(tmp_path / "paused.mp4", 60)]
    assert len(numbers) == len(set(numbers)) == 60
    assert numbers == sorted(numbers)
    assert (numbers[0], numbers[-1] > 250) == (0, True)


def test_a_long_clip_is_read_from_at_all_places(tmp_path: Path) -> None:
    """Four minutes, more than are read one after the other; each picture shows its second."""
    bars = "geq=lum='if(mod(floor(N/pow(2,floor(X/4))),2),230,25)':cb=128:cr=128"
    source = f"nullsrc=size=32x18:rate=1:duration=240,{bars},fps=24"
    run_ffmpeg("-f", "lavfi", "-i", source, "-preset", "ultrafast", tmp_path / "a.mp4")
    seconds = [
        sum(int(frame[9, 4 * bit + 2].mean() > 128) << bit for bit in range(8))
        for frame in each_frame(tmp_path / "a.mp4", 8)
    ]
    assert seconds == list(range(0, 240, 30))


@pytest.mark.parametrize(("aspect", "size"), [("4/3", (90, 213)), ("1/2", (180, 160)), ("9/1", (90, 160))])
def test_pixels_that_are_not_square_are_stretched(
    clip: Path, tmp_path: Path, aspect: str, size: tuple[int, int]
) -> None:
    wide = ["-vf", f"setsar={aspect}", "-frames:v", "4", "-preset", "ultrafast"]
    run_ffmpeg("-i", clip, *wide, tmp_path / "a.mp4")
    assert [frame.shape[:2] for frame in read_frames(tmp_path / "a.mp4", 2)] == [size] * 2


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_hdr_is_refused_with_what_to_do(clip: Path, tmp_path: Path, transfer: str) -> None:
    tagged = f"format=yuv420p,setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc"
    run_ffmpeg("-i", clip, "-vf", tagged, "-frames:v", "4", "-preset", "ultrafast", tmp_path / "a.mp4")
    with pytest.raises(UnusableClip, match="is HDR, which is converted where footage is taken in: upload it"):
        frames_to_learn_on(tmp_path / "a.mp4", 1)
    with pytest.raises(ValueError, match="is HDR"):
        read_pairs(tmp_path / "a.mp4", 1)


@pytest.mark.parametrize("kind", CODECS)
def test_pairs_are_spread_over_every_clip(clip: Path, tmp_path: Path, kind: str) -> None:
    wrapped = tmp_path / f"clip.{kind}"
    run_ffmpeg("-i", clip, *CODECS[kind], wrapped)
    seen = [(number_of(before), number_of(after)) for before, after, _ in read_pairs(wrapped, 3)]
    assert seen == [(0, 1), (100, 101), (200, 201)]


def test_frames_to_learn_on_are_made_smaller_one_by_one(tmp_path: Path) -> None:
    def plain(number: int, width: int, height: int) -> np.ndarray:
        return np.full((height, width, 3), 10 * number, np.uint8)

    large = draw_clip(tmp_path / "large.mp4", frames=12, width=3840, height=2160, picture=plain)
    tracemalloc.start()
    frames = frames_to_learn_on(large, 12)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [frame.shape for frame in frames] == [(720, 1280, 3)] * 12
    assert peak < 5 * 3840 * 2160 * 3  # of the twelve at most a few are held at their full size


def test_a_clip_that_is_too_small_is_told_with_its_own_size(clip: Path) -> None:
    with pytest.raises(UnusableClip, match="only 160 x 90 pixels"):
        frames_to_learn_on(clip, 3)


@pytest.mark.parametrize(
    ("size", "matrix", "tag"),
    [
        ("1280x720", "bt709", "unknown"),
        ("1280x720", "bt709", "bt709"),
        ("1280x720", "bt601", "smpte170m"),
        ("640x360", "bt601", "unknown"),
    ],
)
def test_colours_are_as_players_show_them_also_where_the_file_says_nothing_of_them(
    tmp_path: Path, size: str, matrix: str, tag: str
) -> None:
    source = f"color=0xC83C32:size={size}:rate=25:duration=0.2,format=gbrp"
    way = f"scale=out_color_matrix={matrix}:out_range=tv,format=yuv420p,setparams=colorspace={tag}"
    run_ffmpeg("-f", "lavfi", "-i", source, "-vf", way, "-preset", "ultrafast", tmp_path / "a.mp4")
    (frame,) = read_run(tmp_path / "a.mp4", 1)
    assert np.abs(frame.mean(axis=(0, 1)) - (200, 60, 50)).max() < 4


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
@pytest.mark.parametrize(
    ("turn", "flips"), [*itertools.product([0, 90, 180, 270], [(), ("-display_hflip",)])]
)
def test_frames_are_held_as_players_hold_them(
    clip: Path, tmp_path: Path, kind: str, turn: int, flips: tuple[str, ...]
) -> None:
    source = tmp_path / f"turned.{kind}"
    run_ffmpeg("-display_rotation", str(turn), *flips, "-i", clip, "-frames:v", "12", "-c", "copy", source)
    run_ffmpeg("-i", source, "-c:v", "ffv1", "-pix_fmt", "rgb24", tmp_path / "shown.mkv")
    shown = decoded(tmp_path / "shown.mkv")
    frames = read_frames(source, 2)
    assert frames[0].shape == ((160, 90, 3) if turn in (90, 270) else (90, 160, 3))
    for frame, wanted in zip(frames, (shown[0], shown[6]), strict=True):
        assert np.abs(frame.astype(int) - wanted).mean() < 3
