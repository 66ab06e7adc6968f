"""The child process that opens a file nobody vouches for. Prints one line of JSON; see ``probe.py``.

It prints either ``{"refused": sentence}`` or what it found. It reads every packet's timestamp but
decodes only the first picture and the last second.
"""

import json
import resource
import sys
from array import array
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from filters.training.upright import orientation
from videos.media import containers
from videos.media.errors import Refused
from videos.media.opening import open_video, refusing
from videos.media.probe import display_size
from videos.media.process import decodable
from videos.media.timing import constant_rate

MAX_SIDE = 8192
MAX_PIXELS = 36_000_000  # 8K as in cinemas: to paint it takes 2 GB of memory, to write it 1.3 GB beside
MIN_SIDE = 16
MAX_SECONDS = 4 * 3600
MAX_RATE = Fraction(240)
JITTER = Fraction(51, 50)  # by which what a phone writes at 240 pictures a second may seem more
MIN_RATE = Fraction(1, 10)
MAX_FRAMES = int(MAX_SECONDS * MAX_RATE)
HELD = Fraction(1, 2)  # seconds: a shorter rest is how a camera rounds off
TRIED_PACKETS = 200  # of sound: some seconds
TRIED_PIXELS = 2 * 10**9  # at the end: 240 pictures in 4K, a thousand in 1080p, some seconds to decode

AUDIO_ONLY = "This file has sound but no picture. Upload the video it belongs to."
NO_PICTURE = (
    "No picture of this video could be decoded: it is damaged or its codec is unknown. Export it as H.264."
)
DAMAGED_END = "The end of this video is damaged. Copy the clip from the camera again, or export it once more."
HUGE = "The picture is {w}×{h}. At most {max} pixels a side are possible: export the clip in 4K or 8K."
MANY = (
    "The picture is {w}×{h}, which are {megapixels} megapixels. At most {max} are possible: export the clip in 8K "
    "(7680×4320) or smaller."
)
TINY = "The picture is {w}×{h}. At least {min} pixels a side are needed."
LONG = "The clip lasts {hours:.1f} hours. At most four are possible: cut it into parts."
ABSURD = "The clip claims {rate:.4g} pictures a second. At most 240 are possible: export it at a usual rate."

_MATRICES = {
    0: "gbr",
    1: "bt709",
    4: "fcc",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "ycgco",
    9: "bt2020nc",
}
_TRANSFERS = {1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear"}
_TRANSFERS |= {13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084", 18: "arib-std-b67"}
_PRIMARIES = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    9: "bt2020",
    11: "smpte431",
}
_PRIMARIES |= {12: "smpte432"}
_RANGES = {1: "tv", 2: "pc"}


def _can_be_decoded(stream: Stream) -> bool:
    """Whether its codec is known here and to the ffmpeg that converts it."""
    context = stream.codec_context
    return context is not None and context.codec.canonical_name in decodable()


def _moving(path: Path, streams: list[VideoStream]) -> set[int]:
    """The indices of those tracks that have more than one picture; read no further than needed to tell."""
    seen = Counter[int]()
    with open_video(path) as container:
        for packet in container.demux([container.streams[stream.index] for stream in streams]):
            seen[packet.stream.index] += packet.size > 0
            if all(seen[stream.index] > 1 for stream in streams):
                break
    return {index for index, pictures in seen.items() if pictures > 1}


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    """The moving picture: the largest if there are several that can be decoded here.

    Not a cover image, nor a track of one picture that does not say that it is one.
    """
    cover = av.stream.Disposition.attached_pic
    videos = [stream for stream in container.streams.video if not stream.disposition & cover]
    if not videos:
        raise Refused(AUDIO_ONLY if container.streams.audio else containers.NOT_A_VIDEO)
    known = [stream for stream in videos if _can_be_decoded(stream)]
    if not known:
        raise Refused(NO_PICTURE)
    told = len(known) == 1 or all(stream.frames for stream in known)
    moving = {stream.index for stream in known if stream.frames != 1} if told else _moving(path, known)
    return max(known, key=lambda stream: (stream.index in moving, stream.width * stream.height))


def _check_size(width: int, height: int) -> None:
    """Raises Refused for pictures beyond what is possible. Zero means that no header was found."""
    if width == 0 or height == 0:
        raise Refused(NO_PICTURE)
    if max(width, height) > MAX_SIDE:
        raise Refused(HUGE.format(w=width, h=height, max=MAX_SIDE))
    if width * height > MAX_PIXELS:
        megapixels = -(-width * height // 10**6)
        raise Refused(MANY.format(w=width, h=height, megapixels=megapixels, max=MAX_PIXELS // 10**6))
    if min(width, height) < MIN_SIDE:
        raise Refused(TINY.format(w=width, h=height, min=MIN_SIDE))


@dataclass(frozen=True)
class Pictures:
    """When each picture is shown, sorted and distinct, and how long all last, in ticks of the stream.

    `repeated`: several are shown at the same time. `torn`: a packet was cut off.
    """

    ticks: np.ndarray[Any, Any]
    length: int
    repeated: bool
    torn: bool


def _timestamps(container: InputContainer, stream: VideoStream, sound: AudioStream | None) -> Pictures:
    """From all packets. Players show the last picture until the sound ends too, so it lasts as long.

    AVI has no such times: those guessed for it are a frame or two late, and would put the sound out of step. There
    the n-th picture belongs to the time of the n-th piece.
    """
    shown, decoded, torn = array("q"), array("q"), False
    seen, end, heard = 0, 0, 0  # until when, by either time, and by the ticks of the sound
    for packet in container.demux([stream, sound] if sound else [stream]):
        if packet.size == 0 or packet.is_discard:
            continue
        if packet.stream.index != stream.index:
            heard = max(heard, (packet.pts or 0) + (packet.duration or 0))
            continue
        torn |= packet.is_corrupt
        if packet.dts is not None:
            decoded.append(packet.dts)
            end = max(end, packet.dts + (packet.duration or 0))
        if packet.pts is not None:
            shown.append(packet.pts)
            seen = max(seen, packet.pts + (packet.duration or 0))
        if max(len(shown), len(decoded)) > MAX_FRAMES:
            raise Refused(LONG.format(hours=MAX_FRAMES / 240 / 3600))
    guessed = container.format.name == "avi" or len(shown) < len(decoded)
    times = np.frombuffer(decoded if guessed else shown, dtype=np.int64)
    ticks = np.unique(times)
    length = end - min(decoded, default=end)
    if stream.duration is None:  # Matroska tells how long each is seen, the others when the next one comes
        length = seen - min(shown, default=seen)
    else:  # an edit list may end it before its end
        length = min(length, stream.duration)
    if sound and len(ticks):
        length = max(length, _heard_until(sound, heard) // _tick(stream) - int(ticks[0]))
    return Pictures(ticks, length, len(ticks) < len(times), torn)


def _heard_until(sound: AudioStream, heard: int) -> Fraction:
    """The time in seconds at which a sound track ends whose packets end at `heard`."""
    if sound.duration is not None:
        heard = min(heard, (sound.start_time or 0) + sound.duration)  # as above
    return heard * _tick(sound)


def _tick(stream: VideoStream | AudioStream) -> Fraction:
    """Seconds between two ticks of a stream."""
    return stream.time_base or Fraction(1, 1000)


def _first_picture(path: Path, track: int) -> VideoFrame:
    """The first picture that can be decoded. The file is opened anew: one without a key frame cannot go back."""
    with open_video(path) as container:
        stream = container.streams.video[track]
        stream.codec_context.thread_count = 2
        with refusing(path, NO_PICTURE):
            for number, packet in enumerate(container.demux(stream)):
                for frame in stream.codec_context.decode(packet):
                    if isinstance(frame, VideoFrame):
                        return frame
                if number > 600:
                    break
    raise Refused(NO_PICTURE)


def _check_end(path: Path, container: InputContainer, stream: VideoStream, last: int) -> None:
    """Decodes from the last key frame on; raises Refused if no picture of the last second comes out.

    Where there is no key frame to begin at, or none for long (as where every picture renews a strip), it is left to
    the conversion, which reads everything.
    """
    slack = max(1, round(1 / (stream.time_base or Fraction(1, 1000))))
    stream.codec_context.flush_buffers()
    try:
        container.seek(last, stream=stream, backward=True)
    except MemoryError:
        raise
    except FFmpegError:
        return
    with refusing(path, DAMAGED_END):
        for number, frame in enumerate(container.decode(stream), 1):
            if frame.pts is None or frame.pts >= last - slack:
                return
            if number * frame.width * frame.height > TRIED_PIXELS:
                return
    raise Refused(DAMAGED_END)


def _can_be_heard(path: Path, track: int) -> bool:
    """Whether the beginning of a sound track can be decoded; where it cannot, ffmpeg would give up the pictures too."""
    with open_video(path) as container:
        stream = container.streams.audio[track]
        for packet in islice(container.demux(stream), TRIED_PACKETS):
            try:
                if stream.codec_context.decode(packet):
                    return True
            except MemoryError:
                raise
            except FFmpegError:
                continue
    return False


def _audio(container: InputContainer, path: Path) -> dict[str, Any] | None:
    """The sound track that players choose: of those that can be decoded here the file's default, else the first."""
    default = av.stream.Disposition.default
    for stream in sorted(container.streams.audio, key=lambda one: not one.disposition & default):
        if not _can_be_decoded(stream) or not stream.rate or not stream.channels:
            continue
        start = Fraction(stream.start_time or 0) * (stream.time_base or Fraction(1, stream.rate))
        channels, rate = stream.channels, stream.rate
        index = list(container.streams.audio).index(stream)
        if not _can_be_heard(path, index):
            continue
        return {
            "codec": stream.codec_context.name,
            "channels": channels,
            "rate": rate,
            "start": str(start),
            "track": index,
            "layout": stream.layout.name,
        }
    return None


def _aspect(stream: VideoStream) -> Fraction:
    """Width of a pixel divided by its height; nonsense counts as square."""
    aspect = stream.sample_aspect_ratio or Fraction(1)
    return Fraction(aspect) if Fraction(1, 8) <= aspect <= 8 else Fraction(1)


def _rate(stream: VideoStream, pictures: Pictures) -> tuple[Fraction, bool, Fraction]:
    """Rate, whether it varies, and the seconds until the last picture has been shown as long as any other.

    Refuses what is absurd or too long.
    """
    tick, ticks = _tick(stream), pictures.ticks
    declared = [rate for rate in (stream.average_rate, stream.guessed_rate) if rate]
    rate, varies = constant_rate(ticks, tick, [Fraction(rate) for rate in declared])
    if rate < MIN_RATE:  # slides: shown once a second each stays as long as it should
        rate, varies = Fraction(1), True
    varies |= pictures.repeated  # the n-th picture is not the n-th to be seen
    span = int(ticks[-1] - ticks[0]) * tick
    mean = (len(ticks) - 1) / span if len(ticks) > 1 else rate
    # A few pictures may seem quicker than they are where times are rounded: an even beat is known better.
    # On the whole few are no fault: a screen may stand still for long.
    most = max(rate, mean) if varies else rate
    if most > MAX_RATE * JITTER:
        raise Refused(ABSURD.format(rate=float(most)))
    duration = span + 1 / rate if varies else len(ticks) / rate
    if duration > MAX_SECONDS:
        raise Refused(LONG.format(hours=float(duration) / 3600))
    return rate, varies, duration


def _times(stream: VideoStream, pictures: Pictures) -> dict[str, Any]:
    """What the times of all pictures come to; raises Refused.

    The last one may be shown much longer than any other: the recording of a screen that stood still in the end, or
    sound that goes on.
    """
    tick = _tick(stream)
    rate, varies, duration = _rate(stream, pictures)
    held = pictures.length * tick - duration
    if held < HELD or duration + held > MAX_SECONDS:
        held = Fraction(0)
    return {
        "rate": str(rate),
        "variable_rate": varies,
        "duration": str(duration + held),
        "held": str(held),
        "frame_count": round((duration + held) * rate),
        "start": str(int(pictures.ticks[0]) * tick),
    }


def _pictures(container: InputContainer, stream: VideoStream, sound: dict[str, Any] | None) -> Pictures:
    """When they are shown. Raises Refused without any, or where the end is missing."""
    pictures = _timestamps(container, stream, container.streams.audio[sound["track"]] if sound else None)
    if pictures.torn or (stream.frames > 1 and not len(pictures.ticks)):
        raise Refused(containers.TRUNCATED)
    if not len(pictures.ticks):
        raise Refused(NO_PICTURE)
    return pictures


def _colour(frame: VideoFrame) -> dict[str, str | None]:
    """What the picture says of its colours, by ffmpeg's names; None where it says nothing that we know."""
    return {
        "primaries": _PRIMARIES.get(int(frame.color_primaries)),
        "transfer": _TRANSFERS.get(int(frame.color_trc)),
        "matrix": _MATRICES.get(int(frame.colorspace)),
        "range": _RANGES.get(int(frame.color_range)),
    }


def examine(path: Path) -> dict[str, Any]:
    """Everything that ``probe.Probe`` holds, as JSON; raises Refused."""
    containers.inspect(path)
    with open_video(path) as container:
        stream = _video_stream(container, path)
        stream.codec_context.thread_count = 2
        _check_size(stream.width, stream.height)
        sound = _audio(container, path)
        pictures = _pictures(container, stream, sound)
        times = _times(stream, pictures)
        track = list(container.streams.video).index(stream)
        frame = _first_picture(path, track)
        _check_size(frame.width, frame.height)
        rotation, mirrored = orientation(frame)
        aspect = _aspect(stream)
        _check_size(*display_size(frame.width, frame.height, aspect, rotation))
        found = {
            **times,
            "coded_width": frame.width,
            "coded_height": frame.height,
            "rotation": rotation,
            "mirrored": mirrored,
            "pixel_aspect": str(aspect),
            "codec": stream.codec_context.name,
            "pix_fmt": frame.format.name,
            **_colour(frame),
            "interlaced": bool(frame.interlaced_frame),
            "track": track,
            "audio": sound,
        }
        _check_end(path, container, stream, int(pictures.ticks[-1]))
        return found


def main() -> None:
    """Prints the answer for the path in the first argument."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    av.logging.set_level(None)
    try:
        answer = examine(Path(sys.argv[1]))
    except Refused as refusal:
        answer = {"refused": str(refusal)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
