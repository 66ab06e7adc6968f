"""Style images that are hostile, useless or merely unusual."""

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms

from filters.training.perceptual import Perception, gram
from filters.training.pictures import refuse_flat, refuse_too_long
from filters.training.styles import UnusableStyle, load_style_image, style_grams, style_picture

PEAK = """
import re, sys
from pathlib import Path
from filters.training.pictures import load_style_image
load_style_image(Path(sys.argv[1]), 4096)
print(re.search(r"VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1])
"""
NOISE = np.random.default_rng(1).integers(0, 255, (80, 120, 3), np.uint8)


def saved(path: Path, image: Image.Image, **options: Any) -> Path:
    image.save(path, **options)
    return path


def test_an_ordinary_picture_comes_back_as_it_is(tmp_path: Path) -> None:
    assert np.array_equal(load_style_image(saved(tmp_path / "a.png", Image.fromarray(NOISE))), NOISE)


def test_it_turns_a_picture_as_its_exif_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = saved(tmp_path / "a.jpg", Image.fromarray(NOISE), exif=exif)
    assert load_style_image(path).shape == (120, 80, 3)


@pytest.mark.parametrize(
    ("tag", "kind", "value"),
    [
        (0x0100, 11, struct.pack("<f", 1.5)),
        (0x0100, 2, b"ab\0\0"),
        (0x0100, 9, struct.pack("<i", -5)),
        (0x0103, 4, struct.pack("<I", 70_000)),
        (0x0131, 11, struct.pack("<f", 1.5)),
    ],
)
def test_it_turns_a_picture_whose_camera_wrote_odd_exif(
    tmp_path: Path, tag: int, kind: int, value: bytes
) -> None:
    entries = sorted([(0x0112, 3, struct.pack("<HH", 6, 0)), (tag, kind, value)])
    table = b"".join(struct.pack("<HHI", number, form, 1) + what for number, form, what in entries)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + table + bytes(4)
    path = saved(tmp_path / "a.jpg", Image.fromarray(NOISE), exif=exif)
    assert load_style_image(path).shape == (120, 80, 3)


def test_it_converts_cmyk(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", Image.fromarray(NOISE).convert("CMYK"), quality=95)
    assert load_style_image(path).shape == (80, 120, 3)


def test_it_converts_sixteen_bits_by_their_range(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 80 * 120).reshape(80, 120).astype(np.uint16)
    picture = load_style_image(saved(tmp_path / "a.png", Image.fromarray(ramp)))
    assert picture[0, 0, 0] == 0
    assert picture[-1, -1, 0] == 255
    assert abs(int(picture[40, 0, 0]) - 127) <= 2


@pytest.mark.parametrize("least", [-70_000, -3, 0.25])
def test_it_converts_other_values_by_their_extremes(tmp_path: Path, least: float) -> None:
    ramp = np.linspace(least, 2 * abs(least), 80 * 120).reshape(80, 120)
    values = ramp.astype(np.float32 if least == 0.25 else np.int32)
    picture = load_style_image(saved(tmp_path / "a.tif", Image.fromarray(values)))
    assert picture.min() == 0
    assert picture.max() == 255


def test_it_lays_transparency_on_white(tmp_path: Path) -> None:
    alpha = np.dstack([NOISE, np.where(np.arange(120) < 60, 0, 255)[None].repeat(80, 0)]).astype(np.uint8)
    picture = load_style_image(saved(tmp_path / "a.png", Image.fromarray(alpha)))
    assert (picture[:, :60] == 255).all()
    assert np.array_equal(picture[:, 60:], NOISE[:, 60:])


WIDE = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}
"""The primaries of Display P3, as its profile has them."""


def wide_profile() -> ImageCms.ImageCmsProfile:
    """sRGB's profile with the primaries of Display P3."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for at in range(132, 132 + 12 * int.from_bytes(data[128:132], "big"), 12):
        name, offset, _ = struct.unpack(">4sII", data[at : at + 12])
        for place, value in enumerate(WIDE.get(name, ())):
            data[offset + 8 + 4 * place : offset + 12 + 4 * place] = struct.pack(">i", round(value * 65536))
    return ImageCms.ImageCmsProfile(io.BytesIO(bytes(data)))


@pytest.mark.parametrize("kind", ["RGB", "RGBA", "large"])
def test_colours_are_what_its_profile_means_by_them(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("filters.training.pictures.STRIP", 120 * (7 if kind == "large" else 100))
    meant = np.clip(NOISE, 40, 215)
    profile, srgb = wide_profile(), ImageCms.createProfile("sRGB")
    wide = ImageCms.profileToProfile(Image.fromarray(meant), srgb, profile, outputMode="RGB")
    assert wide is not None
    if kind == "RGBA":
        wide.putalpha(Image.fromarray(np.full((80, 120), 255, np.uint8)))
    path = saved(tmp_path / "a.png", wide, icc_profile=profile.tobytes())
    read = load_style_image(path).astype(int)
    assert np.abs(read - meant).max() <= 3
    assert np.abs(np.asarray(wide.convert("RGB"), int) - meant).max() > 10, "it was another picture"


@pytest.mark.parametrize("profile", [b"no profile at all", b"", wide_profile().tobytes()])
def test_a_profile_that_is_none_or_belongs_to_others_is_left_out(tmp_path: Path, profile: bytes) -> None:
    plain = Image.fromarray(NOISE).convert("CMYK")
    before = load_style_image(saved(tmp_path / "a.tif", plain))
    assert np.array_equal(load_style_image(saved(tmp_path / "b.tif", plain, icc_profile=profile)), before)


def test_it_shrinks_what_is_larger_than_useful(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", Image.fromarray(NOISE).resize((4000, 3000)))
    assert max(load_style_image(path).shape) == 1536


def chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(path: Path, side: int, depth: int, colours: int, pixels: bytes) -> Path:
    """A square PNG with `colours` as its format numbers them: 0 grey, 2 RGB, 4 grey and alpha, 6 RGBA."""
    header = struct.pack(">IIBBBBB", side, side, depth, colours, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )
    return path


def test_it_refuses_a_pixel_bomb_by_its_header(tmp_path: Path) -> None:
    with pytest.raises(UnusableStyle):
        load_style_image(png(tmp_path / "a.png", 30_000, 8, 2, zlib.compress(b"\0" * 1000)))


@pytest.mark.parametrize(("depth", "colours", "size"), [(16, 0, 2), (8, 6, 4)])
def test_a_large_picture_is_held_twice_at_most(tmp_path: Path, depth: int, colours: int, size: int) -> None:
    side, packer = 5120, zlib.compressobj(1)
    row = b"\0" + bytes(range(256)) * (side * size // 256)
    pixels = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    path = png(tmp_path / "a.png", side, depth, colours, pixels)
    ended = subprocess.run([sys.executable, "-c", PEAK, path], capture_output=True, text=True, check=True)
    # In kilobytes: twice 105 MB of pixels, and some 80 for the smaller picture and the modules.
    assert int(ended.stdout) < 350_000


@pytest.mark.parametrize("size", [(1, 1), (2000, 8)])
def test_it_refuses_what_is_too_small(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(UnusableStyle, match="at least 64"):
        load_style_image(saved(tmp_path / "a.png", Image.new("RGB", size)))


def test_it_refuses_what_is_too_thin_once_it_is_small(tmp_path: Path) -> None:
    with pytest.raises(UnusableStyle, match="thin"):
        load_style_image(saved(tmp_path / "a.png", Image.fromarray(NOISE).resize((9000, 70))))


def test_it_refuses_one_flat_colour(tmp_path: Path) -> None:
    with pytest.raises(UnusableStyle, match="flat"):
        load_style_image(saved(tmp_path / "a.png", Image.new("RGB", (200, 200), "teal")))


@pytest.mark.parametrize("level", [30, 200, 255])
def test_it_refuses_one_flat_colour_however_large(level: int) -> None:
    with pytest.raises(UnusableStyle, match="flat"):
        refuse_flat(np.full((4096, 4096, 3), level, np.uint8))


def test_it_refuses_an_animation(tmp_path: Path) -> None:
    frames = [Image.fromarray(np.roll(NOISE, 9 * i, 0)) for i in range(3)]
    path = saved(tmp_path / "a.gif", frames[0], save_all=True, append_images=frames[1:])
    with pytest.raises(UnusableStyle, match="animated"):
        load_style_image(path)


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7 nothing", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
)
def test_it_refuses_what_is_no_picture(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    with pytest.raises(UnusableStyle, match="not a picture"):
        load_style_image(path)


def test_it_refuses_a_truncated_picture(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", Image.fromarray(NOISE))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(UnusableStyle):
        load_style_image(path)


@pytest.mark.parametrize(
    ("kind", "data"), [(b"gAMA", b"ab"), (b"tRNS", b"ab"), (b"eXIf", b"II"), (b"iCCP", b"")]
)
def test_it_refuses_a_png_that_is_damaged_behind_its_pixels(tmp_path: Path, kind: bytes, data: bytes) -> None:
    path = saved(tmp_path / "a.png", Image.fromarray(NOISE))
    whole = path.read_bytes()
    end = whole.rindex(b"IEND") - 4
    path.write_bytes(whole[:end] + chunk(kind, data) + whole[end:])
    with pytest.raises(UnusableStyle, match="not a picture that can be read"):
        load_style_image(path)


def test_it_refuses_a_tiff_of_several_pages_by_the_first_alone(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.tif", Image.fromarray(NOISE))
    data = bytearray(path.read_bytes())
    (page,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, page)
    struct.pack_into("<I", data, page + 2 + 12 * entries, len(data))
    path.write_bytes(bytes(data) + bytes(6))  # a page without entries: Pillow cannot count as far as it
    with pytest.raises(UnusableStyle, match="several pages"):
        load_style_image(path)


def test_the_style_scale_is_the_size_of_the_short_side() -> None:
    assert style_picture(NOISE).shape == (1, 3, 512, 768)
    assert style_picture(NOISE, 0.5).shape == (1, 3, 256, 384)


def test_gram_matrices_are_those_of_the_features(perception: Perception) -> None:
    picture = style_picture(NOISE, 0.2)
    features = perception(picture)  # with gradients: nothing is changed in place there
    grams = style_grams(picture, perception)
    assert all(torch.equal(grams[layer], gram(features[layer])) for layer in features)


@pytest.mark.parametrize(
    ("size", "scale"), [((64, 172), 3.0), ((172, 64), 3.0), ((64, 1536), 1.0), ((64, 1536), 0.3)]
)
def test_every_picture_of_a_usual_shape_may_have_the_largest_strokes(
    size: tuple[int, int], scale: float
) -> None:
    refuse_too_long(np.zeros((*size, 3), np.uint8), scale)


@pytest.mark.parametrize(
    ("size", "scale", "sentence"),
    [
        (
            (64, 180),
            3.0,
            "6.6 million pixels; at most 6.5 million can be handled. Choose a shorter part of it, or ",
        ),
        ((1536, 64), 3.0, "56.6 million pixels"),
        ((24, 1536), 1.0, "Choose a shorter part of it\\.$"),
        ((24, 1536), 0.3, "16.8 million pixels"),  # judged at size 1
    ],
)
def test_it_refuses_what_would_take_all_memory(size: tuple[int, int], scale: float, sentence: str) -> None:
    with pytest.raises(UnusableStyle, match=sentence):
        refuse_too_long(np.zeros((*size, 3), np.uint8), scale)
