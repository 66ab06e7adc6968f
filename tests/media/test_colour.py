"""Colours arrive as they were meant: any matrix, any range, high dynamic range rolled off, not clipped."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.media.clips import run_ffmpeg
from videos.media import decode
from videos.media.footage import make_footage
from videos.media.probe import probe

PATCHES = np.array(
    [(200, 60, 50), (60, 180, 70), (50, 80, 190), (128, 128, 128), (235, 225, 40), (16, 16, 16)]
)


def patches() -> NDArray[np.uint8]:
    """(96, 192, 3): six patches side by side."""
    return np.repeat(np.repeat(PATCHES[None], 96, axis=0), 32, axis=1).astype(np.uint8)


def seen(path: Path) -> NDArray[np.float64]:
    """The colours of the patches in the middle of footage made from ``path``."""
    target = path.with_name("footage.mp4")
    make_footage(path, target, probe(path))
    frame = decode.frame_at(target, 3)
    return np.array([frame[40:56, n * 32 + 12 : n * 32 + 20].mean(axis=(0, 1)) for n in range(6)])


def write(path: Path, matrix: str, span: str, *, tag: bool = True) -> Path:
    """Six equal frames of the patches, stored with this matrix and range."""
    name = {"bt709": "bt709", "bt601": "smpte170m", "bt2020": "bt2020nc"}[matrix]
    filters = f"scale=out_color_matrix={matrix}:out_range={span}:flags=accurate_rnd,format=yuv420p"
    marks = (
        ["-colorspace", name, "-color_range", span] if tag else ["-bsf:v", "h264_metadata=colour_primaries=2"]
    )
    if tag:
        filters += f",setparams=colorspace={name}:range={span}"
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "192x96", "-r", "25", "-i", "-"]
    run_ffmpeg(
        *source, "-vf", filters, "-c:v", "libx264", "-crf", "4", *marks, path, data=patches().tobytes() * 6
    )
    return path


@pytest.mark.parametrize("matrix", ["bt709", "bt601"])
@pytest.mark.parametrize("span", ["tv", "pc"])
def test_colours_survive_every_matrix_and_range(tmp_path: Path, matrix: str, span: str) -> None:
    clip = write(tmp_path / "a.mp4", matrix, span)
    assert probe(clip).colour.range == span
    assert np.abs(seen(clip) - PATCHES).max() < 5


def test_untagged_footage_of_small_size_is_taken_as_bt601(tmp_path: Path) -> None:
    clip = write(tmp_path / "a.mp4", "bt601", "tv", tag=False)
    assert np.abs(seen(clip) - PATCHES).max() < 5


def pq(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    """The curve of SMPTE ST 2084: light in nits to signal 0..1."""
    light = (nits / 10_000) ** 0.1593017578125
    return np.asarray(((0.8359375 + 18.8515625 * light) / (1 + 18.6875 * light)) ** 78.84375)


def hlg(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """The curve of ARIB STD-B67: scene light 0..1 to signal 0..1."""
    return np.where(
        light <= 1 / 12,
        np.sqrt(3 * light),
        0.17883277 * np.log(np.maximum(12 * light - 0.28466892, 1e-9)) + 0.55991073,
    )


def write_hdr(path: Path, signal: NDArray[np.float64], transfer: str, *, primaries: str = "bt2020") -> Path:
    """Six grey patches of this signal as 10-bit HEVC, by the matrix of BT.2020."""
    luma = np.rint(64 + 876 * signal).astype("<u2")
    y = np.repeat(np.repeat(luma[None], 96, axis=0), 32, axis=1)
    chroma = np.full((2, 48, 96), 512, dtype="<u2")
    source = ["-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-s", "192x96", "-r", "25", "-i", "-"]
    tags = [
        "-color_primaries",
        primaries,
        "-color_trc",
        transfer,
        "-colorspace",
        "bt2020nc",
        "-color_range",
        "tv",
    ]
    params = f"log-level=none:colorprim={primaries}:transfer={transfer}:colormatrix=bt2020nc:range=limited"
    codec = ["-c:v", "libx265", "-preset", "ultrafast", "-crf", "8", "-x265-params", params, "-tag:v", "hvc1"]
    run_ffmpeg(*source, *codec, *tags, path, data=(y.tobytes() + chroma.tobytes()) * 6)
    return path


NITS = np.array([0.5, 10.0, 50.0, 203.0, 500.0, 1000.0])


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_high_dynamic_range_is_rolled_off(tmp_path: Path, transfer: str) -> None:
    # HLG on a display of 1,000 nits: display light is scene light to the power of 1.2.
    signal = pq(NITS) if transfer == "smpte2084" else hlg((NITS / 1000) ** (1 / 1.2))
    clip = write_hdr(tmp_path / "a.mp4", signal, transfer)
    assert probe(clip).hdr
    grey = seen(clip)
    assert np.ptp(grey, axis=1).max() < 4, "grey stays grey"
    level = grey.mean(axis=1)
    assert (np.diff(level) > 4).all(), "brighter stays brighter, up to the peak"
    assert level[0] < 30
    assert 115 < level[2] < 150, "50 nits of 203 are a quarter of white: about 130"
    assert 185 < level[3] < 245, "reference white is bright, with room above it"
    assert level[5] > 240


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_high_dynamic_range_without_primaries_is_taken_as_bt2020(tmp_path: Path, transfer: str) -> None:
    clip = write_hdr(tmp_path / "a.mp4", NITS / 1000, transfer)
    untold = write_hdr(tmp_path / "untold.mp4", NITS / 1000, transfer, primaries="unknown")
    assert probe(untold).colour.primaries is None
    assert np.abs(seen(untold) - seen(clip)).max() < 2


@pytest.mark.parametrize("aspect", ["1", "4/3", "3/4"])
@pytest.mark.parametrize(
    "colours", ["yuv420p10le smpte2084 bt2020 bt2020nc", "yuv420p iec61966-2-1 smpte432 bt709"]
)
def test_odd_sizes_are_converted_whatever_the_shape_of_a_pixel(
    tmp_path: Path, colours: str, aspect: str
) -> None:
    pixels, transfer, primaries, matrix = colours.split()
    source = ["-f", "lavfi", "-i", "color=0x808080:size=320x180:rate=25:duration=0.2"]
    tags = ["-color_trc", transfer, "-color_primaries", primaries, "-colorspace", matrix]
    shape = ["-vf", f"scale=161:91,format={pixels},setsar={aspect}", "-c:v", "ffv1"]
    run_ffmpeg(*source, *shape, *tags, tmp_path / "a.mkv")
    found = probe(tmp_path / "a.mkv")
    assert (found.coded_width, found.coded_height, found.pixel_aspect) == (161, 91, Fraction(aspect))
    make_footage(tmp_path / "a.mkv", tmp_path / "footage.mp4", found)
    picture = decode.frame_at(tmp_path / "footage.mp4", 2)
    assert picture.shape == (found.height, found.width, 3)
    assert np.ptp(picture) < 6, "one grey to the edges"


@pytest.mark.parametrize("transfer", [4, 5])
def test_wide_colours_under_a_plain_gamma_are_converted(tmp_path: Path, transfer: int) -> None:
    clip = write(tmp_path / "a.mp4", "bt709", "tv")
    wide = tmp_path / "wide.mp4"
    marks = f"h264_metadata=colour_primaries=12:transfer_characteristics={transfer}"
    run_ffmpeg("-i", clip, "-c", "copy", "-bsf:v", marks, wide)
    assert probe(wide).colour.primaries == "smpte432"
    colours = seen(wide)
    assert np.ptp(colours[3]) < 4, "grey stays grey"
    red, green, _ = colours[0]
    assert red > PATCHES[0, 0] + 5 and green < PATCHES[0, 1], "a red of P3 is redder than one of BT.709"
