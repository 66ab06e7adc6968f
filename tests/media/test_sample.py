"""The sample flight: drawn the same every time, by a camera that is where its path says."""

import json
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from videos.media import sample
from videos.media.landscape.camera import Camera, flight
from videos.media.landscape.light import LIGHTS, finished
from videos.media.landscape.render import Scene, draw
from videos.media.landscape.surface import levels

COARSE = 256


@pytest.fixture(scope="module")
def coast() -> Scene:
    """The sample's coast on coarse maps."""
    return Scene(
        levels(sample.SEED, "coast", LIGHTS[sample.LIGHT], COARSE), LIGHTS[sample.LIGHT], sample.SEED, "coast"
    )


def reproject(
    depth: NDArray[np.float32], camera: Camera, other: Camera
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Where each pixel of ``camera`` (with this depth) lies in the picture of ``other``.

    Returns places (H, W, 2) as (x, y) in pixels of the same size, and which of them lie inside the other picture
    and in front of it. Whether something stands in between is for the caller to see from the other's depth.
    Sky counts as infinitely far.
    """
    height, width = depth.shape
    down, across = np.mgrid[0:height, 0:width].astype(np.float64)
    inverse = np.linalg.inv(camera.matrix(width, height))
    rays = np.stack([across, down, np.ones_like(across)], axis=-1) @ inverse.T @ camera.axes()
    far = np.where(np.isfinite(depth), depth, 1e9)[..., None]
    points = rays * far + np.asarray(camera.position) - np.asarray(other.position)
    seen = points @ other.axes().T @ other.matrix(width, height).T
    places = seen[..., :2] / np.maximum(seen[..., 2:], 1e-6)
    inside = (seen[..., 2] > 0) & (places[..., 0] >= 0) & (places[..., 0] <= width - 1)
    inside &= (places[..., 1] >= 0) & (places[..., 1] <= height - 1)
    return places.astype(np.float32), inside


def test_the_same_moment_is_the_same_picture(coast: Scene) -> None:
    first, _ = draw(coast, flight(1.0), 160, 90, 1.0)
    levels.cache_clear()
    again = Scene(
        levels(sample.SEED, "coast", LIGHTS[sample.LIGHT], COARSE), LIGHTS[sample.LIGHT], sample.SEED, "coast"
    )
    assert np.array_equal(first, draw(again, flight(1.0), 160, 90, 1.0)[0])
    other, _ = draw(coast, flight(1.5), 160, 90, 1.5)
    assert np.abs(first - other).mean() > 0.01


def test_there_is_sky_above_and_land_or_sea_below(coast: Scene) -> None:
    picture, depth = draw(coast, flight(0), 160, 90, 0)
    assert np.isfinite(picture).all()
    assert np.isinf(depth[0, -60:]).all() and np.isfinite(depth[-1]).all()
    assert depth[-1].min() > 20
    frame = finished(picture, 1.0)
    assert frame.dtype == np.uint8 and frame.std() > 20


def test_the_ground_is_where_the_camera_says(coast: Scene) -> None:
    """Rays that hit the sea hit it at height 0."""
    camera = flight(2.0)
    _, depth = draw(coast, camera, 320, 180, 2.0)
    inverse = np.linalg.inv(camera.matrix(320, 180))
    for column, line in ((250, 170), (200, 150), (300, 120)):
        ray = inverse @ np.array([column, line, 1.0]) @ camera.axes()
        height = camera.position[2] + depth[line, column] * ray[2]
        assert abs(height) < 0.02 * depth[line, column]


def test_pictures_follow_from_depth_and_camera_path(coast: Scene) -> None:
    first, second = flight(2.0), flight(2.5)
    picture, depth = draw(coast, first, 320, 180, 2.0)
    later, later_depth = draw(coast, second, 320, 180, 2.0)
    places, inside = reproject(depth, first, second)
    fetched = cv2.remap(later, places[..., 0], places[..., 1], cv2.INTER_LINEAR)
    seen_depth = cv2.remap(later_depth, places[..., 0], places[..., 1], cv2.INTER_NEAREST)
    # Land that both show: water moves by itself, and some land lies behind other land in one of them.
    down, across = np.mgrid[0:180, 0:320]
    rays = np.stack([across, down, np.ones_like(down)], axis=-1) @ np.linalg.inv(first.matrix(320, 180)).T
    near = np.where(np.isfinite(depth), depth, 1)
    land = first.position[2] + near * (rays @ first.axes())[..., 2] > 3
    both = inside & np.isfinite(depth) & land & (np.abs(seen_depth / near - 1) < 0.1)
    assert both.mean() > 0.15
    moved = np.abs(fetched - picture).mean(axis=-1)[both].mean()
    still = np.abs(later - picture).mean(axis=-1)[both].mean()
    assert moved < 0.35 * still


def test_a_camera_seen_from_itself_does_not_move(coast: Scene) -> None:
    camera = flight(3.0)
    _, depth = draw(coast, camera, 160, 90, 3.0)
    places, inside = reproject(depth, camera, camera)
    down, across = np.mgrid[0:90, 0:160]
    assert np.abs(places - np.stack([across, down], axis=-1)).max() < 0.01
    assert inside.mean() > 0.95


@pytest.mark.parametrize("terrain", sample.TERRAINS)
def test_every_terrain_gives_a_picture(terrain: str) -> None:
    light = LIGHTS["overcast"]
    here = Scene(levels(3, terrain, light, COARSE), light, 3, terrain)
    picture, depth = draw(here, sample.viewpoint(3, terrain), 160, 90, 0)
    assert np.isfinite(picture).all() and np.isfinite(depth).mean() > 0.4
    assert finished(picture, light.exposure).std() > 8


def test_unknown_landscapes_are_an_error() -> None:
    with pytest.raises(ValueError, match="No such landscape"):
        sample.landscape(1, "noon", "moon")


@pytest.mark.slow
def test_the_sample_is_a_video_with_sound_and_a_camera_path(tmp_path: Path) -> None:
    heard: list[float] = []
    drawn_in: set[Path] = set()

    def hear(share: float) -> None:
        heard.append(share)
        drawn_in.update(tmp_path.glob("sample-*"))

    path = sample.make_sample(
        tmp_path / "s.mp4", seconds=1, width=160, height=90, rate=Fraction(12), progress=hear
    )
    described = json.loads(path.read_text())
    assert (described["width"], described["fps"], len(described["frames"])) == (160, [12, 1], 12)
    with av.open(str(tmp_path / "s.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 12
        assert container.streams.audio[0].codec_context.name == "aac"
    axes = np.array([described["frames"][5][name] for name in ("right", "down", "direction")])
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-9)
    assert heard and heard[-1] <= 1
    assert drawn_in, "where it is killed, whoever clears the target's folder away finds all of it"
    assert not any(folder.exists() for folder in drawn_in)
