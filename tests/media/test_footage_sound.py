"""The sound of footage: in step with its pictures, whatever it was, and in what browsers play."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.media.clips import (
    click,
    click_in,
    make_clip,
    numbered,
    numbers_of,
    run_ffmpeg,
    simple_clip,
    sound_of,
)
from videos.media import channels
from videos.media.footage import Footage, make_footage
from videos.media.probe import AudioInfo, probe


def ingest(clip: Path) -> tuple[Path, Footage]:
    """Footage made of a clip, beside it."""
    target = clip.with_name("footage.mp4")
    return target, make_footage(clip, target, probe(clip))


def test_late_sound_stays_late(tmp_path: Path) -> None:
    clip = simple_clip(tmp_path / "a.mp4", 75, 25, sound=click(2, 0.6), sound_start=0.7)
    assert abs(float(probe(clip).audio.start) - 0.7) < 0.03  # type: ignore[union-attr]
    target, _ = ingest(clip)
    assert abs(click_in(target) - 1.3) < 0.004
    sound, rate, start = sound_of(target)
    assert start == 0 and abs(len(sound) / rate - 3) < 0.03


def test_pictures_that_begin_late_take_the_sound_with_them(tmp_path: Path) -> None:
    frames, times = [numbered(n) for n in range(50)], [Fraction(n, 25) + Fraction(1, 2) for n in range(50)]
    clip = make_clip(
        tmp_path / "a.mkv", frames, 25, times=times, tick=Fraction(1, 1000), sound=click(2.5, 1.5)
    )
    target, made = ingest(clip)
    assert made.frame_count == 50 and numbers_of(target) == list(range(50))
    assert abs(click_in(target) - 1.0) < 0.004


@pytest.mark.parametrize("codec", ["libx264", "mpeg4", "mjpeg"])
@pytest.mark.parametrize("bidirectional", ["0", "2"])
def test_the_sound_of_an_avi_is_in_step(tmp_path: Path, codec: str, bidirectional: str) -> None:
    plain = simple_clip(tmp_path / "plain.mp4", 50, 25, sound=click(2, 1.2))
    order = [] if codec == "mjpeg" else ["-bf", bidirectional]
    run_ffmpeg("-i", plain, "-c:v", codec, "-q:v", "3", *order, "-c:a", "pcm_s16le", tmp_path / "a.avi")
    target, made = ingest(tmp_path / "a.avi")
    assert made.frame_count == 50 and numbers_of(target) == list(range(50))
    assert abs(click_in(target) - 1.2) < 0.004


def test_short_sound_is_followed_by_silence(tmp_path: Path) -> None:
    target, made = ingest(simple_clip(tmp_path / "a.mp4", 75, 25, sound=click(1, 0.5)))
    sound, rate, _ = sound_of(target)
    assert abs(len(sound) / rate - float(made.duration)) < 0.03
    assert abs(click_in(target) - 0.5) < 0.004


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv"])
@pytest.mark.parametrize("default", [0, 1])
def test_of_several_sounds_it_takes_the_one_that_players_choose(
    tmp_path: Path, ending: str, default: int
) -> None:
    early = simple_clip(tmp_path / "early.mp4", 50, 25, sound=click(2, 0.4))
    late = simple_clip(tmp_path / "late.mp4", 50, 25, sound=click(2, 1.2))
    marks = ["-disposition:a", "0", f"-disposition:a:{default}", "default"]
    both = ["-map", "0:v", "-map", "0:a", "-map", "1:a", "-c", "copy", *marks]
    run_ffmpeg("-i", early, "-i", late, *both, tmp_path / f"a.{ending}")
    target, _ = ingest(tmp_path / f"a.{ending}")
    assert abs(click_in(target) - (0.4, 1.2)[default]) < 0.03


@pytest.mark.parametrize("tracks", [1, 2])
def test_sound_that_cannot_be_decoded_does_not_keep_the_pictures_out(tmp_path: Path, tracks: int) -> None:
    one, other = (simple_clip(tmp_path / f"{at}.mp4", 50, 25, sound=click(2, at)) for at in (0.4, 1.2))
    wanted = ["-map", "0:v", "-map", "0:a", "-map", "1:a"][: 2 * tracks + 2]
    clip = tmp_path / "clip.mp4"
    run_ffmpeg("-i", one, "-i", other, *wanted, "-c", "copy", clip)
    data = bytearray(clip.read_bytes())
    with av.open(str(clip)) as container:
        for packet in container.demux(audio=0):
            start = packet.pos or 0
            data[start : start + packet.size] = b"\xff" * packet.size
    clip.write_bytes(data)
    target, made = ingest(clip)
    assert numbers_of(target) == list(range(50))
    assert made.has_audio is (tracks == 2)
    assert tracks == 1 or abs(click_in(target) - 1.2) < 0.03


def test_sound_that_only_the_library_decodes_does_not_keep_the_pictures_out(tmp_path: Path) -> None:
    """What converts it is the program, which is older, and would give up the pictures too."""
    plain, clip = simple_clip(tmp_path / "plain.mp4", 50, 25, sound=click(2, 1)), tmp_path / "a.avi"
    run_ffmpeg("-i", plain, "-c:v", "mpeg4", "-q:v", "3", "-ar", "22050", "-c:a", "adpcm_ima_wav", clip)
    data = bytearray(clip.read_bytes())
    format_tag = data.index(b"strf", data.index(b"auds")) + 8
    data[format_tag : format_tag + 2] = (0x125).to_bytes(2, "little")
    clip.write_bytes(data)
    with av.open(str(clip)) as container:
        assert container.streams.audio[0].codec_context.name == "adpcm_sanyo"
    target, made = ingest(clip)
    assert (numbers_of(target), made.has_audio) == (list(range(50)), False)


SOUNDS = [
    ("mono", 1, "pcm_s16le", "mov"),
    ("1 channels (FL)", 1, "pcm_s16le", "mov"),
    ("5.1", 6, "aac", "mp4"),
    ("ambisonic 1", 4, "libopus", "mkv"),
    ("2 channels (FL+LFE)", 2, "pcm_s16le", "mov"),
    ("5 channels (FL+FR+FC+LFE+BL)", 5, "pcm_s16le", "mov"),
    ("12 channels", 12, "pcm_s16le", "mkv"),
]


@pytest.mark.parametrize(("layout", "count", "codec", "ending"), SOUNDS)
def test_sound_in_any_layout_becomes_what_browsers_play(
    tmp_path: Path, layout: str, count: int, codec: str, ending: str
) -> None:
    pictures, clip = simple_clip(tmp_path / "plain.mp4", 50), tmp_path / f"a.{ending}"
    named = layout.rpartition("(")[2].rstrip(")")
    told = ["-ac", "12"] if layout == "12 channels" else ["-ch_layout", named]
    sound = ["-f", "f32le", "-ar", "48000", *told, "-i", "-"]
    coded = ["-map", "0:a", "-map", "1:v", "-c:v", "copy", "-c:a", codec]
    coded += ["-mapping_family", "2"] if codec == "libopus" else []
    data = np.repeat(click(2, 1.2).T, count, axis=1).astype("<f4").tobytes()
    run_ffmpeg(*sound, "-i", pictures, *coded, clip, data=data)
    assert (found := probe(clip).audio) and found.layout == layout
    target, made = ingest(clip)
    assert made.has_audio and abs(click_in(target) - 1.2) < 0.01
    with av.open(str(target)) as container:
        assert container.streams.audio[0].channels == min(2, count)


@pytest.mark.parametrize("later", [["-ac", "1"], ["-ac", "2", "-ar", "32000"]])
def test_sound_whose_kind_changes_on_the_way_stays_in_step(tmp_path: Path, later: list[str]) -> None:
    plain = simple_clip(tmp_path / "plain.mp4", 60, 25, sound=click(2.4, 1.8))
    first, rest, parts = tmp_path / "first.mkv", tmp_path / "rest.mkv", tmp_path / "parts.txt"
    run_ffmpeg("-i", plain, "-t", "1.184", "-vn", "-ac", "2", "-c:a", "ac3", first)
    run_ffmpeg("-ss", "1.184", "-i", plain, "-vn", *later, "-c:a", "ac3", rest)
    parts.write_text(f"file '{first}'\nduration 1.184\nfile '{rest}'\n")
    both = ["-f", "concat", "-safe", "0", "-i"]
    run_ffmpeg("-i", plain, *both, parts, "-map", "0:v", "-map", "1:a", "-c", "copy", tmp_path / "a.mkv")
    target, made = ingest(tmp_path / "a.mkv")
    assert made.frame_count == 60 and numbers_of(target) == list(range(60))
    assert abs(click_in(target) - 1.8) < 0.02
    sound, rate, _ = sound_of(target)
    assert abs(len(sound) / rate - 2.4) < 0.03
    assert {path.name for path in tmp_path.iterdir()} >= {"a.mkv", "footage.mp4"}
    assert not [*tmp_path.glob(".*")]


@pytest.mark.parametrize(
    "names", ["FR+FL", "LFE+FL+FR+FC", "FL+FL", "FC+FC", "DL+DR", "SL+SR", "FL+FC+BC", "FC+LFE"]
)
def test_every_arrangement_of_channels_can_be_heard(names: str) -> None:
    count = names.count("+") + 1
    sound = AudioInfo("pcm_s16le", count, 48_000, Fraction(0), layout=f"{count} channels ({names})")
    stereo = ",".join([*channels.picked(sound), "aformat=channel_layouts=stereo"])
    run_ffmpeg("-f", "lavfi", "-i", f"anullsrc=cl={names}", "-t", "0.1", "-af", stereo, "-f", "null", "-")
