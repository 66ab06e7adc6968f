"""Frames as image files, and back: what comes from elsewhere is believed only once it was looked at."""

from __future__ import annotations

import io
from typing import Literal, cast

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from filters.engines.algorithmia.errors import BadAnswer
from filters.engines.base import EngineError, Frame

Kind = Literal["png", "jpg"]
JPEG_QUALITY = 95
READ = ("PNG", "JPEG")


def encode(frame: Frame, kind: Kind) -> bytes:
    """(H, W, 3) uint8 RGB as the bytes of a PNG (exact) or a JPEG of quality 95."""
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY] if kind == "jpg" else [cv2.IMWRITE_PNG_COMPRESSION, 1]
    done, data = cv2.imencode(f".{kind}", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), options)
    if not done:
        raise EngineError(f"A frame of {frame.shape} cannot be written as {kind}.")
    return data.tobytes()


def decode(data: bytes, height: int, width: int) -> Frame:
    """(height, width, 3) uint8 RGB from a PNG or JPEG. Raises BadAnswer for anything else, whatever its name.

    The size is read from the head of the file and compared before a pixel is decoded.
    """
    try:
        with Image.open(io.BytesIO(data), formats=READ) as image:
            if image.size != (width, height):
                raise BadAnswer(
                    f"The DeepFilter service sent a picture of {image.width}×{image.height} "
                    f"for a frame of {width}×{height}."
                )
            if image.mode != "RGB":
                raise BadAnswer(f"The DeepFilter service sent a picture of kind “{image.mode}”, not RGB.")
            return cast(Frame, np.array(image, dtype=np.uint8))
    except UnidentifiedImageError as error:
        raise BadAnswer("The DeepFilter service sent something that is no picture.") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadAnswer("The DeepFilter service sent a damaged picture.", temporary=True) from error
