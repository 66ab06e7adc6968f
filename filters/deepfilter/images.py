"""Where the pictures of a call come from: kept here, inside the call, or (where that is allowed) the web."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import cast

from django.conf import settings
from django.contrib.auth.models import User
from PIL import Image, UnidentifiedImageError

from filters.deepfilter import paths, store
from filters.deepfilter.fetch import fetch
from filters.deepfilter.problem import Problem
from filters.engines.base import Frame
from filters.training.pictures import UNREADABLE, to_rgb

MOST_PIXELS = 36_000_000
LONGEST_SIDE = 8192
READ = ("PNG", "JPEG", "WEBP")
WEB = ("http://", "https://")


@dataclass(frozen=True)
class Picture:
    """A picture that was found, and not read yet."""

    name: str
    data: Callable[[], bytes]

    def read(self) -> Frame:
        """(H, W, 3) uint8 RGB, upright. Raises Problem. Asks no database."""
        return decode(self.data(), self.name)


def find(owner: User, address: str) -> Picture:
    """The picture at an address; one from the web is fetched at once. Raises Problem."""
    return Picture(address[:80], _source(owner, address))


def decode(data: bytes, name: str) -> Frame:
    """(H, W, 3) uint8 RGB of a PNG, JPEG or WebP; the size is looked at before a pixel is decoded."""
    try:
        with Image.open(io.BytesIO(data), formats=READ) as image:
            if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
                raise Problem(
                    f"{name}: a picture has at most {MOST_PIXELS} pixels, and {LONGEST_SIDE} on a side"
                )
            return to_rgb(image, LONGEST_SIDE)
    except UnidentifiedImageError as error:
        raise Problem(f"{name} is not a PNG, JPEG or WebP picture") from error
    except (*UNREADABLE, Image.DecompressionBombError) as error:
        raise Problem(f"{name} is damaged") from error


def _source(owner: User, address: str) -> Callable[[], bytes]:
    if address.startswith("data:image/"):
        return partial(_inline, address)
    if address.startswith("data://"):
        return _kept(owner, address)
    if address.lower().startswith(WEB):
        if not settings.DEEPFILTER_FETCH:
            raise Problem("pictures from the web are not fetched here: put them to data:// first")
        fetched = fetch(address, store.LARGEST)
        return lambda: fetched
    raise Problem(f"{address[:80]} is neither a data:// address nor an inline picture")


def _inline(address: str) -> bytes:
    head, comma, body = address.partition(",")
    if not comma or not head.endswith(";base64"):
        raise Problem("an inline picture begins with data:image/png;base64,")
    try:
        return base64.b64decode("".join(body.split()), validate=True)  # old encoders break their lines
    except (binascii.Error, ValueError) as error:
        raise Problem("an inline picture is not in base64") from error


def _kept(owner: User, address: str) -> Callable[[], bytes]:
    try:
        found = store.find_file(owner, paths.clean(address, owner.get_username()))
    except Problem as problem:
        raise Problem(problem.message, error_type=problem.error_type) from problem

    def data() -> bytes:
        try:
            with found.file.open("rb") as file:
                return cast(bytes, file.read())
        except FileNotFoundError as error:
            raise Problem(f"{address} is gone", error_type="NotFoundError") from error

    return data
