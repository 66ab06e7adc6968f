"""Files are judged by their content, in a child process, and refused in a sentence that helps."""

import re
import socket
import struct
import sys
import threading
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from rotoscope.common import children
from tests.media.clips import click, make_clip, numbered, numbers_of, run_ffmpeg, simple_clip
from videos.media import containers, opening, probe_worker
from videos.media import probe as media_probe
from videos.media.errors import MediaError, Refused
from videos.media.footage import make_footage
from videos.media.probe import probe


def refusal(path: Path) -> str:
    """The sentence with which this file is refused."""
    with pytest.raises(Refused) as caught:
        probe(path)
    sentence = str(caught.value)
    assert sentence.endswith(".") and str(path) not in sentence
    return sentence


def test_it_describes_a_plain_clip(tmp_path: Path) -> None:
    clip = simple_clip(tmp_path / "a.mp4", 48, Fraction(24000, 1001), sound=click(2, 1))
    found = probe(clip)
    assert (found.rate, found.frame_count, found.variable_rate) == (Fraction(24000, 1001), 48, False)
    assert found.duration == Fraction(48 * 1001, 24000)
    assert (found.width, found.height, found.rotation, found.pixel_aspect) == (160, 96, 0, Fraction(1))
    assert (found.codec, found.pix_fmt, found.hdr) == ("h264", "yuv420p", False)
    assert found.audio and (found.audio.codec, found.audio.channels, found.audio.rate) == ("aac", 1, 48000)


@pytest.mark.parametrize("ending", ["mkv", "avi", "mov", "mp4"])
def test_it_reads_every_container_it_promises(tmp_path: Path, ending: str) -> None:
    found = probe(simple_clip(tmp_path / f"a.{ending}", 30, 30))
    assert (found.rate, found.frame_count) == (Fraction(30), 30)


def test_it_reads_webm(tmp_path: Path) -> None:
    clip = simple_clip(
        tmp_path / "a.webm", 25, 25, codec="libvpx-vp9", options={"cpu-used": "8", "deadline": "realtime"}
    )
    assert probe(clip).frame_count == 25


def test_it_refuses_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    assert refusal(tmp_path / "a.mp4") == containers.EMPTY


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"Dear diary, today we flew over the bay.\n" * 40, containers.TEXT),
        (bytes(range(256)) * 64, containers.NOT_A_VIDEO),
        (b"\xff\xd8\xff\xe0" + bytes(4000), containers.PICTURE),
        (b"\0\0\0\x14ftypheic\0\0\0\0mif1\0\0\0\x0cmeta\0\0\0\0\0\0\0\x0cmdat1234", containers.PICTURE),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:2,\nhttp://127.0.0.1/a.ts\n", containers.PLAYLIST),
        (b"ffconcat version 1.0\nfile '/etc/hostname'\n", containers.PLAYLIST),
        (b"file '/etc/hostname'\n", containers.PLAYLIST),
        (b"<?xml version='1.0'?><MPD></MPD>", containers.PLAYLIST),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", containers.PLAYLIST),
    ],
)
@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip"])
def test_it_refuses_what_is_no_video_under_any_name(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name) == sentence


def test_it_never_calls_an_address_that_a_playlist_names(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(3)
        calls: list[object] = []

        def listen() -> None:
            try:
                calls.append(server.accept())
            except TimeoutError:
                return

        thread = threading.Thread(target=listen)
        thread.start()
        # Behind a box that looks like MP4, so that the first look at the file lets it pass.
        port = server.getsockname()[1]
        playlist = (
            b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x08moov\n#EXTM3U\n#EXTINF:2,\nhttp://127.0.0.1:%d/a.ts\n"
            % port
        )
        (tmp_path / "a.mp4").write_bytes(playlist)
        refusal(tmp_path / "a.mp4")
        (tmp_path / "b.m3u8").write_bytes(playlist[25:])
        with pytest.raises(Refused):
            opening.open_video(tmp_path / "b.m3u8")
        thread.join()
    assert not calls


def test_it_refuses_sound_without_pictures(tmp_path: Path) -> None:
    run_ffmpeg("-f", "lavfi", "-i", "sine=d=2", "-c:a", "aac", tmp_path / "a.mp4")
    assert refusal(tmp_path / "a.mp4") == probe_worker.AUDIO_ONLY


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.999])
@pytest.mark.parametrize("ending", ["mp4", "faststart.mp4", "mkv", "avi"])
def test_it_notices_a_missing_end(tmp_path: Path, ending: str, share: float) -> None:
    faststart = {"movflags": "+faststart"} if "fast" in ending else {}
    clip = simple_clip(tmp_path / f"whole.{ending}", 60, 30, container_options=faststart)
    data = clip.read_bytes()
    cut = tmp_path / f"cut.{ending}"
    cut.write_bytes(data[: int(len(data) * share)])
    assert refusal(cut) in (containers.TRUNCATED, containers.UNFINISHED)


def with_unknown_codec(clip: Path, at: int = 0) -> Path:
    """The same file, but one of its codecs (by its number in the file) is one that nobody knows."""
    data = clip.read_bytes()
    parts = re.split(rb"(avc1(?=\0{6}\0\x01)|V_MPEG4/ISO/AVC)", data)
    parts[2 * at + 1] = parts[2 * at + 1].replace(b"avc1", b"zzz1").replace(b"V_MPEG4/ISO", b"V_ZZZZZ/ISO")
    clip.write_bytes(b"".join(parts))
    return clip


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_a_codec_that_nobody_knows_is_told(tmp_path: Path, ending: str) -> None:
    clip = with_unknown_codec(simple_clip(tmp_path / f"a.{ending}", 10, sound=click(0.4, 0.1)))
    assert refusal(clip) == probe_worker.NO_PICTURE


def test_pictures_that_only_the_library_decodes_are_refused_at_once(tmp_path: Path) -> None:
    """What converts them is the program, which is older."""
    clip = tmp_path / "raw.mov"
    with av.open(str(clip), "w") as output:
        stream = output.add_stream("prores_ks", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 640, 368, "yuv422p10le"
        for number in range(5):
            packet = av.Packet(prores_raw(640, 368))
            packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1, 25), True
            packet.pts = packet.dts = number
            output.mux(packet)
    data = clip.read_bytes()
    assert data.count(b"apch") == 1
    clip.write_bytes(data.replace(b"apch", b"aprn"))
    with av.open(str(clip)) as container:
        assert next(container.decode(video=0)).format.name == "bayer_rggb16le"
    assert refusal(clip) == probe_worker.NO_PICTURE


def prores_raw(width: int, height: int) -> bytes:
    """A picture as it comes from a sensor, with next to nothing on it."""
    head = bytes([0, 1]) + b"dji0" + struct.pack(">HH", width, height) + bytes(80)
    body = struct.pack(">H", len(head) + 2) + head + struct.pack(">H", 1) * 2000 + bytes(8000)
    return struct.pack(">I", len(body) + 8) + b"prrf" + body


def test_pictures_that_cannot_be_decoded_do_not_hide_those_that_can(tmp_path: Path) -> None:
    one = simple_clip(tmp_path / "one.mp4", 20)
    both = ["-map", "0:v", "-map", "0:v", "-c:v", "libx264", "-filter:v:0", "scale=640:384"]
    run_ffmpeg("-i", one, *both, tmp_path / "both.mp4")
    found = probe(with_unknown_codec(tmp_path / "both.mp4"))
    assert (found.track, found.width, found.height) == (1, 160, 96)
    made = make_footage(tmp_path / "both.mp4", tmp_path / "footage.mp4", found)
    assert numbers_of(tmp_path / "footage.mp4") == list(range(made.frame_count)) == list(range(20))


def test_sound_that_only_the_newer_of_our_two_decoders_knows_does_not_cost_the_pictures(
    tmp_path: Path,
) -> None:
    clip = tmp_path / "a.avi"
    sound = ["-f", "lavfi", "-i", "sine=d=1:r=22050", "-c:a", "adpcm_ima_wav"]
    run_ffmpeg("-i", simple_clip(tmp_path / "a.mp4", 25), *sound, "-c:v", "mpeg4", clip)
    data = bytearray(clip.read_bytes())
    format_tag = data.index(b"strf", data.index(b"auds")) + 8
    data[format_tag : format_tag + 2] = struct.pack("<H", 0x125)  # ADPCM of Sanyo
    clip.write_bytes(data)
    found = probe(clip)
    assert (found.frame_count, found.audio) == (25, None)
    assert make_footage(clip, tmp_path / "footage.mp4", found).frame_count == 25


@pytest.mark.parametrize("ending", ["mov", "mkv"])
@pytest.mark.parametrize("order", [("0:v", "1:v"), ("1:v", "0:v")])
def test_a_picture_that_a_camera_keeps_beside_its_film_is_not_the_film(
    tmp_path: Path, order: tuple[str, str], ending: str
) -> None:
    """Matroska does not say how many pictures a track has."""
    film = simple_clip(tmp_path / "film.mp4", 20)
    large, still = simple_clip(tmp_path / "large.mp4", 1), tmp_path / "still.mov"
    run_ffmpeg("-i", large, "-vf", "scale=320:192", "-c:v", "mjpeg", still)
    both = ["-map", order[0], "-map", order[1], "-c", "copy"]
    run_ffmpeg("-i", film, "-i", still, *both, tmp_path / f"both.{ending}")
    found = probe(tmp_path / f"both.{ending}")
    assert (found.width, found.height, found.frame_count) == (160, 96, 20)
    assert found.track == order.index("0:v")


@pytest.mark.parametrize("ending", ["mkv", "mp4"])
def test_a_recording_that_begins_between_key_frames_is_taken(tmp_path: Path, ending: str) -> None:
    options = {"g": "20", "keyint_min": "20", "bf": "0", "crf": "12"}
    whole, clip = simple_clip(tmp_path / "whole.mp4", 50, options=options), tmp_path / f"a.{ending}"
    with av.open(str(whole)) as source, av.open(str(clip), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in [packet for packet in source.demux(video=0) if packet.size][5:]:
            packet.stream = stream
            target.mux(packet)
    found = probe(clip)
    assert found.frame_count == 45
    make_footage(clip, tmp_path / "footage.mp4", found)
    assert numbers_of(tmp_path / "footage.mp4") == [20] * 15 + list(range(20, 50))


@pytest.mark.parametrize("trailer", [bytes(5000), bytes(range(1, 256)) * 9, b"\xff\x00\x07\x01" * 2])
@pytest.mark.parametrize("order", ["+faststart", "+empty_moov+frag_keyframe", ""])
def test_what_a_camera_appends_after_the_video_is_no_missing_end(
    tmp_path: Path, order: str, trailer: bytes
) -> None:
    clip = simple_clip(tmp_path / "a.mp4", 60, 30, container_options={"movflags": order} if order else {})
    with clip.open("ab") as file:
        file.write(trailer)
    assert probe(clip).frame_count == 60
    target = tmp_path / "footage.mp4"
    assert make_footage(clip, target, probe(clip)).frame_count == 60


def test_it_notices_an_end_overwritten_with_zeros(tmp_path: Path) -> None:
    clip = simple_clip(tmp_path / "a.mp4", 120, 30, container_options={"movflags": "+faststart"})
    data = bytearray(clip.read_bytes())
    data[len(data) // 3 :] = bytes(len(data) - len(data) // 3)
    clip.write_bytes(data)
    refusal(clip)


@pytest.mark.parametrize("keys", [10, 1000])
def test_the_end_of_a_clip_without_key_frames_is_left_to_the_conversion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: int
) -> None:
    monkeypatch.setattr(probe_worker, "TRIED_PIXELS", 20 * 160 * 96)
    options = {"g": str(keys), "bf": "0", "sc_threshold": "0", "preset": "ultrafast"}
    clip = simple_clip(tmp_path / "a.mp4", 100, 25, options=options)
    with av.open(str(clip)) as container:
        end = [(packet.pos or 0, packet.size) for packet in container.demux(video=0) if packet.size][60:]
    data = bytearray(clip.read_bytes())
    for start, size in end:
        data[start : start + size] = bytes(size)
    clip.write_bytes(data)
    if keys == 1000:
        assert probe_worker.examine(clip)["frame_count"] == 100
    else:
        with pytest.raises(Refused, match="end of this video"):
            probe_worker.examine(clip)


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x08free" * 500 + b"\0\0\0\x7ffree",
        b"RIFF\4\0\0\0AVI " * 500 + b"RIFF\x7f\0\0\0AVI ",
    ],
)
def test_a_file_of_nothing_but_boxes_keeps_nobody_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    (tmp_path / "a").write_bytes(data)
    assert refusal(tmp_path / "a") == containers.TRUNCATED
    monkeypatch.setattr(containers, "MOST_BOXES", 100)
    containers.inspect(tmp_path / "a")  # sees no end: what the child does is bounded


def test_it_refuses_pictures_beyond_8192(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", [np.zeros((32, 8224, 3), dtype=np.uint8)] * 2)
    assert "8224×32" in refusal(clip)


def test_pixels_that_would_be_stretched_beyond_8192_are_refused_too(tmp_path: Path) -> None:
    frames = [np.zeros((32, 2048, 3), dtype=np.uint8)] * 2
    assert probe(make_clip(tmp_path / "a.mp4", frames, pixel_aspect=Fraction(4))).width == 8192
    assert "10240×32" in refusal(make_clip(tmp_path / "b.mp4", frames, pixel_aspect=Fraction(5)))


def test_it_refuses_more_than_36_megapixels(tmp_path: Path) -> None:
    most = [np.zeros((4320, 1024, 3), dtype=np.uint8)] * 2
    assert probe(make_clip(tmp_path / "a.mp4", most, pixel_aspect=Fraction(8))).width == 8192
    more = [np.zeros((8192, 1024, 3), dtype=np.uint8)] * 2
    sentence = refusal(make_clip(tmp_path / "b.mp4", more, pixel_aspect=Fraction(8)))
    assert "8192×8192, which are 68 megapixels. At most 36 are possible" in sentence


def test_it_refuses_more_than_four_hours(tmp_path: Path) -> None:
    times = [Fraction(3 * n) for n in range(4 * 1200 + 100)]
    frames = [np.zeros((16, 16, 3), dtype=np.uint8)] * len(times)
    clip = make_clip(
        tmp_path / "a.mp4", frames, 1, times=times, tick=Fraction(1, 1000), options={"preset": "ultrafast"}
    )
    assert "hours" in refusal(clip)


def test_it_refuses_absurd_rates(tmp_path: Path) -> None:
    times = [Fraction(n, 1000) for n in range(20)]
    clip = make_clip(tmp_path / "a.mp4", [numbered(n) for n in range(20)], times=times)
    assert "pictures a second" in refusal(clip)


@pytest.mark.parametrize("seconds", [[0, 30, 60, 90], [0, 12, 25, 36]])
def test_slow_slides_are_shown_one_a_second(tmp_path: Path, seconds: list[int]) -> None:
    pictures = [numbered(n) for n in range(4)]
    times = [Fraction(n) for n in seconds]
    clip = make_clip(tmp_path / "a.mp4", pictures, times=times, sound=click(seconds[-1] + 12, 1))
    found = probe(clip)
    assert (found.rate, found.variable_rate) == (Fraction(1), True)
    make_footage(clip, tmp_path / "footage.mp4", found)
    shown = [max(k for k in range(4) if seconds[k] <= second) for second in range(seconds[-1] + 12)]
    assert numbers_of(tmp_path / "footage.mp4")[: len(shown)] == shown


@pytest.mark.parametrize("declared", [Fraction(1, 12), Fraction(90_000)])
def test_one_picture_is_shown_as_long_as_its_sound_whatever_rate_it_claims(
    tmp_path: Path, declared: Fraction
) -> None:
    clip = make_clip(tmp_path / "a.mp4", [numbered(7)], declared, sound=click(12, 1))
    found = probe(clip)
    assert found.rate == 25 and 12 <= found.duration < Fraction(121, 10)
    make_footage(clip, tmp_path / "footage.mp4", found)
    assert numbers_of(tmp_path / "footage.mp4") == [7] * found.frame_count


def test_a_screen_that_stood_still_for_minutes_is_no_absurd_rate(tmp_path: Path) -> None:
    times = [Fraction(n, 30) + (300 if n >= 10 else 0) for n in range(20)]
    found = probe(make_clip(tmp_path / "a.mp4", [numbered(n) for n in range(20)], 30, times=times))
    assert (found.rate, found.frame_count, found.variable_rate) == (Fraction(30), 9020, True)


@pytest.mark.parametrize("count", [2, 8])
def test_a_few_pictures_in_rounded_times_are_no_absurd_rate(tmp_path: Path, count: int) -> None:
    times = [Fraction(n, 240) for n in range(count)]
    pictures = [numbered(n) for n in range(count)]
    clip = make_clip(tmp_path / "a.mkv", pictures, 240, times=times, tick=Fraction(1, 1000))
    found = probe(clip)
    assert (found.rate, found.frame_count, found.variable_rate) == (Fraction(240), count, False)


def test_slow_motion_of_a_phone_may_be_a_little_quicker_than_it_says(tmp_path: Path) -> None:
    stray = np.random.default_rng(1).normal(0, 2e-4, 96)
    times = [Fraction(n, 240) * Fraction(999, 1000) + Fraction(float(stray[n])) for n in range(96)]
    pictures = [numbered(n) for n in range(96)]
    clip = make_clip(tmp_path / "a.mp4", pictures, 240, times=[time - min(times) for time in times])
    found = probe(clip)
    assert found.rate > 240 and (found.frame_count, found.variable_rate) == (96, False)


def test_a_file_that_keeps_the_processor_busy_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = simple_clip(tmp_path / "a.mp4", 5)
    instead_of_the_child(monkeypatch, "while True: pass")
    monkeypatch.setattr(media_probe, "PATIENCE", 200)  # whatever else the machine does
    with pytest.raises(Refused, match="too long"):
        probe(clip, timeout=0.5)


@pytest.mark.parametrize(
    "child",
    [
        "import time; time.sleep(60)",  # a machine with other things to do
        "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",  # a service that is restarted
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",  # a machine without memory
        "import half.an.upgrade",
    ],
)
def test_what_the_machine_ends_is_no_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, child: str
) -> None:
    clip = simple_clip(tmp_path / "a.mp4", 5)
    instead_of_the_child(monkeypatch, child)
    with pytest.raises(MediaError, match=r"cut short\. Try again\."):
        probe(clip, timeout=0.5)


def instead_of_the_child(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Let the real child process, limits and all, run this program."""

    def bounded(command: list[str], *, memory: int, cpu_seconds: int) -> list[str]:
        return children.bounded([sys.executable, "-c", program], memory=memory, cpu_seconds=cpu_seconds)

    monkeypatch.setattr(media_probe, "bounded", bounded)
