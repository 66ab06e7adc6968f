"""Pictures to learn a style from: opened with care, since anybody may hand in anything. Does without PyTorch."""

from __future__ import annotations

import io
import struct
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms

from .refusals import Refusal

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP")
MOST_PIXELS = 64_000_000
MOST_BYTES = 100_000_000
LEAST_STYLE_SIDE = 64
KEPT_SIDE = 1536
ORIGINAL_SIDE = 4096
"""Long side of a picture that is kept so that a part of it can be chosen."""
REFERENCE_SIDE = 512
"""Short side of a picture that is learned from, at strokes of size 1."""
MOST_LEARNED = 6_500_000
"""Pixels of a picture at the size of its strokes: some 600 bytes of memory each while VGG-16 looks at it."""
STRIP = 1_000_000
"""Pixels that are converted at a time: a second copy of the largest picture takes a quarter of a gigabyte."""
UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    EOFError,
    struct.error,
)
"""What Pillow raises for a picture that is damaged, or made to do damage."""
DECODING = threading.Lock()
"""Held while a picture is decoded: one at a time, since a server has many threads and the largest take 600 MB."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class UnusableStyle(Refusal, ValueError):
    """A picture that no style can be learned from; the message is a sentence for the person who chose it."""


def load_style_image(path: Path, most_side: int = KEPT_SIDE) -> NDArray[np.uint8]:
    """Open a picture as RGB (H, W, 3), turned as its EXIF says, its long side at most `most_side` pixels.

    CMYK, grey, palette and 16-bit pictures are converted, transparency is laid on white, and
    animations are refused: a style is one picture. Raises UnusableStyle.
    """
    if path.stat().st_size > MOST_BYTES:
        raise UnusableStyle("This picture's file is larger than 100 MB; please hand in a smaller one.")
    try:
        with DECODING, warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                _check_header(image)
                picture = to_rgb(image, most_side)
    except UnusableStyle:
        raise
    except Image.DecompressionBombError as error:
        raise UnusableStyle(
            "This picture has far too many pixels; at most 64 million can be handled."
        ) from error
    except UNREADABLE as error:
        raise UnusableStyle(
            "This is not a picture that can be read (JPEG, PNG, WebP, TIFF, GIF or BMP)."
        ) from error
    if min(picture.shape[:2]) < LEAST_STYLE_SIDE:
        raise UnusableStyle(
            "This picture is so long and thin that too little is left of it at a usable size."
        )
    refuse_flat(picture)
    return picture


def at_most(picture: NDArray[np.uint8], side: int = KEPT_SIDE) -> NDArray[np.uint8]:
    """The picture with its long side at most `side` pixels."""
    if max(picture.shape[:2]) <= side:
        return picture
    smaller = Image.fromarray(picture)
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.asarray(smaller, np.uint8).copy()


def refuse_too_long(picture: NDArray[np.uint8], scale: float = 1.0) -> None:
    """Raise UnusableStyle for one that at this size of strokes, or at size 1, where it is judged, has too many pixels.

    At the largest strokes that is one more than 2.7 times as long as it is wide, at size 1 one of 24 times.
    """
    short, long = sorted(picture.shape[:2])
    pixels = (REFERENCE_SIDE * max(1.0, scale)) ** 2 * long / short
    if pixels > MOST_LEARNED:
        raise UnusableStyle(
            f"This picture is so long and thin that it would be learned from at {pixels / 1e6:.1f} million pixels; "
            f"at most {MOST_LEARNED / 1e6:g} million can be handled. Choose a shorter part of it"
            + (", or smaller strokes." if scale > 1 else ".")
        )


def refuse_flat(picture: NDArray[np.uint8]) -> None:
    """Raise UnusableStyle for a picture (or a part of one) without anything on it."""
    # Not NumPy's, which loses the digits of a large picture in 32 bits and takes 400 MB for it in 64.
    if float(cv2.meanStdDev(picture)[1].max()) < 2.0:
        raise UnusableStyle("This picture is one flat colour; there is no style in it to learn.")


def _check_header(image: Image.Image) -> None:
    """Refuse by what the header says, before any pixel is decoded."""
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise UnusableStyle(f"This picture has {width} x {height} pixels; at most 64 million can be handled.")
    if min(width, height) < LEAST_STYLE_SIDE:
        raise UnusableStyle(
            f"This picture has only {width} x {height} pixels; at least 64 on each side are needed."
        )
    # Phones keep a second view in an MPO. How many pages there are is not asked: Pillow would walk through all of them.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise UnusableStyle(
            "This picture is animated or has several pages; please choose a single image of it."
        )


def to_rgb(image: Image.Image, most_side: int) -> NDArray[np.uint8]:
    """Decode, bring to 8-bit sRGB on white and to a sane size, turn upright. `image` is of no use afterwards."""
    image.load()
    # Not Pillow's own turn, which writes all of the EXIF anew and fails on what cameras wrote wrongly.
    turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    rgb = _opaque(_to_eight_bits(image) if image.mode.startswith(("I", "F")) else image)
    if rgb is not image:
        image.close()
    rgb.thumbnail((most_side, most_side), Image.Resampling.LANCZOS)
    return np.asarray(rgb if turn is None else rgb.transpose(turn), np.uint8).copy()


def _opaque(image: Image.Image) -> Image.Image:
    """As RGB: itself where it is that, on white where something shows through, in colours as its profile means them."""
    clear = "A" in image.getbands() or "transparency" in image.info
    colours = _to_srgb(image)
    if not clear and colours is None:
        return image if image.mode == "RGB" else image.convert("RGB")
    flat = Image.new("RGB", image.size) if clear or image.mode != "RGB" else image
    for top, strip in _strips(image):
        rgb = strip if colours is None else colours.apply(strip.convert(colours.input_mode))
        flat.paste(_on_white(rgb, strip) if clear else rgb, (0, top))
    return flat


def _on_white(rgb: Image.Image, clear: Image.Image) -> Image.Image:
    """A picture where `clear` shows it, white where that is transparent."""
    shown = clear.convert("RGBA")
    if rgb is not clear:
        shown = Image.merge("RGBA", (*rgb.split(), shown.getchannel("A")))
    return Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown).convert("RGB")


def _to_srgb(image: Image.Image) -> ImageCms.ImageCmsTransform | None:
    """What brings its colours to sRGB; None where it has no profile, or one that is none or belongs to others.

    Phones write Display P3, cameras Adobe RGB, printers CMYK: read as sRGB those are paler, or loud.
    """
    profile = image.info.get("icc_profile")
    if not profile:
        return None
    mode = "CMYK" if image.mode == "CMYK" else Image.getmodebase(image.mode)
    try:
        return ImageCms.buildTransform(io.BytesIO(profile), ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, TypeError):
        return None


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits or floats, to 8 bits: integers by their range, anything else by its own extremes."""
    low, high = _extremes(image)
    if low >= 0 and 255 < high <= 65535:
        low, high = 0.0, 65535.0
    grey = Image.new("L", image.size)
    for top, strip in _strips(image):
        values = (np.asarray(strip, np.float64) - low) / max(high - low, 1e-9)
        grey.paste(Image.fromarray((np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)), (0, top))
    return grey


def _extremes(image: Image.Image) -> tuple[float, float]:
    """The least and the greatest value. Raises UnusableStyle where one is no number."""
    found: list[float] = []
    for _, strip in _strips(image):
        values = np.asarray(strip)
        if not np.isfinite(values).all():
            raise UnusableStyle("This picture holds values that are not numbers.")
        found += [float(values.min()), float(values.max())]
    return min(found), max(found)


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """The picture in strips of a million pixels or one row, each with the row that it begins at."""
    rows = max(1, STRIP // image.width)
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))
