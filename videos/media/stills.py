"""Single pictures: JPEG files, smaller copies, the filmstrip."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from videos.media.errors import DecodeError, EncodeError
from videos.media.files import written

Frame = NDArray[np.uint8]


def encode_jpeg(frame: Frame, *, quality: int = 90) -> bytes:
    """(H, W, 3) RGB uint8 as a progressive JPEG; ``quality`` 1 to 100."""
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
    done, data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), settings)
    if not done:
        raise EncodeError("The picture could not be written as JPEG.")
    return bytes(data.tobytes())


def write_jpeg(frame: Frame, path: Path | str, *, quality: int = 90) -> None:
    """Writes (H, W, 3) RGB uint8 as JPEG, whole or not at all; makes the folder."""
    data = encode_jpeg(frame, quality=quality)
    with written(Path(path)) as part:
        part.write_bytes(data)


def read_image(path: Path | str) -> Frame:
    """A JPEG or PNG of ours as (H, W, 3) RGB uint8; DecodeError if it is missing or damaged."""
    try:
        data = np.frombuffer(Path(path).read_bytes(), dtype=np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except OSError as error:
        raise DecodeError(f"The picture {Path(path).name} is not there.") from error
    if image is None:
        raise DecodeError(f"The picture {Path(path).name} is damaged.")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def decode_image(data: bytes) -> Frame:
    """A picture as (H, W, 3) RGB uint8; DecodeError if it is damaged or too large."""
    array = np.frombuffer(data, dtype=np.uint8)
    try:
        image = cv2.imdecode(array, cv2.IMREAD_COLOR) if array.size else None
    except cv2.error as error:  # more pixels than OpenCV takes
        raise DecodeError("The picture is too large.") from error
    if image is None:
        raise DecodeError("The picture is damaged.")
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def smaller(data: bytes, *, longest: int, quality: int = 82) -> bytes:
    """A picture as a JPEG whose longer side has at most `longest` pixels; DecodeError if it is damaged."""
    frame = decode_image(data)
    lines, columns = smaller_size(*frame.shape[:2], longest=longest)
    return encode_jpeg(resize(frame, width=columns, height=lines), quality=quality)


def smaller_size(*sides: int, longest: int) -> tuple[int, ...]:
    """The sides of a picture made `smaller`."""
    scale = min(1.0, longest / max(sides))
    return tuple(max(1, round(side * scale)) for side in sides)


def resize(frame: Frame, *, width: int | None = None, height: int | None = None) -> Frame:
    """A copy with this width or height, in proportion where only one is given.

    Smaller by area averaging, so that fine texture does not shimmer; larger by Lanczos.
    """
    lines, columns = frame.shape[:2]
    if width is None and height is None:
        return frame
    width = width or max(1, round(columns * (height or lines) / lines))
    height = height or max(1, round(lines * width / columns))
    shrinks = width * height <= columns * lines
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LANCZOS4
    return np.asarray(cv2.resize(frame, (width, height), interpolation=method), dtype=np.uint8)


def cover(frame: Frame, width: int, height: int) -> Frame:
    """The middle of the picture, cut to the shape width × height and scaled to fill it."""
    lines, columns = frame.shape[:2]
    if columns * height > lines * width:
        cut = max(1, round(lines * width / height))
        left = (columns - cut) // 2
        frame = frame[:, left : left + cut]
    else:
        cut = max(1, round(columns * height / width))
        top = (lines - cut) // 2
        frame = frame[top : top + cut]
    return resize(np.ascontiguousarray(frame), width=width, height=height)


def filmstrip(frames: Iterable[Frame], width: int, height: int) -> Frame:
    """The frames side by side in one picture, (height, count·width, 3); each is cut to fill its place.

    At most 65,500 pixels wide, which is all that a JPEG holds; EncodeError beyond, and if there are none.
    """
    cells = [cover(frame, width, height) for frame in frames]
    if not cells:
        raise EncodeError("A filmstrip needs at least one frame.")
    if len(cells) * width > 65_500:
        raise EncodeError(f"A filmstrip of {len(cells)} frames is too long.")
    return np.concatenate(cells, axis=1)


def liveliness(frame: Frame) -> float:
    """How much there is to see, for choosing a poster: contrast and colour, little for black or white ones."""
    small = resize(frame, width=64, height=36).astype(np.float32) / 255
    luma = small @ np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
    exposed = 1 - abs(2 * float(luma.mean()) - 1) ** 2
    return exposed * (float(luma.std()) + 0.3 * float(small.std(axis=2).mean()))


def poster(frames: Iterable[Frame]) -> Frame:
    """The one of these frames with the most to see; EncodeError if there are none."""
    best = max(frames, key=liveliness, default=None)
    if best is None:
        raise EncodeError("A poster needs at least one frame.")
    return best
