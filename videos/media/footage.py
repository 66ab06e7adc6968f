"""Turns whatever was uploaded into footage that every browser plays and every frame of which has a number."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import ceil
from pathlib import Path

import av

from videos.media import channels, colour, timing
from videos.media.checks import check_video
from videos.media.errors import FootageError
from videos.media.files import beside, written
from videos.media.probe import AudioInfo, Probe, display_size
from videos.media.process import FORMATS, PROTOCOLS
from videos.media.transcode import Progress, ShouldStop, TranscodeError, at_once, never, run, threads

CRF = 18
PRESET = "veryfast"
AUDIO_BITS = "160k"
LOOKAHEAD = 10  # pictures, as the preset has it
LEAST_LOOKAHEAD = 3  # of which B-frames are chosen
AAC_SAMPLES = 1024  # in each packet
TURNS: dict[int, list[str]] = {
    0: [],
    90: ["transpose=clock"],
    180: ["hflip", "vflip"],
    270: ["transpose=cclock"],
}


@dataclass(frozen=True)
class Footage:
    """Playable footage as it was written: exactly ``frame_count`` pictures at ``rate`` a second."""

    frame_count: int
    rate: Fraction
    width: int
    height: int
    duration: Fraction
    has_audio: bool


def make_footage(
    source: Path | str,
    target: Path | str,
    probe: Probe,
    *,
    progress: Progress | None = None,
    should_stop: ShouldStop = never,
) -> Footage:
    """Writes ``target`` (MP4): H.264 8-bit 4:2:0 in BT.709, constant rate, upright square pixels, AAC in step.

    Key frames are closed and a second apart; the index comes first. The source is not touched. Where
    single frames of the source cannot be decoded, their neighbours stand in, so the length stays.
    Raises FootageError or Stopped, and then leaves nothing behind.
    """
    source, target = Path(source).resolve(), Path(target).resolve()
    with written(target) as part:
        convert = partial(_convert, source, part, probe, progress, should_stop)
        try:
            for even_beat in [False] if probe.variable_rate else [True, False]:
                convert(even_beat)
                problem = check_video(part, probe.rate, probe.frame_count)
                if not problem:
                    break
            if not problem and probe.audio and _is_too_much(part, probe):
                with _of_one_kind(source, part, probe.audio, should_stop) as sound:
                    convert(even_beat, sound)
                problem = check_video(part, probe.rate, probe.frame_count)
        except TranscodeError as error:
            raise FootageError(str(error)) from error
        if problem:
            raise FootageError(f"This video could not be read to its end: {problem}")
    return Footage(
        frame_count=probe.frame_count,
        rate=probe.rate,
        width=probe.width,
        height=probe.height,
        duration=probe.frame_count / probe.rate,
        has_audio=probe.audio is not None,
    )


def _convert(
    source: Path,
    part: Path,
    probe: Probe,
    progress: Progress | None,
    should_stop: ShouldStop,
    even_beat: bool,
    sound: Path | None = None,
) -> None:
    """One run of ffmpeg. ``even_beat``: every source frame becomes one frame; else by its timestamp.

    ``sound``: a file of ours that stands for the sound of the source, with the same times.
    """
    whitelists = ["-protocol_whitelist", PROTOCOLS, "-format_whitelist", FORMATS]
    # Filters live on where the size changes on the way: a second set of them would count its pictures from 0 again.
    as_coded = ["-noautorotate", "-display_rotation", "0", "-reinit_filter:v", "0"]
    pixels = probe.coded_width * probe.coded_height
    arguments = ["-threads", threads(pixels), *whitelists, *as_coded, "-copyts", "-i", f"file:{source}"]
    arguments += ["-i", f"file:{sound}"] if sound else []
    arguments += ["-map", f"0:v:{probe.track}", "-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn"]
    arguments += ["-vf", ",".join(_picture_filters(probe, even_beat))]
    arguments += video_codec(probe.rate, crf=CRF, preset=PRESET, pixels=probe.width * probe.height)
    if probe.audio:
        track = "1:a:0" if sound else f"0:a:{probe.audio.track}"
        arguments += ["-map", track, "-af", ",".join(_sound_filters(probe, mixed=sound is not None))]
        arguments += ["-c:a", "aac", "-b:a", AUDIO_BITS]
    arguments += ["-movflags", "+faststart", "-f", "mp4", str(part)]
    memory = 4 * 2**30 + 500 * pixels
    run(arguments, frame_count=probe.frame_count, progress=progress, should_stop=should_stop, memory=memory)


def video_codec(rate: Fraction, *, crf: int, preset: str, pixels: int) -> list[str]:
    """ffmpeg's words for H.264 with closed groups of one second and timestamps that are exact.

    Where a picture has more `pixels` than 4K, fewer of them are held to look ahead.
    """
    beat = str(ceil(rate))
    ahead = min(LOOKAHEAD, max(LEAST_LOOKAHEAD, at_once(pixels)))
    words = [
        "-c:v",
        "libx264",
        "-preset",
        preset,
        "-crf",
        str(crf),
        "-pix_fmt",
        "yuv420p",
        "-profile:v",
        "high",
    ]
    words += ["-g", beat, "-keyint_min", beat, "-sc_threshold", "0", "-flags", "+cgop"]
    words += ["-threads", threads(pixels), "-rc-lookahead", str(ahead)]
    words += [
        "-color_primaries",
        "bt709",
        "-color_trc",
        "bt709",
        "-colorspace",
        "bt709",
        "-color_range",
        "tv",
    ]
    exact = f"{rate.numerator}/{rate.denominator}"
    return [*words, "-r", exact, "-fps_mode", "cfr", "-video_track_timescale", str(timing.timescale(rate))]


def _picture_filters(probe: Probe, even_beat: bool) -> list[str]:
    """Everything that happens to a picture: all get the size of the first, then they are turned upright."""
    filters = [f"scale={probe.coded_width}:{probe.coded_height}:flags=bicubic"]
    if probe.interlaced or probe.pix_fmt.startswith("yuv"):
        # The first picture does not speak for all: those that are not marked pass as they are, at no cost.
        filters += ["bwdif=mode=send_frame:deint=interlaced"]
    filters += [*TURNS[probe.rotation], *(["hflip"] if probe.mirrored else [])]
    if probe.pixel_aspect == 1:
        # An odd row or column is cut off: scaling by one pixel would soften the whole picture.
        filters += [f"crop={probe.width}:{probe.height}:0:0"]
    filters += [*colour.filters(probe, probe.width, probe.height), "setsar=1"]
    held = probe.frame_count - round((probe.duration - probe.held) * probe.rate)
    if even_beat and held:  # exactly as many: where pictures are missing, that is noticed
        filters += [f"tpad=stop_mode=clone:stop={held}"]
    if not even_beat:
        rate = f"{probe.rate.numerator}/{probe.rate.denominator}"
        # Half a picture later and rounded down is rounded to the nearest, save that the last one of the clip, which
        # has no other behind it, would be rounded away.
        filters += [f"setpts=PTS-({probe.start})/TB+1/(2*({rate})*TB)"]
        filters += [f"fps={rate}:start_time=0:round=down:eof_action=pass"]
        # The last picture of a clip may have no length of its own; what is missing at the end is held.
        filters += [f"tpad=stop_mode=clone:stop_duration={2 + ceil(probe.held)}"]
    scale = timing.timescale(probe.rate)
    counted = [f"settb=1/{scale}", f"setpts=N*{int(scale / probe.rate)}"]
    return [*filters, f"trim=end_frame={probe.frame_count}", *counted]


def _is_too_much(part: Path, probe: Probe) -> bool:
    """Whether there is more sound than pictures.

    Where its channels or rate change on the way, ffmpeg begins anew with its filters, and so with the silence before.
    """
    with av.open(str(part)) as container:
        stream = container.streams.audio[0]
        wanted = probe.frame_count / probe.rate * (stream.rate or 48_000)
        return stream.frames > ceil(wanted / AAC_SAMPLES) + 2  # one is before the first, one is not full


@contextmanager
def _of_one_kind(source: Path, part: Path, audio: AudioInfo, should_stop: ShouldStop) -> Iterator[Path]:
    """The sound of ``source`` at its own times in a file beside ``part``, two channels at 48 kHz from end to end."""
    sound = beside(part.with_suffix(".mkv"))
    whitelists = ["-protocol_whitelist", PROTOCOLS, "-format_whitelist", FORMATS]
    arguments = [*whitelists, "-copyts", "-i", f"file:{source}", "-map", f"0:a:{audio.track}", "-vn"]
    arguments += ["-ac", "2", "-ar", "48000", "-c:a", "pcm_s16le", "-f", "matroska", str(sound)]
    try:
        run(arguments, frame_count=0, should_stop=should_stop, memory=4 * 2**30)
        yield sound
    finally:
        sound.unlink(missing_ok=True)


def _sound_filters(probe: Probe, *, mixed: bool) -> list[str]:
    """Sound in step with the first picture: silence where it starts late or has gaps, exactly as long."""
    assert probe.audio is not None
    rate = probe.audio.rate if probe.audio.rate in (44100, 48000) else 48000
    samples = round(probe.frame_count / probe.rate * rate)
    layout = "mono" if probe.audio.channels == 1 else "stereo"
    return [
        f"asetpts=PTS-({probe.start})/TB",
        *([] if mixed else channels.picked(probe.audio)),
        f"aresample={rate}:async=1:min_hard_comp=0.05:first_pts=0",
        f"aformat=sample_rates={rate}:channel_layouts={layout}",
        f"apad=whole_len={samples}",
        f"atrim=end_sample={samples}",
    ]


__all__ = ["Footage", "display_size", "make_footage"]
