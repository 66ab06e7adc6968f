"""A filter as one file: a zip of its numbers (safetensors or ONNX), its style pictures and a JSON manifest.

Nothing in it can run, pickle is not known here, and a file from a stranger is read strictly: only the names
listed below, bounded sizes whatever the zip claims, every hash compared, every part checked for what it is.

    manifest.json             what the filter is called and how it was made; names, sizes and hashes of the rest
    weights.safetensors       kind "style": scale and shift numbers ...
    base.safetensors          ... and the base network that they belong to
    model.onnx                kind "onnx": a whole model instead of these two
    style-1.jpg, style-2.png  the pictures it was learned from
"""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
import zlib
from dataclasses import asdict, dataclass, field
from typing import Any

from PIL import Image

from filters import sha256
from filters.engines.base import EngineError
from filters.engines.graph import build
from filters.engines.inspect import LARGEST_MODEL, inspect_model, try_style
from filters.engines.mix import MOST_PARTS
from filters.engines.portable import portable
from filters.engines.weights import LARGEST_BASE, LARGEST_STYLE, read_base, read_style
from filters.training.crop import crop_from
from filters.training.pictures import DECODING, UNREADABLE

FORMAT = "rotoscope-filter-1"
NUMBERED = re.compile(r"rotoscope-filter-[0-9]{1,6}")
LARGEST_BUNDLE = 128 << 20
LARGEST_UNPACKED = 2 * LARGEST_BUNDLE
"""Bytes of all parts together: pictures and weights hardly get smaller in a zip, and hundreds may be in it."""
LARGEST_MANIFEST = 4 << 20
LARGEST_PICTURE = 32 << 20
DEEPEST = 32
"""Lists and tables within one another in the manifest."""
MOST_PIXELS = 80_000_000
MOST_PICTURES = MOST_PARTS**3
"""Eight mixed filters may be mixes of eight themselves, each part of which learned from eight pictures."""
PICTURE_KINDS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
"""Pixels a side of the picture that a style is tried out on."""
SLUG = re.compile(r"[-a-zA-Z0-9_]+")  # what Django's SlugField takes
PICTURE_NAME = re.compile(r"style-([1-9][0-9]{0,2})\.(?:jpg|png|webp)")
LIMITS = {
    "manifest.json": LARGEST_MANIFEST,
    "weights.safetensors": LARGEST_STYLE,
    "base.safetensors": LARGEST_BASE,
    "model.onnx": LARGEST_MODEL,
}
ENTRY = b"PK\x01\x02"
"""What each entry of a zip's directory begins with."""
TOO_MANY = "The file has more parts than a filter has."
PARTS = {"style": {"weights.safetensors", "base.safetensors"}, "onnx": {"model.onnx"}}


class BundleRefused(Exception):
    """The file is not let in; the message is a sentence that says why."""


@dataclass(frozen=True)
class StylePicture:
    """A picture that a filter was learned from, as the bytes of a JPEG, PNG or WebP file, and its origin."""

    data: bytes
    title: str = ""
    artist: str = ""
    year: str = ""
    origin: str = ""
    licence: str = ""
    share: float = 1.0
    """How much it counts in the filter, above 0 and up to 1."""
    crop: tuple[float, ...] = ()
    """The part of it that was learned from, five numbers as `filters.training.crop` has them; empty for all of it."""


@dataclass(frozen=True)
class FilterBundle:
    """All that is needed to run a filter elsewhere, and to know how it was made."""

    slug: str
    name: str
    kind: str
    """style (numbers on a base network) or onnx (a whole model)."""
    weights: bytes
    """A style file or an ONNX model, by kind."""
    base: bytes = b""
    """The base file; empty for onnx."""
    base_name: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    suits: tuple[str, ...] = ()
    pictures: tuple[StylePicture, ...] = ()
    metrics: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    """Settings, seed, code version, content by hash, curve: whatever the training wrote down, as JSON."""
    mix: dict[str, Any] = field(default_factory=dict)
    """{"parts": [{"name", "sha256", "share"}, …]} for a filter that was mixed of others."""


def write_bundle(bundle: FilterBundle) -> bytes:
    """The filter as a zip, byte for byte the same each time. Raises BundleRefused for what could not be read back.

    What paints was examined when it came in, or was learned here; to try it out once more takes seconds.
    """
    parts = _parts(bundle)
    manifest = {
        "format": FORMAT,
        **{name: getattr(bundle, name) for name in _TEXTS},
        **{name: list(getattr(bundle, name)) for name in _LISTS},
        **{name: getattr(bundle, name) for name in _TABLES},
        "pictures": [_words(picture) for picture in bundle.pictures],
        "files": {name: {"sha256": sha256.of_bytes(data), "size": len(data)} for name, data in parts.items()},
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {"manifest.json": text, **parts}.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    data = buffer.getvalue()
    _opened(data)
    return data


def read_bundle(data: bytes) -> FilterBundle:
    """Read and check a bundle. For ONNX models this takes up to a minute. Raises BundleRefused."""
    bundle = _opened(data)
    _check_parts(bundle)
    return bundle


def _opened(data: bytes) -> FilterBundle:
    """What a bundle says and holds: names, hashes, words, none of the parts looked into. Raises BundleRefused."""
    files = _unzipped(data)
    manifest = _manifest(files.pop("manifest.json", b""))
    _check_hashes(manifest, files)
    kind = manifest.get("kind")
    if not isinstance(kind, str) or kind not in PARTS:
        raise BundleRefused("This kind of filter is not known.")
    names = sorted((name for name in files if _number(name)), key=_number)
    if files.keys() - set(names) != PARTS[kind]:
        raise BundleRefused("The file does not have the parts that its kind of filter has.")
    said: dict[str, Any] = {
        **{name: _text(manifest, name, longest) for name, longest in _TEXTS.items()},
        **{name: _words_list(manifest, name) for name in _LISTS},
        **{name: _table(manifest, name) for name in _TABLES},
    }
    bundle = FilterBundle(
        weights=files["weights.safetensors" if kind == "style" else "model.onnx"],
        base=files.get("base.safetensors", b""),
        pictures=_pictures(manifest, [files[name] for name in names]),
        **said,
    )
    _check_words(bundle)
    return bundle


def to_onnx(base: bytes, style: bytes) -> bytes:
    """Base and style as one ONNX model that runs anywhere: (N, H, W, 3) uint8 RGB of any size in and out.

    Raises BadWeights.
    """
    weights = read_base(base)
    return bytes(portable(build(weights, read_style(style, weights))).SerializeToString())


_TEXTS = {"slug": 80, "name": 120, "kind": 20, "base_name": 80, "description": 10_000}
_LISTS = ("tags", "suits")
_TABLES = ("metrics", "training", "mix")
_WORDS = {"title": 200, "artist": 200, "year": 40, "origin": 2000, "licence": 100}


def _parts(bundle: FilterBundle) -> dict[str, bytes]:
    if bundle.kind == "style":
        parts = {"weights.safetensors": bundle.weights, "base.safetensors": bundle.base}
    else:
        parts = {"model.onnx": bundle.weights}
    for index, picture in enumerate(bundle.pictures, start=1):
        parts[f"style-{index}.{_picture_kind(picture.data)}"] = picture.data
    return parts


def _words(picture: StylePicture) -> dict[str, Any]:
    return {name: value for name, value in asdict(picture).items() if name != "data"}


def _unzipped(data: bytes) -> dict[str, bytes]:
    """The files of a zip by name, each within its limit. Raises BundleRefused."""
    if len(data) > LARGEST_BUNDLE:
        raise BundleRefused(f"The file is larger than {LARGEST_BUNDLE >> 20} MB.")
    most = len(LIMITS) + MOST_PICTURES
    # Of millions the directory alone takes half a minute and a gigabyte to read.
    if data.count(ENTRY) > 2 * most:
        raise BundleRefused(TOO_MANY)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > most:
                raise BundleRefused(TOO_MANY)
            files: dict[str, bytes] = {}
            room = LARGEST_UNPACKED
            for entry in entries:
                if entry.filename in files:
                    raise BundleRefused(f"The part {entry.filename} is there twice.")
                files[entry.filename] = _read(archive, entry)
                room -= len(files[entry.filename])
                if room < 0:
                    raise BundleRefused(f"The file unpacks to more than {LARGEST_UNPACKED >> 20} MB.")
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, NotImplementedError) as error:
        raise BundleRefused("This is not a filter exported by Rotoscope, or it is damaged.") from error
    except (EOFError, OSError, RuntimeError, zlib.error) as error:
        raise BundleRefused("The file is damaged.") from error
    return files


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    name = entry.filename
    limit = LARGEST_PICTURE if _number(name) else LIMITS.get(name)
    if limit is None:
        raise BundleRefused(f"A filter has no part called “{name[:60]}”.")
    if entry.flag_bits & 0x1:
        raise BundleRefused("The file is encrypted.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BundleRefused("The file is compressed in a way that is not read here.")
    with archive.open(entry) as part:
        # What the zip says about the size is not believed: reading stops at the limit.
        data = part.read(limit + 1)
    if len(data) > limit:
        raise BundleRefused(f"The part {name} is larger than {limit >> 20} MB.")
    return data


def _manifest(data: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(data, parse_constant=_float, parse_float=_float, parse_int=_int)
        _check_storable(manifest)
    except (ValueError, RecursionError) as error:
        raise BundleRefused("This is not a filter exported by Rotoscope, or it is damaged.") from error
    told = manifest.get("format") if isinstance(manifest, dict) else None
    if isinstance(told, str) and NUMBERED.fullmatch(told) and told != FORMAT:
        raise BundleRefused(
            f"This filter was exported by another version of Rotoscope, in the format {told}; {FORMAT} is read here. "
            "Bring both to the same version and export it again."
        )
    if told != FORMAT or not isinstance(manifest, dict):
        raise BundleRefused(f"This is not a filter in the format {FORMAT}.")
    return manifest


def _float(text: str) -> float:
    """A number as JSON has it, no infinity: Python reads 1e999 as one. Raises ValueError."""
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text[:20]} is not a number")
    return value


def _int(text: str) -> int:
    _float(text)
    return int(text)


def _check_storable(manifest: object) -> None:
    """Raise ValueError for what the database cannot hold: texts with NUL or half a character, nesting without end."""
    level = [manifest]
    for _ in range(DEEPEST):
        for text in (one for one in level if isinstance(one, str)):
            text.encode()  # half of a surrogate pair is none of UTF-8
            if "\x00" in text:
                raise ValueError("a text with NUL")
        tables = [pair for one in level if isinstance(one, dict) for pair in one.items()]
        level = [part for one in (*level, *tables) if isinstance(one, list | tuple) for part in one]
        if not level:
            return
    raise ValueError("nested too deep")


def _check_hashes(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    listed = manifest.get("files")
    if not isinstance(listed, dict) or listed.keys() != files.keys():
        raise BundleRefused("The parts of the file are not those that its manifest names.")
    for name, data in files.items():
        if not isinstance(listed[name], dict) or listed[name].get("sha256") != sha256.of_bytes(data):
            raise BundleRefused(f"The part {name} was changed or damaged: its hash is another.")


def _text(manifest: dict[str, Any], name: str, longest: int) -> str:
    value = manifest.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise BundleRefused(f"“{name}” must be a text of at most {longest} characters.")
    return value


def _words_list(manifest: dict[str, Any], name: str) -> tuple[str, ...]:
    values = manifest.get(name, [])
    if not isinstance(values, list) or len(values) > 50:
        raise BundleRefused(f"“{name}” must be a list of at most 50 words.")
    return tuple(_text({name: value}, name, 40) for value in values)


def _table(manifest: dict[str, Any], name: str) -> dict[str, Any]:
    value = manifest.get(name, {})
    if not isinstance(value, dict):
        raise BundleRefused(f"“{name}” must be a table.")
    return value


def _pictures(manifest: dict[str, Any], data: list[bytes]) -> tuple[StylePicture, ...]:
    words = manifest.get("pictures", [])
    if not isinstance(words, list) or len(words) != len(data) or not all(isinstance(w, dict) for w in words):
        raise BundleRefused("The manifest does not describe the style pictures that are there.")
    return tuple(
        StylePicture(
            one,
            **{name: _text(said, name, longest) for name, longest in _WORDS.items()},
            share=_share(said),
            crop=_crop(said),
        )
        for one, said in zip(data, words, strict=True)
    )


def _share(said: dict[str, Any]) -> float:
    """A share above 0 and up to 1, 1 where none is said. Raises BundleRefused."""
    value = said.get("share", 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise BundleRefused("The share of a picture or a part is above 0 and at most 1.")
    return float(value)


def _crop(said: dict[str, Any]) -> tuple[float, ...]:
    """The part of a picture that was learned from, empty where none is said. Raises BundleRefused."""
    value = said.get("crop", [])
    try:
        return tuple(crop_from(value).as_kept()) if value != [] else ()
    except ValueError as error:
        raise BundleRefused(f"A part of a picture is none: {error}") from error


def mix_parts(bundle: FilterBundle) -> list[tuple[str, str, float]]:
    """(name, SHA-256, share) of what a filter was mixed of; empty for others. Raises BundleRefused."""
    parts = bundle.mix.get("parts", [])
    if not isinstance(parts, list) or len(parts) > MOST_PARTS or not all(isinstance(p, dict) for p in parts):
        raise BundleRefused(f"A mix is a list of at most {MOST_PARTS} parts.")
    return [(_text(part, "name", 120), _text(part, "sha256", 64), _share(part)) for part in parts]


def _check_words(bundle: FilterBundle) -> None:
    """Whether it has a name, and a mix its parts. Raises BundleRefused."""
    if not SLUG.fullmatch(bundle.slug) or not bundle.name.strip():
        raise BundleRefused("The filter has no name, or a slug that cannot be part of an address.")
    mix_parts(bundle)


def _check_parts(bundle: FilterBundle) -> None:
    """Whether every part is what it should be. Raises BundleRefused."""
    for picture in bundle.pictures:
        _check_picture(picture.data)
    try:
        if bundle.kind == "style":
            try_style(bundle.base, bundle.weights)
        else:
            inspect_model(bundle.weights)
    except EngineError as error:
        raise BundleRefused(str(error)) from error


def _picture_kind(data: bytes) -> str:
    """The suffix of a picture, found in its bytes; only its header is decoded. Raises BundleRefused."""
    try:
        with Image.open(io.BytesIO(data), formats=tuple(PICTURE_KINDS)) as picture:
            width, height = picture.size
            kind = PICTURE_KINDS[picture.format or ""]
    except (*UNREADABLE, Image.DecompressionBombError) as error:
        raise BundleRefused("A style picture is no JPEG, PNG or WebP file.") from error
    if width * height > MOST_PIXELS:
        raise BundleRefused(f"A style picture has more than {MOST_PIXELS // 1_000_000} million pixels.")
    return kind


def _check_picture(data: bytes) -> None:
    """Decode a picture once, so that nobody who looks at it later finds it damaged. Raises BundleRefused."""
    _picture_kind(data)
    try:
        with DECODING, Image.open(io.BytesIO(data), formats=tuple(PICTURE_KINDS)) as picture:
            picture.load()
    except UNREADABLE as error:
        raise BundleRefused("A style picture is damaged.") from error


def _number(name: str) -> int:
    """Which picture a part is, from 1 up to MOST_PICTURES; 0 for a part that is none."""
    found = PICTURE_NAME.fullmatch(name)
    return number if found and (number := int(found[1])) <= MOST_PICTURES else 0
