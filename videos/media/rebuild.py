"""Joins the painted segments to one video, without encoding a second time, and gives it its sound back."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.stream import VideoStream

from videos.media import timing
from videos.media.checks import check_video, open_ours
from videos.media.errors import RebuildError
from videos.media.files import written

# x264 decodes at most two pictures ahead of showing them (B-frames with pyramid).
REORDER = 2

Timed = tuple[Fraction, "Packet[Any]"]


def rebuild(
    segments: Sequence[Path],
    *,
    audio_from: Path | None,
    rate: Fraction,
    frame_count: int,
    target: Path,
    start: Fraction = Fraction(0),
) -> None:
    """Writes ``target`` (MP4, index first) with exactly ``frame_count`` pictures at ``rate`` a second.

    ``segments`` come from SegmentWriter, in order. ``audio_from``: footage whose AAC is copied for the same
    span, beginning ``start`` seconds into it; footage without sound gives none. Checked before it appears
    under its name: number and time of every frame, and the length. Raises RebuildError.
    """
    try:
        with written(target) as part:
            _join(
                [Path(path) for path in segments],
                audio_from,
                Fraction(rate),
                frame_count,
                part,
                Fraction(start),
            )
            problem = check_video(part, Fraction(rate), frame_count) or _wrong_length(
                part, frame_count / Fraction(rate)
            )
            if problem:
                raise RebuildError(f"The rebuilt video is not complete: {problem}")
    except (FFmpegError, OSError, IndexError) as error:
        raise RebuildError(f"The video could not be rebuilt: {error}.") from error


def _join(
    segments: list[Path],
    audio_from: Path | None,
    rate: Fraction,
    frame_count: int,
    part: Path,
    start: Fraction,
) -> None:
    """Copies the packets of all segments and of the sound, in the order of time, into one MP4."""
    if not segments:
        raise RebuildError("There is nothing to rebuild: no segment was rendered.")
    with ExitStack() as stack:
        # Edit lists count in ticks of the movie, by default milliseconds: a third of a second would be cut short.
        ticks = {"movflags": "+faststart", "movie_timescale": str(timing.timescale(rate))}
        output = stack.enter_context(av.open(str(part), "w", format="mp4", options=ticks))
        first = stack.enter_context(open_ours(segments[0]))
        video = output.add_stream_from_template(first.streams.video[0])
        video.time_base = Fraction(1, timing.timescale(rate))
        video.codec_context.framerate = rate
        sources: list[Iterator[Timed]] = [_pictures(segments, video, rate)]
        if audio_from is not None:
            footage = stack.enter_context(av.open(str(audio_from)))
            if footage.streams.audio:
                sound = footage.streams.audio[0]
                sources.append(_sound(output, footage, sound, start, start + frame_count / rate))
        output.start_encoding()
        for _, packet in heapq.merge(*sources, key=lambda timed: timed[0]):
            output.mux(packet)


def _pictures(segments: list[Path], stream: VideoStream, rate: Fraction) -> Iterator[Timed]:
    """The packets of all segments with their final times: exact ticks of frame numbers, not rounded sums."""
    ticks = int(timing.timescale(rate) / rate)
    begin, headers = 0, None
    for path in segments:
        with open_ours(path) as container:
            source = container.streams.video[0]
            headers = headers or source.codec_context.extradata
            if source.codec_context.extradata != headers:
                raise RebuildError(f"{path.name} was encoded with other settings than the first segment.")
            packets = [packet for packet in container.demux(source) if packet.size]
            numbers = _numbers(packets, source, rate, path.name)
            for order, (packet, number) in enumerate(zip(packets, numbers, strict=True)):
                packet.stream = stream
                packet.time_base = Fraction(1, timing.timescale(rate))
                packet.pts = (begin + number) * ticks
                packet.dts = (begin + order - REORDER) * ticks
                packet.duration = ticks
                yield (begin + order) / rate, packet
            begin += len(packets)


def _numbers(packets: list[Packet[VideoStream]], source: VideoStream, rate: Fraction, name: str) -> list[int]:
    """The frame number of each packet within its segment; RebuildError unless they are 0…n-1."""
    tick = source.time_base or Fraction(1, 90_000)
    shown = [packet.pts for packet in packets if packet.pts is not None]
    if not packets or len(shown) != len(packets):
        raise RebuildError(f"{name} holds no complete pictures.")
    numbers = [timing.index_of_pts(pts, tick, rate, min(shown)) for pts in shown]
    if sorted(numbers) != list(range(len(packets))):
        raise RebuildError(f"{name} lacks frames in its middle.")
    if any(order - number > REORDER for order, number in enumerate(numbers)):
        raise RebuildError(f"{name} was encoded with other settings than segments are.")
    return numbers


def _sound(
    output: OutputContainer, container: InputContainer, source: AudioStream, start: Fraction, stop: Fraction
) -> Iterator[Timed]:
    """AAC packets for start…stop seconds, moved so that ``start`` becomes 0.

    One packet more is kept before it, from which AAC builds the first samples; its time is negative, and
    the file says that it is not to be heard. The last packet is cut to end with the pictures.
    """
    stream = output.add_stream_from_template(source)
    tick = source.time_base or Fraction(1, source.rate or 48_000)
    shift, end = round(start / tick), round(stop / tick)

    def packets() -> Iterator[Timed]:
        container.seek(max(0, shift - 4096), stream=source, backward=True)
        for packet in container.demux(source):
            if not packet.size or packet.pts is None or packet.pts + 2 * (packet.duration or 1024) <= shift:
                continue
            if packet.pts >= end:
                return
            packet.duration = min(packet.duration or 1024, end - packet.pts)
            packet.pts -= shift
            packet.dts = packet.pts
            packet.stream = stream
            yield packet.pts * tick, packet

    return packets()


def _wrong_length(path: Path, seconds: Fraction) -> str | None:
    """None if pictures last exactly ``seconds`` and sound ends within a packet of that; else what is wrong."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        length = (video.duration or 0) * (video.time_base or Fraction(1))
        if length != seconds:
            return f"the pictures last {float(length):.4f} s instead of {float(seconds):.4f} s."
        for sound in container.streams.audio:
            ends = (sound.duration or 0) * (sound.time_base or Fraction(1))
            if ends > seconds + Fraction(1, 20):
                return f"the sound lasts {float(ends):.4f} s, the pictures {float(seconds):.4f} s."
    return None
