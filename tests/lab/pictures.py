"""Pictures that people hand in: good ones, useless ones, hostile ones."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from numpy.typing import NDArray
from PIL import Image


def noise(height: int = 96, width: int = 128, seed: int = 1) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)


def encoded(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def upload(data: bytes, name: str = "quilt.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "image/png")


def good(seed: int = 1, name: str = "quilt.png") -> SimpleUploadedFile:
    return upload(encoded(Image.fromarray(noise(seed=seed))), name)


def bomb() -> bytes:
    """A PNG of a few bytes whose header promises 900 million pixels."""
    header = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def animated() -> bytes:
    frames = [Image.fromarray(noise(seed=seed)) for seed in (1, 2)]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])


def turned() -> bytes:
    """A picture of 128 × 96 that its EXIF stands on end."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(Image.fromarray(noise()), "JPEG", exif=exif)


def sixteen_bits() -> bytes:
    ramp = np.linspace(0, 65535, 96 * 128).reshape(96, 128).astype(np.uint16)
    return encoded(Image.fromarray(ramp))


def polyglot() -> bytes:
    """A good PNG that is a web page with a script to whoever does not look closely."""
    return encoded(Image.fromarray(noise())) + b"<html><script>alert(1)</script></html>"


REFUSED: dict[str, tuple[bytes, str]] = {
    "a pixel bomb": (bomb(), "at most 64 million"),
    "one flat colour": (encoded(Image.new("RGB", (200, 200), "teal")), "one flat colour"),
    "an animation": (animated(), "animated or has several pages"),
    "one pixel": (encoded(Image.new("RGB", (1, 1), "red")), "only 1 x 1 pixels"),
    "half a file": (encoded(Image.fromarray(noise()))[:3000], "not a picture that can be read"),
    "a playlist": (b"#EXTM3U\nhttp://127.0.0.1/", "not a picture that can be read"),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not a picture that can be read"),
}
HANDLED: dict[str, tuple[bytes, tuple[int, int]]] = {
    "CMYK": (encoded(Image.fromarray(noise()).convert("CMYK"), "JPEG"), (128, 96)),
    "16 bits": (sixteen_bits(), (128, 96)),
    "turned by EXIF": (turned(), (96, 128)),
    "a polyglot": (polyglot(), (128, 96)),
    "a palette": (encoded(Image.fromarray(noise()).convert("P")), (128, 96)),
}
