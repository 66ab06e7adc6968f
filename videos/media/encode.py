"""Painted frames into video, through moviepy's writer.

moviepy by itself rounds the rate to two decimals, uses the BT.601 matrix without saying so and does not
notice when ffmpeg fails; what is passed and checked here mends that. See docs/decisions/0002-rebuild.md.
"""

import tempfile
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from videos.media import timing
from videos.media.checks import packet_count
from videos.media.colour import TAGS
from videos.media.errors import EncodeError
from videos.media.files import beside
from videos.media.footage import video_codec


class SegmentWriter:
    """Writes (H, W, 3) RGB uint8 frames to a piece of H.264 that joins exactly with its neighbours.

    ``path`` ends in .ts for pieces to join, or .mp4 for a clip of its own. Sizes must be even. The file
    appears under its name only when the block ends well and it holds every frame that was written.
    """

    def __init__(
        self,
        path: Path | str,
        width: int,
        height: int,
        rate: Fraction,
        *,
        crf: int = 20,
        preset: str = "veryfast",
    ) -> None:
        if width % 2 or height % 2:
            raise EncodeError(f"{width}×{height} cannot be written as 4:2:0: both sides must be even.")
        self.path, self.width, self.height, self.rate = Path(path), width, height, Fraction(rate)
        self.frame_count = 0
        self._crf, self._preset = crf, preset

    def __enter__(self) -> Self:
        from moviepy.video.io.ffmpeg_writer import FFMPEG_VideoWriter

        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._part = beside(self.path)
        # As text: moviepy searches the log for words when the encoder fails.
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        self._writer = FFMPEG_VideoWriter(
            str(self._part),
            (self.width, self.height),
            float(self.rate),
            codec="libx264",
            preset=self._preset,
            logfile=self._log,
            ffmpeg_params=self._parameters(),
        )
        self._process = self._writer.proc
        return self

    def _parameters(self) -> list[str]:
        """What moviepy does not say to ffmpeg: the exact rate, the colours, closed groups, the container."""
        scale = timing.timescale(self.rate)
        exact = f"settb=1/{scale},setpts=N*{int(scale / self.rate)}"
        colours = "scale=flags=bicubic+accurate_rnd+full_chroma_int:out_color_matrix=bt709:out_range=tv"
        words = ["-vf", f"{exact},{colours},format=yuv420p,{TAGS}", "-loglevel", "error"]
        pixels = self.width * self.height
        words += video_codec(self.rate, crf=self._crf, preset=self._preset, pixels=pixels)
        container = ["-f", "mpegts", "-muxdelay", "0", "-muxpreload", "0"]
        return words + (container if self.path.suffix == ".ts" else ["-movflags", "+faststart", "-f", "mp4"])

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Adds one frame; EncodeError if it has another size or type, or the encoder has died."""
        if frame.shape != (self.height, self.width, 3) or frame.dtype != np.uint8:
            raise EncodeError(
                f"A frame of {frame.shape} {frame.dtype} does not fit {self.width}×{self.height}."
            )
        try:
            self._writer.write_frame(np.ascontiguousarray(frame))
        except OSError as error:
            raise EncodeError(f"The encoder stopped: {self._complaint()}") from error
        self.frame_count += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is not None:
                self._process.kill()
            self._close()
            if kind is None:
                self._check()
                self._part.replace(self.path)
        finally:
            self._part.unlink(missing_ok=True)
            self._log.close()

    def _close(self) -> None:
        """Ends the stream and waits for the encoder; a pipe that is broken already is no news here."""
        try:
            self._writer.close()
        except OSError:
            self._process.wait()

    def _check(self) -> None:
        """Raises EncodeError unless the encoder ended well and the file has as many frames as were written."""
        if self._process.returncode != 0:
            raise EncodeError(f"The encoder failed: {self._complaint()}")
        found = packet_count(self._part) if self.frame_count else 0
        if found != self.frame_count or not found:
            raise EncodeError(f"{self.frame_count} frames went into the encoder, {found} came out.")

    def _complaint(self) -> str:
        """The last line ffmpeg wrote."""
        self._log.seek(0)
        lines = self._log.read().strip().splitlines()
        return lines[-1][:300] if lines else "no reason given"
