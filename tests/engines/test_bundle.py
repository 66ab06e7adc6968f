"""A filter leaves and comes back as one file, and no other file gets in."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from PIL import Image

from filters import bundle as bundles
from filters import sha256
from filters.bundle import BundleRefused, FilterBundle, StylePicture, read_bundle, to_onnx, write_bundle
from filters.engines.network import NetworkEngine
from filters.engines.weights import STYLE_FORMAT
from tests.engines.models import base_bytes, johnson, picture, style_bytes


def jpeg(width: int = 32, height: int = 24, kind: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture(height, width)).save(buffer, kind)
    return buffer.getvalue()


def damaged() -> bytes:
    """A PNG that is sound but for what stands behind its pixels, where Pillow gives up with no OSError."""
    data, late = jpeg(kind="PNG"), b"gAMAab"
    end = data.rindex(b"IEND") - 4
    return data[:end] + struct.pack(">I", 2) + late + struct.pack(">I", zlib.crc32(late)) + data[end:]


def example(**changes: Any) -> FilterBundle:
    base = base_bytes()
    made = FilterBundle(
        slug="copper-night",
        name="Copper Night “2”",
        kind="style",
        weights=style_bytes(base),
        base=base,
        base_name="tiny",
        description="Warm lines.",
        tags=("warm", "dark"),
        suits=("city",),
        pictures=(
            StylePicture(jpeg(), "Nocturne", "J. Doe", "1875", "https://example.org/1", "public domain"),
            StylePicture(jpeg(kind="PNG"), "Second"),
        ),
        metrics={"style_distance": 0.14},
        training={"seed": 7, "settings": {"minutes": 5}, "losses": [[0, 3.5], [10, 1.25]]},
    )
    return replace(made, **changes)


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: list[tuple[str, bytes]], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The example with another manifest."""
    files = contents(write_bundle(example()))
    manifest = json.loads(files["manifest.json"])
    change(manifest)
    files["manifest.json"] = json.dumps(manifest).encode()
    return zipped(list(files.items()))


def replaced(text: bytes, by: bytes) -> bytes:
    """The example with another text in its manifest, such as no program that writes JSON would write."""
    files = contents(write_bundle(example()))
    assert files["manifest.json"].count(text) == 1
    files["manifest.json"] = files["manifest.json"].replace(text, by)
    return zipped(list(files.items()))


def with_part(name: str, data: bytes, *, listed: bool = True) -> bytes:
    """The example with a part added or exchanged, and named in the manifest."""
    files = contents(write_bundle(example()))
    manifest = json.loads(files["manifest.json"])
    if listed:
        manifest["files"][name] = {"sha256": sha256.of_bytes(data), "size": len(data)}
    files["manifest.json"] = json.dumps(manifest).encode()
    return zipped(list({**files, name: data}.items()))


def test_a_filter_comes_back_as_it_left() -> None:
    assert read_bundle(write_bundle(example())) == example()


def test_the_file_is_the_same_each_time() -> None:
    assert write_bundle(example()) == write_bundle(example())


def test_a_whole_model_travels_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried out by whoever it comes to, and not once more for each export."""
    model = example(kind="onnx", weights=johnson().SerializeToString(), base=b"", base_name="", pictures=())
    with monkeypatch.context() as leaving:
        leaving.setattr(bundles, "inspect_model", None)
        data = write_bundle(model)
    assert read_bundle(data) == model
    files = contents(data)
    spoilt = replace(model, weights=files["model.onnx"][:-40])
    with pytest.raises(BundleRefused):
        read_bundle(write_bundle(spoilt))


def test_many_pictures_keep_their_order() -> None:
    pictures = tuple(StylePicture(jpeg(width), f"picture {width}") for width in range(20, 132))
    assert read_bundle(write_bundle(example(pictures=pictures))).pictures == pictures


@pytest.mark.parametrize("slug", ["my_filter", "deep_sea-2", "x" * 69 + "-", "_", "Night"])
def test_every_slug_that_a_filter_may_have_leaves_with_it(slug: str) -> None:
    assert read_bundle(write_bundle(example(slug=slug))).slug == slug


def test_the_exported_model_runs_elsewhere_and_paints_the_same(tmp_path: Any) -> None:
    import onnxruntime

    base, style = base_bytes(), style_bytes(base_bytes())
    frames = picture(96, 160)[None]
    (elsewhere,) = onnxruntime.InferenceSession(to_onnx(base, style)).run(None, {"frames": frames})
    (tmp_path / "base").write_bytes(base)
    (tmp_path / "style").write_bytes(style)
    files = tmp_path / "base", tmp_path / "style"
    here = NetworkEngine.from_files(*files, full_precision=True).apply(frames)
    assert np.array_equal(elsewhere, here)


REFUSED: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no zip": lambda: b"PK but no zip",
    "a pickle": lambda: pickle.dumps({"weights": 1}),
    "half a zip": lambda: write_bundle(example())[:-400],
    "no manifest": lambda: zipped([("weights.safetensors", b"x")]),
    "a manifest that is no JSON": lambda: zipped([("manifest.json", b"{")]),
    "a manifest nested without end": lambda: zipped([("manifest.json", b"[" * 200_000)]),
    "a manifest that is a list": lambda: zipped([("manifest.json", b"[]")]),
    "another format": lambda: changed(lambda m: m.update(format="rotoscope-filter-9")),
    "a path upwards": lambda: with_part("../../evil.py", b"x"),
    "an absolute path": lambda: with_part("/etc/cron.d/evil", b"x"),
    "a path backwards": lambda: with_part("..\\evil.exe", b"x"),
    "a folder": lambda: with_part("style-1.jpg/", b""),
    "a pickle among the parts": lambda: with_part("weights.pkl", pickle.dumps(1)),
    "a picture that is not described": lambda: with_part("style-3.jpg", jpeg()),
    "a slug with a space": lambda: changed(lambda m: m.update(slug="deep sea")),
    "a slug that ends in a new line": lambda: changed(lambda m: m.update(slug="sea\n")),
    "no slug": lambda: changed(lambda m: m.update(slug="")),
    "a part not in the manifest": lambda: with_part("style-3.jpg", jpeg(), listed=False),
    "another hash": lambda: changed(lambda m: m["files"]["weights.safetensors"].update(sha256="0" * 64)),
    "a part that is missing": lambda: changed(lambda m: m["files"].update({"style-3.jpg": {"sha256": ""}})),
    "files that are a list": lambda: changed(lambda m: m.update(files=[1])),
    "an unknown kind": lambda: changed(lambda m: m.update(kind="pickle")),
    "a kind that is no word": lambda: changed(lambda m: m.update(kind=["style"])),
    "another kind than its parts": lambda: changed(lambda m: m.update(kind="onnx")),
    "a slug with a path": lambda: changed(lambda m: m.update(slug="../x")),
    "no name": lambda: changed(lambda m: m.update(name=" ")),
    "a name that is a number": lambda: changed(lambda m: m.update(name=5)),
    "a name without end": lambda: changed(lambda m: m.update(name="x" * 121)),
    "a name with a null": lambda: changed(lambda m: m.update(name="x\x00y")),
    "tags that are one text": lambda: changed(lambda m: m.update(tags="abc")),
    "a thousand tags": lambda: changed(lambda m: m.update(tags=["x"] * 1000)),
    "metrics that are a list": lambda: changed(lambda m: m.update(metrics=[])),
    "a metric that is no number": lambda: changed(lambda m: m.update(metrics={"x": float("nan")})),
    "a metric beyond all numbers": lambda: replaced(b"0.14", b"1e999"),
    "a whole number beyond all numbers": lambda: replaced(b"0.14", b"1" * 400),
    "a metric with a null in its name": lambda: changed(lambda m: m.update(metrics={"x\x00": 1})),
    "a training with a null deep inside": lambda: changed(
        lambda m: m.update(training={"a": [{"b": "x\x00"}]})
    ),
    "half a character in the name": lambda: replaced(b"Copper Night", b"Copper \\ud800"),
    "half a character in a table": lambda: changed(lambda m: m.update(training={"name": "\udc00"})),
    "a table nested too deep": lambda: replaced(b"0.14", b"[" * 100 + b"]" * 100),
    "a picture that counts nothing": lambda: changed(lambda m: m["pictures"][0].update(share=0)),
    "a picture that counts less": lambda: changed(lambda m: m["pictures"][0].update(share=-0.5)),
    "a part that counts nothing": lambda: changed(
        lambda m: m.update(mix={"parts": [{"name": "x", "share": 0}]})
    ),
    "too few pictures described": lambda: changed(lambda m: m["pictures"].pop()),
    "a picture that is none": lambda: with_part("style-1.jpg", b"GIF89a"),
    "a picture that ends too soon": lambda: with_part("style-1.jpg", jpeg()[:-200]),
    "a picture that is damaged at its end": lambda: with_part("style-2.png", damaged()),
    "weights that are none": lambda: with_part("weights.safetensors", b"\x80\x04K\x01."),
    "a base that does not fit": lambda: with_part("base.safetensors", base_bytes(seed=9)),
    "a strange compression": lambda: zipped([("manifest.json", b"{}")], zipfile.ZIP_BZIP2),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_refuses(case: str) -> None:
    with pytest.raises(BundleRefused, match=r"\.$"):
        read_bundle(REFUSED[case]())


def filled(value: float, *names: str) -> bytes:
    """The example with these numbers of its style, or with all of them, of one value."""
    numbers = safetensors.numpy.load(example().weights)
    said = {"format": STYLE_FORMAT, "base": sha256.of_bytes(example().base), "slug": "tiny"}
    changed = {name: np.full_like(numbers[name], value) for name in names or numbers}
    return write_bundle(example(weights=safetensors.numpy.save({**numbers, **changed}, said)))


@pytest.mark.parametrize(
    "make", [lambda: filled(3e38, "stem_norm.scale"), lambda: filled(0.0)], ids=["beyond bounds", "nothing"]
)
def test_it_refuses_numbers_that_paint_nothing(make: Callable[[], bytes]) -> None:
    with pytest.raises(BundleRefused, match="whatever it is shown"):
        read_bundle(make())


def test_a_file_of_another_version_says_what_to_do() -> None:
    with pytest.raises(BundleRefused, match=r"format rotoscope-filter-9; .*to the same version"):
        read_bundle(changed(lambda manifest: manifest.update(format="rotoscope-filter-9")))


def test_a_record_may_hold_whatever_json_can_say() -> None:
    training = {"a": [1, -2.5, None, True, {"b": ["\\u0000", "😀", "x"]}], "": {}, "big": 10**30}
    assert read_bundle(write_bundle(example(training=training))).training == training


@pytest.mark.parametrize("number", ["0", "07", "513", "1000"])
def test_it_refuses_a_picture_beyond_the_last(number: str) -> None:
    with pytest.raises(BundleRefused, match="no part called"):
        read_bundle(with_part(f"style-{number}.jpg", jpeg()))


def test_it_refuses_more_pictures_than_a_mix_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "MOST_PICTURES", 2)
    names = [f"style-{number}.{kind}" for number in (1, 2) for kind in ("jpg", "png", "webp")]
    with pytest.raises(BundleRefused, match="more parts"):
        read_bundle(zipped([("manifest.json", b"{}"), *((name, b"x") for name in names)]))


def test_a_directory_of_very_many_parts_is_not_read_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> None:
        raise AssertionError("the directory was read")

    data = zipped([(f"part-{number}", b"") for number in range(2000)])
    monkeypatch.setattr(zipfile, "ZipFile", read)
    with pytest.raises(BundleRefused, match="more parts"):
        read_bundle(data)


def test_many_parts_together_are_read_to_their_limit_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "LARGEST_UNPACKED", 4 << 20)
    data = zipped([(f"style-{number}.jpg", bytes(1 << 20)) for number in range(1, 6)])
    with pytest.raises(BundleRefused, match="more than 4 MB"):
        read_bundle(data)


def test_it_refuses_a_part_that_is_there_twice() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped([("manifest.json", b"{}"), ("manifest.json", b"{}")])
    with pytest.raises(BundleRefused, match="twice"):
        read_bundle(data)


def test_a_zip_bomb_is_read_to_its_limit_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten megabytes of nothing in ten kilobytes, and the zip lies about the size besides."""
    monkeypatch.setitem(bundles.LIMITS, "manifest.json", 1 << 20)
    data = bytearray(zipped([("manifest.json", bytes(10 << 20))]))
    directory = data.rindex(b"PK\x01\x02")
    with pytest.raises(BundleRefused, match="larger"):
        read_bundle(bytes(data))
    data[directory + 24 : directory + 28] = struct.pack("<I", 10)
    with pytest.raises(BundleRefused):
        read_bundle(bytes(data))


def test_it_refuses_a_file_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "LARGEST_BUNDLE", 1 << 20)
    with pytest.raises(BundleRefused, match="larger than 1 MB"):
        read_bundle(bytes(1 + (1 << 20)))


def test_an_encrypted_part_is_refused() -> None:
    data = bytearray(zipped([("manifest.json", b"{}")]))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(BundleRefused, match="encrypted"):
        read_bundle(bytes(data))


def test_a_picture_of_too_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "MOST_PIXELS", 100)
    with pytest.raises(BundleRefused, match="pixels"):
        write_bundle(example())
