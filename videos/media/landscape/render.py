"""A height field seen by a camera: which piece of land, sea or sky fills each pixel, and its colour.

Land is marched in planes in front of a level camera (one sample per column and plane, all at once); the
hits of every pixel follow from counting how many planes lie below it. The level picture is then turned to
the camera's pitch and roll by the homography of a pure rotation, which is exact.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from videos.media.landscape.camera import Camera
from videos.media.landscape.light import Light
from videos.media.landscape.noise import Field, smoothstep
from videos.media.landscape.sea import Water, shaded
from videos.media.landscape.sky import sky_colour
from videos.media.landscape.surface import Level

Pixels = NDArray[np.float32]
NEAR, FAR, GROWTH = 24.0, 15000.0, 1.0085


@dataclass(frozen=True)
class Scene:
    """Everything that stays the same while the camera flies."""

    levels: tuple[Level, ...]
    light: Light
    seed: int
    sea: bool
    plane_growth: float = GROWTH


@dataclass(frozen=True)
class View:
    """The level picture that holds all that the turned camera sees: size, principal point and scale in pixels."""

    width: int
    height: int
    centre_x: float
    centre_y: float
    scale: float


def level_view(camera: Camera, width: int, height: int, detail: float) -> View:
    """The smallest level picture around the camera's four corners, ``detail`` times as fine."""
    matrix = camera.matrix(width, height)
    corners = np.array([[-0.5, -0.5, 1], [width - 0.5, -0.5, 1], [-0.5, height - 0.5, 1], [width - 0.5, height - 0.5, 1]])
    rays = corners @ np.linalg.inv(matrix).T @ camera.axes() @ camera.upright().T
    across, down = rays[:, 0] / rays[:, 2], rays[:, 1] / rays[:, 2]
    scale = camera.focal * width * detail
    left, top = across.min() * scale - 2, down.min() * scale - 2
    wide, high = int(np.ceil(across.max() * scale - left)) + 3, int(np.ceil(down.max() * scale - top)) + 3
    return View(wide, high, float(-left), float(-top), float(scale))


def homography(camera: Camera, view: View, width: int, height: int) -> NDArray[np.float64]:
    """(3, 3): from pixels of the camera's picture to pixels of the level picture."""
    level = np.array([[view.scale, 0, view.centre_x], [0, view.scale, view.centre_y], [0, 0, 1.0]])
    turn = camera.upright() @ camera.axes().T
    return np.asarray(level @ turn @ np.linalg.inv(camera.matrix(width, height)))


def _planes(growth: float) -> Field:
    """Distances of the planes, denser nearby."""
    count = int(np.log(FAR / NEAR) / np.log(growth))
    return (NEAR * growth ** np.arange(count)).astype(np.float32)


def _level_for(levels: tuple[Level, ...], x: Field, y: Field) -> NDArray[np.int32]:
    """The finest map that holds each place, with a margin."""
    chosen = np.zeros(x.shape, dtype=np.int32)
    for number, level in enumerate(levels[1:], start=1):
        reach = level.grid.texel * level.height.shape[0]
        inside = (x > level.grid.left + 8 * level.grid.texel) & (x < level.grid.left + reach - 8 * level.grid.texel)
        inside &= (y > level.grid.bottom + 8 * level.grid.texel) & (y < level.grid.bottom + reach - 8 * level.grid.texel)
        chosen[inside] = number
    return chosen


def sample(field: NDArray[np.float32], level: Level, x: Field, y: Field) -> NDArray[np.float32]:
    """The map at places in metres (2-D arrays), between texels linearly; outside it repeats its mirror image."""
    texel = np.float32(level.grid.texel)
    u = (x - np.float32(level.grid.left)) / texel - np.float32(0.5)
    v = (y - np.float32(level.grid.bottom)) / texel - np.float32(0.5)
    return np.asarray(cv2.remap(field, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101))


def _finest(levels: tuple[Level, ...], distance: Field) -> NDArray[np.float32]:
    """Which level suits a distance, as a number between levels: a texel should be about a pixel."""
    return np.asarray(2 - np.log2(np.maximum(distance / 420, 1)) / 2, dtype=np.float32).clip(0, len(levels) - 1)


def march(scene: Scene, camera: Camera, view: View) -> tuple[Field, Field]:
    """Depth along the level view's axis for every pixel (infinite for sky), and the ground's height there."""
    depths = _planes(scene.plane_growth)
    across = (np.arange(view.width, dtype=np.float32) - np.float32(view.centre_x)) / np.float32(view.scale)
    right, _, forward = camera.upright().astype(np.float32)
    x = np.float32(camera.position[0]) + depths[:, None] * (forward[0] + across[None, :] * right[0])
    y = np.float32(camera.position[1]) + depths[:, None] * (forward[1] + across[None, :] * right[1])
    ground = _heights(scene, x, y, depths)
    if scene.sea:
        ground = np.maximum(ground, 0)
    rows = view.centre_y - view.scale * (ground - np.float32(camera.position[2])) / depths[:, None]
    return _hits(rows.astype(np.float32), depths, view)


def _heights(scene: Scene, x: Field, y: Field, depths: Field) -> Field:
    """Heights at the planes' places: from coarser maps farther away, blended so that nothing jumps."""
    result = sample(scene.levels[0].height, scene.levels[0], x, y)
    for number, level in enumerate(scene.levels[1:], start=1):
        wanted = _finest(scene.levels, depths)
        last = int(np.searchsorted(-wanted, -(number - 1)))
        part = slice(0, max(1, last))
        weight = (wanted[part] - (number - 1)).clip(0, 1)[:, None] * _inside(level, x[part], y[part])
        fine = sample(level.height, level, x[part], y[part])
        result[part] += (fine - result[part]) * weight
    return result


def _inside(level: Level, x: Field, y: Field) -> Field:
    """1 well inside a map, 0 outside, a ramp at its border."""
    half = np.float32(level.grid.texel * level.height.shape[0] / 2)
    u = np.abs(x - np.float32(level.grid.left) - half)
    v = np.abs(y - np.float32(level.grid.bottom) - half)
    return ((half - np.maximum(u, v)) / (half * np.float32(0.08)) - np.float32(0.1)).clip(0, 1)


def _hits(rows: Field, depths: Field, view: View) -> tuple[Field, Field]:
    """For every pixel the depth at which its ray meets the land: a segment between two planes, cut exactly."""
    highest = np.minimum.accumulate(rows, axis=0)
    count, width = rows.shape
    first = np.ceil(highest).clip(0, view.height).astype(np.int64)
    tally = np.bincount((first * width + np.arange(width)).ravel(), minlength=(view.height + 1) * width)
    reached = np.cumsum(tally.reshape(view.height + 1, width)[: view.height], axis=0)
    index = count - reached
    inside = (index > 0) & (index < count)
    columns = np.broadcast_to(np.arange(width), index.shape)
    after = index.clip(1, count - 1)
    low, high = rows[after - 1, columns], rows[after, columns]
    line = np.arange(view.height, dtype=np.float32)[:, None]
    share = ((low - line) / np.maximum(low - high, 1e-4)).clip(0, 1)
    # Between two planes height, not depth, is what runs evenly; in depth that is nearly the same.
    depth = depths[after - 1] + share * (depths[after] - depths[after - 1])
    depth = np.where(inside, depth, np.where(index == 0, depths[0], np.inf)).astype(np.float32)
    return depth, inside.astype(np.float32)


def draw(scene: Scene, camera: Camera, width: int, height: int, seconds: float, *, detail: float = 1.25) -> tuple[Pixels, Field]:
    """Linear light (H, W, 3) as the camera sees it, and the depth in metres along its axis (infinite: sky)."""
    view = level_view(camera, width, height, detail)
    depth, _ = march(scene, camera, view)
    colour = _coloured(scene, camera, view, depth, seconds)
    turn = homography(camera, view, width, height)
    flags = cv2.INTER_AREA if detail > 2 else cv2.INTER_CUBIC
    picture = cv2.warpPerspective(colour, turn, (width, height), flags=flags | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(picture, dtype=np.float32), _turned_depth(camera, view, depth, turn, width, height)


def _turned_depth(camera: Camera, view: View, depth: Field, turn: NDArray[np.float64], width: int, height: int) -> Field:
    """Depth along the turned camera's own axis."""
    along = cv2.warpPerspective(depth, turn, (width, height), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
    pixels = np.linalg.inv(camera.matrix(width, height))
    axis = camera.axes() @ camera.upright()[2]
    down, across = np.mgrid[0:height, 0:width]
    u, v = across * pixels[0, 0] + pixels[0, 2], down * pixels[1, 1] + pixels[1, 2]
    return np.asarray(along / np.maximum(u * axis[0] + v * axis[1] + axis[2], 1e-6), dtype=np.float32)


def _coloured(scene: Scene, camera: Camera, view: View, depth: Field, seconds: float) -> Pixels:
    """Linear light of the level picture (H, W, 3)."""
    across = (np.arange(view.width, dtype=np.float32) - np.float32(view.centre_x)) / np.float32(view.scale)
    down = (np.arange(view.height, dtype=np.float32) - np.float32(view.centre_y)) / np.float32(view.scale)
    right, below, forward = camera.upright().astype(np.float32)
    rays = across[None, :, None] * right + down[:, None, None] * below + forward
    rays = np.broadcast_to(rays, (view.height, view.width, 3))
    length = np.linalg.norm(rays, axis=-1).astype(np.float32)
    view_rays = rays / length[..., None]
    colour = sky_colour(view_rays, scene.light, scene.seed, seconds)
    hit = np.isfinite(depth)
    top = int(np.argmax(hit.any(axis=1))) if hit.any() else view.height
    part = slice(top, view.height)
    land = _land(scene, camera, rays[part], view_rays[part], np.where(hit, depth, FAR)[part], length[part], seconds)
    share = hit[part, :, None].astype(np.float32)
    colour[part] += (land - colour[part]) * share
    return colour


def _land(scene: Scene, camera: Camera, rays: Pixels, view: Pixels, depth: Field, length: Field, seconds: float) -> Pixels:
    """Land and sea where the rays end, seen through the air."""
    x = np.asarray(np.float32(camera.position[0]) + depth * rays[..., 0], dtype=np.float32)
    y = np.asarray(np.float32(camera.position[1]) + depth * rays[..., 1], dtype=np.float32)
    distance = depth * length
    colour, ground = _ground(scene, x, y, depth)
    horizon = sky_colour(_lifted(view, 0.012), scene.light, scene.seed, seconds, clouds=False)
    if scene.sea:
        mirrored = sky_colour(_lifted(view, 0.30), scene.light, scene.seed, seconds, clouds=False)
        water = Water(x, y, distance, -ground, view, colour)
        sea = shaded(water, scene.light, horizon, mirrored, scene.seed, seconds)
        cover = smoothstep(0.16, -0.10, ground)[..., None]
        colour = colour + (sea - colour) * cover
    clear = np.exp(-((distance / np.float32(scene.light.haze)) ** 1.25))[..., None]
    return np.asarray(horizon + (colour - horizon) * clear, dtype=np.float32)


def _lifted(view: Pixels, up: float) -> Pixels:
    """The same directions, raised to this height above the horizon."""
    flat = view.copy()
    flat[..., 2] = up
    return np.asarray(flat / np.linalg.norm(flat, axis=-1, keepdims=True), dtype=np.float32)


def _ground(scene: Scene, x: Field, y: Field, depth: Field) -> tuple[Pixels, Field]:
    """Baked light and height at the hits, from the map whose texels are about a pixel there."""
    wanted = _finest(scene.levels, depth)
    base = scene.levels[0]
    colour, ground = sample(base.lit, base, x, y), sample(base.height, base, x, y)
    for number, level in enumerate(scene.levels[1:], start=1):
        near = wanted > number - 1
        if not near.any():
            continue
        part = slice(int(np.argmax(near.any(axis=1))), None)
        weight = (wanted[part] - (number - 1)).clip(0, 1) * _inside(level, x[part], y[part])
        colour[part] += (sample(level.lit, level, x[part], y[part]) - colour[part]) * weight[..., None]
        ground[part] += (sample(level.height, level, x[part], y[part]) - ground[part]) * weight
    return colour, ground
