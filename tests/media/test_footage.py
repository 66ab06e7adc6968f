"""Whatever comes in, playable footage comes out: every picture in its place, upright, in step with its sound."""

import itertools
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.media.clips import (
    click,
    click_in,
    make_clip,
    number_of,
    numbered,
    numbers_of,
    picture,
    run_ffmpeg,
    seconds_of,
    simple_clip,
)
from videos.media import decode
from videos.media.errors import Stopped
from videos.media.footage import Footage, make_footage, video_codec
from videos.media.probe import probe


def ingest(clip: Path) -> tuple[Path, Footage]:
    """Footage made of a clip, beside it."""
    target = clip.with_name("footage.mp4")
    return target, make_footage(clip, target, probe(clip))


@pytest.mark.parametrize("rate", ["24000/1001", "25/2", "30000/1001", "60", "7"])
def test_every_picture_keeps_its_number_and_its_exact_time(tmp_path: Path, rate: str) -> None:
    target, made = ingest(simple_clip(tmp_path / "a.mp4", 75, Fraction(rate)))
    assert (made.rate, made.frame_count, made.has_audio) == (Fraction(rate), 75, False)
    with av.open(str(target)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == Fraction(rate)
        assert stream.time_base and stream.duration and stream.duration * stream.time_base == made.duration
        shown = [
            (seconds_of(frame.pts, stream.time_base), number_of(picture(frame)))
            for frame in container.decode(stream)
        ]
    assert shown == [(n / Fraction(rate), n) for n in range(75)]


def test_it_is_what_browsers_play(tmp_path: Path) -> None:
    target, _ = ingest(simple_clip(tmp_path / "a.mp4", 60, 25, sound=click(2.4, 1)))
    data = target.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(target)) as container:
        video = container.streams.video[0]
        context = video.codec_context
        assert (context.name, context.pix_fmt, context.profile) == ("h264", "yuv420p", "High")
        assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (
            1,
            1,
            1,
            1,
        )
        assert container.streams.audio[0].codec_context.name == "aac"
        keys = [packet.pts for packet in container.demux(video) if packet.is_keyframe]
    assert video.time_base and [seconds_of(pts, video.time_base) for pts in keys] == [0, 1, 2]


@pytest.mark.parametrize(
    ("turn", "flips"), [*itertools.product([0, 90, 180, 270], [(), ("-display_hflip",)])]
)
def test_the_display_matrix_is_baked_in(tmp_path: Path, turn: int, flips: tuple[str, ...]) -> None:
    clip = simple_clip(tmp_path / "plain.mp4", 10, 25)
    run_ffmpeg("-display_rotation", str(turn), *flips, "-i", clip, "-c", "copy", tmp_path / "turned.mp4")
    found = probe(tmp_path / "turned.mp4")
    assert (found.rotation, found.mirrored) == ((360 - turn) % 360, bool(flips))
    assert (found.width, found.height) == ((96, 160) if turn in (90, 270) else (160, 96))
    target, _ = ingest(tmp_path / "turned.mp4")
    expected = np.rot90(numbered(5), turn // 90).astype(int)
    if flips:
        expected = expected[:, ::-1]
    seen = decode.frame_at(target, 5).astype(int)
    assert seen.shape == expected.shape
    assert np.abs(seen - expected).mean() < 12


@pytest.mark.parametrize("turn", [0, 90])
@pytest.mark.parametrize("later", [(240, 144), (80, 48)])
def test_a_size_that_changes_on_the_way_keeps_its_pictures_in_place(
    tmp_path: Path, later: tuple[int, int], turn: int
) -> None:
    first = make_clip(tmp_path / "a.mkv", [numbered(n) for n in range(20)])
    rest = make_clip(tmp_path / "b.mkv", [numbered(n, *later) for n in range(20, 40)])
    parts = tmp_path / "parts.txt"
    parts.write_text(f"file '{first}'\nfile '{rest}'\n")
    clip = tmp_path / "clip.mkv"
    joined = ["-display_rotation", str(turn), "-f", "concat", "-safe", "0"]
    run_ffmpeg(*joined, "-i", parts, "-c", "copy", clip)
    target, made = ingest(clip)
    assert (made.frame_count, made.width, made.height) == ((40, 160, 96) if not turn else (40, 96, 160))
    pictures = [np.rot90(decode.frame_at(target, n), -turn // 90) for n in range(40)]
    assert [number_of(np.ascontiguousarray(one)) for one in pictures] == list(range(40))
    assert np.abs(pictures[30].astype(int) - numbered(30)).mean() < 12


@pytest.mark.parametrize(("aspect", "size"), [(Fraction(4, 3), (212, 96)), (Fraction(1, 2), (160, 192))])
def test_pixels_become_square(tmp_path: Path, aspect: Fraction, size: tuple[int, int]) -> None:
    target, made = ingest(simple_clip(tmp_path / "a.mp4", 8, pixel_aspect=aspect))
    assert (made.width, made.height) == size
    with av.open(str(target)) as container:
        assert container.streams.video[0].sample_aspect_ratio in (None, 1)
    assert numbers_of(target) == list(range(8))


def test_odd_sizes_lose_a_line_and_stay_sharp(tmp_path: Path) -> None:
    frames = [numbered(n, 161, 97) for n in range(6)]
    target, made = ingest(make_clip(tmp_path / "a.mp4", frames))
    assert (made.width, made.height) == (160, 96)
    assert np.abs(decode.frame_at(target, 3).astype(int) - frames[3][:96, :160]).mean() < 6


def test_a_varying_rate_becomes_constant_and_keeps_its_length(tmp_path: Path) -> None:
    kept = [n for n in range(90) if n % 7 != 3 and n not in range(40, 52)]
    times = [Fraction(n, 30) for n in kept]
    clip = make_clip(tmp_path / "a.mp4", [numbered(n) for n in kept], 30, times=times)
    target, made = ingest(clip)
    assert (made.rate, made.frame_count) == (Fraction(30), 90)
    # At every time the latest picture of the source is shown.
    assert numbers_of(target) == [max(k for k in kept if k <= n) for n in range(90)]


@pytest.mark.parametrize("seed", range(3))
def test_the_last_picture_of_a_varying_rate_is_shown_however_late_it_comes(tmp_path: Path, seed: int) -> None:
    waits = np.random.default_rng(seed).choice([16, 17, 33, 34, 50, 120, 400], 30)
    times = [Fraction(int(time), 1000) for time in (0, *np.cumsum(waits))]
    clip = make_clip(tmp_path / "a.mp4", [numbered(n) for n in range(31)], 60, times=times)
    target, made = ingest(clip)
    numbers = numbers_of(target)
    assert len(numbers) == made.frame_count and numbers[-1] == 30
    nearest = [max(k for k in range(31) if round(times[k] * made.rate) <= n) for n in range(made.frame_count)]
    assert numbers == nearest


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
@pytest.mark.parametrize(("even", "bidirectional"), [(True, "0"), (True, "2"), (False, "0")])
def test_the_last_picture_of_a_still_screen_is_held_as_long_as_the_file_says(
    tmp_path: Path, even: bool, bidirectional: str, ending: str
) -> None:
    times = [Fraction(n, 30) for n in range(20) if even or n not in (7, 8, 9)]
    frames = [numbered(n) for n in range(len(times))]
    options = {"bf": bidirectional, "crf": "12"}
    moving = make_clip(tmp_path / "moving.mp4", frames, 30, times=times, options=options)
    heard = make_clip(tmp_path / "heard.mp4", frames[:1], sound=click(3.6, 3))
    clip = tmp_path / f"clip.{ending}"
    with av.open(str(moving)) as one, av.open(str(heard)) as other, av.open(str(clip), "w") as output:
        seen = [packet for packet in one.demux(video=0) if packet.size]
        sound = [packet for packet in other.demux(audio=0) if packet.size]
        # MP4 says when the next one comes, Matroska how long each is seen.
        last = seen[-1] if ending == "mp4" else max(seen, key=lambda packet: packet.pts or 0)
        last.duration = (last.duration or 0) + 3 * 90_000
        for track in (seen, sound):
            stream = output.add_stream_from_template(track[0].stream)
            for packet in track:
                packet.stream = stream
        output.mux([*seen, *sound])
    target, made = ingest(clip)
    assert (made.rate, made.frame_count) == (Fraction(30), 110)
    assert numbers_of(target)[-91:] == [len(frames) - 1] * 91
    assert abs(click_in(target) - 3) < 0.03


@pytest.mark.parametrize("ending", ["mp4", "mkv", "avi"])
def test_the_last_picture_is_held_while_there_is_sound(tmp_path: Path, ending: str) -> None:
    plain = simple_clip(tmp_path / "plain.mp4", 50, 25, sound=click(6, 5))
    run_ffmpeg("-i", plain, "-c:v", "copy", "-c:a", "pcm_s16le" if ending == "avi" else "copy",
               tmp_path / f"a.{ending}")  # fmt: skip
    target, made = ingest(tmp_path / f"a.{ending}")
    assert 150 <= made.frame_count <= 152
    assert numbers_of(target) == [*range(50), *[49] * (made.frame_count - 50)]
    assert abs(click_in(target) - 5) < 0.03


def test_pictures_at_the_same_time_as_another_shift_nothing(tmp_path: Path) -> None:
    """There the n-th picture is not the n-th that is seen: those after it would come late, and the last not at all."""
    options = {"crf": "12", "preset": "ultrafast", "bf": "0", "g": "1"}
    plain = simple_clip(tmp_path / "plain.mp4", 104, 25, options=options)
    clip, twice = tmp_path / "clip.mkv", (20, 40, 60, 80)
    with av.open(str(plain)) as source, av.open(str(clip), "w") as output:
        stream = output.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate([packet for packet in source.demux(video=0) if packet.size]):
            shift = sum(number > one for one in twice)
            assert packet.pts is not None and packet.time_base
            packet.pts = packet.dts = packet.pts - round(shift / 25 / packet.time_base)
            packet.stream = stream
            output.mux(packet)
    target, made = ingest(clip)
    assert (made.rate, made.frame_count) == (Fraction(25), 100)
    numbers = numbers_of(target)
    assert numbers[-19:] == list(range(85, 104))
    assert numbers[:20] == list(range(20))


def test_what_is_interlaced_only_later_is_seen_without_combs(tmp_path: Path) -> None:
    stripes = "geq=lum='128+100*sin((X-8*N)/6)':cb=128:cr=128"
    moving = f"nullsrc=size=320x240:rate=50:duration=1,{stripes}"
    parts: list[bytes] = []
    ways = {"fps=25": [], "tinterlace=mode=interleave_top": ["-flags", "+ildct+ilme", "-x264opts", "tff=1"]}
    for way, words in ways.items():
        part = tmp_path / f"{len(parts)}.264"
        coded = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "0", *words]
        run_ffmpeg("-f", "lavfi", "-i", moving, "-vf", f"{way},format=yuv420p", *coded, part)
        parts.append(part.read_bytes())
    (tmp_path / "both.264").write_bytes(b"".join(parts))
    clip = tmp_path / "clip.mkv"
    run_ffmpeg("-r", "25", "-f", "h264", "-i", tmp_path / "both.264", "-c", "copy", clip)
    with av.open(str(clip)) as container:
        marked = [frame.interlaced_frame for frame in container.decode(video=0)]
    assert not marked[0] and marked[-1]
    target, made = ingest(clip)
    assert made.frame_count == len(marked)
    for number in (12, made.frame_count - 8):
        lines = decode.frame_at(target, number)[..., 1].astype(int)
        assert np.abs(2 * lines[1:-1] - lines[:-2] - lines[2:]).mean() < 5


@pytest.mark.parametrize(("ending", "told"), [("avi", {}), ("mp4", {"video_track_timescale": "30"})])
def test_what_a_camera_dropped_is_filled_where_a_tick_is_a_frame(
    tmp_path: Path, ending: str, told: dict[str, str]
) -> None:
    kept = [n for n in range(90) if n not in (40, 41)]
    clip = make_clip(
        tmp_path / f"a.{ending}",
        [numbered(n) for n in kept],
        30,
        times=[Fraction(n, 30) for n in kept],
        tick=Fraction(1, 30),
        options={"bf": "0", "crf": "12"},
        container_options=told,
    )
    target, made = ingest(clip)
    assert (made.rate, made.frame_count) == (Fraction(30), 90)
    assert numbers_of(target) == [max(k for k in kept if k <= n) for n in range(90)]


def test_broken_pictures_in_the_middle_do_not_shorten_it(tmp_path: Path) -> None:
    clip = simple_clip(
        tmp_path / "a.mp4", 100, 25, options={"g": "10", "bf": "0", "crf": "12", "preset": "ultrafast"}
    )
    with av.open(str(clip)) as container:
        middle = [packet for packet in container.demux(video=0) if packet.size][40]
        where, size = middle.pos or 0, middle.size
    data = bytearray(clip.read_bytes())
    data[where : where + size] = bytes(size)
    clip.write_bytes(data)
    target, made = ingest(clip)
    shown = numbers_of(target)
    assert made.frame_count == len(shown) == 100
    assert shown[:40] == list(range(40)) and shown[50:] == list(range(50, 100))


def test_progress_runs_from_nothing_to_all(tmp_path: Path) -> None:
    clip, heard = simple_clip(tmp_path / "a.mp4", 120, 30), list[float]()
    make_footage(clip, tmp_path / "footage.mp4", probe(clip), progress=heard.append)
    assert heard == sorted(heard) and heard[-1] == 1.0


def test_stopping_leaves_nothing_behind(tmp_path: Path) -> None:
    clip = simple_clip(tmp_path / "a.mp4", 60)
    with pytest.raises(Stopped):
        make_footage(clip, tmp_path / "footage.mp4", probe(clip), should_stop=lambda: True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize(("size", "ahead"), [((1920, 1080), 10), ((4096, 2160), 10), ((7680, 4320), 3)])
def test_fewer_pictures_are_held_where_they_are_large(size: tuple[int, int], ahead: int) -> None:
    words = video_codec(Fraction(25), crf=20, preset="veryfast", pixels=size[0] * size[1])
    assert words[words.index("-rc-lookahead") + 1] == str(ahead)
    assert int(words[words.index("-threads") + 1]) <= ahead
