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
from videos.media.landscape.surface import Level, layered

Pixels = NDArray[np.float32]
# Pixels in a band of rows; OpenCV takes lists of at most 32,767 places.
BAND = 32_000
NEAR, FAR, GROWTH = 48.0, 15000.0, 1.009


@dataclass(frozen=True)
class Scene:
    """Everything that stays the same while the camera flies."""

    levels: tuple[Level, ...]
    light: Light
    seed: int
    kind: str
    plane_growth: float = GROWTH

    @property
    def sea(self) -> bool:
        """Whether there is water at height 0."""
        return self.kind == "coast"


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
    corners = np.array(
        [[-0.5, -0.5, 1], [width - 0.5, -0.5, 1], [-0.5, height - 0.5, 1], [width - 0.5, height - 0.5, 1]]
    )
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


def sample(field: NDArray[np.float32], level: Level, x: Field, y: Field) -> NDArray[np.float32]:
    """The map at places in metres (2-D arrays), between texels linearly; outside it repeats its mirror image."""
    texel = np.float32(level.grid.texel)
    u = (x - np.float32(level.grid.left)) / texel - np.float32(0.5)
    v = (y - np.float32(level.grid.bottom)) / texel - np.float32(0.5)
    return np.asarray(cv2.remap(field, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101))


def _finest(levels: tuple[Level, ...], distance: Field) -> NDArray[np.float32]:
    """Which level suits a distance, as a number between levels: a texel should be about a pixel."""
    return np.asarray(2 - np.log2(np.maximum(distance / 420, 1)) / 2, dtype=np.float32).clip(
        0, len(levels) - 1
    )


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
    ramp = (half - np.maximum(u, v)) / (half * np.float32(0.08)) - np.float32(0.1)
    return np.asarray(ramp.clip(0, 1), dtype=np.float32)


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


def draw(
    scene: Scene, camera: Camera, width: int, height: int, seconds: float, *, detail: float = 1.0
) -> tuple[Pixels, Field]:
    """Linear light (H, W, 3) as the camera sees it, and the depth in metres along its axis (infinite: sky)."""
    view = level_view(camera, width, height, detail)
    depth, _ = march(scene, camera, view)
    colour = _coloured(scene, camera, view, depth, seconds)
    turn = homography(camera, view, width, height)
    return _turned(colour, turn, width, height), _turned_depth(camera, depth, turn, width, height)


def picture(
    scene: Scene, camera: Camera, width: int, height: int, seconds: float, *, detail: float = 1.0
) -> Pixels:
    """As ``draw``, for those who need no depth."""
    view = level_view(camera, width, height, detail)
    depth, _ = march(scene, camera, view)
    colour = _coloured(scene, camera, view, depth, seconds)
    return _turned(colour, homography(camera, view, width, height), width, height)


def _turned(colour: Pixels, turn: NDArray[np.float64], width: int, height: int) -> Pixels:
    """The level picture as the pitched and rolled camera sees it."""
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    size = (width, height)
    return np.asarray(
        cv2.warpPerspective(colour, turn, size, flags=flags, borderMode=cv2.BORDER_REPLICATE),
        dtype=np.float32,
    )


def _turned_depth(camera: Camera, depth: Field, turn: NDArray[np.float64], width: int, height: int) -> Field:
    """Depth along the turned camera's own axis."""
    along = cv2.warpPerspective(
        depth,
        turn,
        (width, height),
        flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    pixels = np.linalg.inv(camera.matrix(width, height))
    axis = camera.axes() @ camera.upright()[2]
    down, across = np.mgrid[0:height, 0:width]
    u, v = across * pixels[0, 0] + pixels[0, 2], down * pixels[1, 1] + pixels[1, 2]
    return np.asarray(along / np.maximum(u * axis[0] + v * axis[1] + axis[2], 1e-6), dtype=np.float32)


def _coloured(scene: Scene, camera: Camera, view: View, depth: Field, seconds: float) -> Pixels:
    """Linear light of the level picture (H, W, 3), worked out in bands of rows that fit the processor's cache."""
    across = (np.arange(view.width, dtype=np.float32) - np.float32(view.centre_x)) / np.float32(view.scale)
    down = (np.arange(view.height, dtype=np.float32) - np.float32(view.centre_y)) / np.float32(view.scale)
    right, below, forward = camera.upright().astype(np.float32)
    columns = across[:, None] * right + forward
    air = _air(columns, scene, seconds)
    colour = np.empty((view.height, view.width, 3), dtype=np.float32)
    rows = max(1, BAND // view.width)
    for top in range(0, view.height, rows):
        part = slice(top, min(view.height, top + rows))
        rays = columns[None] + down[part, None, None] * below
        colour[part] = _band(scene, camera, rays, depth[part], air, seconds)
    return colour


def _air(columns: Pixels, scene: Scene, seconds: float) -> tuple[Pixels, Pixels]:
    """For every column of the level picture the sky at the horizon, and higher up where waves mirror it: (1, W, 3)."""
    flat = columns / np.linalg.norm(columns, axis=-1, keepdims=True)
    low = sky_colour(_lifted(flat[None], 0.012), scene.light, scene.seed, seconds, clouds=False)
    high = sky_colour(_lifted(flat[None], 0.30), scene.light, scene.seed, seconds, clouds=False)
    return low, high


def _band(
    scene: Scene, camera: Camera, rays: Pixels, depth: Field, air: tuple[Pixels, Pixels], seconds: float
) -> Pixels:
    """A band of rows: sky where nothing is hit, else land and sea."""
    length = np.sqrt(np.einsum("...c,...c", rays, rays))
    view = rays / length[..., None]
    hit = np.isfinite(depth)
    if not hit.any():
        return sky_colour(view, scene.light, scene.seed, seconds)
    land = _land(scene, camera, rays, view, np.where(hit, depth, np.float32(FAR)), length, air, seconds)
    if hit.all():
        return land
    return np.asarray(
        np.where(hit[..., None], land, sky_colour(view, scene.light, scene.seed, seconds)), dtype=np.float32
    )


def _land(
    scene: Scene,
    camera: Camera,
    rays: Pixels,
    view: Pixels,
    depth: Field,
    length: Field,
    air: tuple[Pixels, Pixels],
    seconds: float,
) -> Pixels:
    """Land and sea where the rays end, seen through the air."""
    x = np.float32(camera.position[0]) + depth * rays[..., 0]
    y = np.float32(camera.position[1]) + depth * rays[..., 1]
    z = np.float32(camera.position[2]) + depth * rays[..., 2]
    distance = depth * length
    colour, ground, rock = _ground(scene, x, y, depth)
    colour = colour * (1 + (layered(scene.kind, x, y, z) - 1) * rock[..., None])
    if scene.sea:
        # On a wall the map's height right beside the hit may be under water; the ray's own height decides.
        under = np.where(z > 0.6 + 0.002 * depth, np.float32(1), ground)
        _flood(scene, colour, (x, y, distance, under), view, air, seconds)
    clear = np.exp(-((distance / np.float32(scene.light.haze)) ** np.float32(1.25)))[..., None]
    horizon = air[0]
    return np.asarray(horizon + (colour - horizon) * clear, dtype=np.float32)


def _flood(
    scene: Scene,
    colour: Pixels,
    place: tuple[Field, Field, Field, Field],
    view: Pixels,
    air: tuple[Pixels, Pixels],
    seconds: float,
) -> None:
    """Replaces the colour by the sea's wherever the ground lies below it."""
    wet = np.flatnonzero(place[3] < 0.16)
    if not len(wet):
        return
    x, y, distance, ground = (np.take(values, wet)[None] for values in place)
    flat = colour.reshape(-1, 3)
    bed = np.take(flat, wet, axis=0)[None]
    water = Water(x, y, distance, -ground, np.take(view.reshape(-1, 3), wet, axis=0)[None], bed)
    column = wet % colour.shape[1]
    horizon, mirrored = (np.take(sky[0], column, axis=0)[None] for sky in air)
    sea = shaded(water, scene.light, horizon, mirrored, scene.seed, seconds)
    cover = smoothstep(0.16, -0.10, ground)[..., None]
    flat[wet] = (bed + (sea - bed) * cover)[0]


def _lifted(view: Pixels, up: float) -> Pixels:
    """The same directions, raised to this height above the horizon."""
    flat = view.copy()
    flat[..., 2] = up
    return np.asarray(flat / np.linalg.norm(flat, axis=-1, keepdims=True), dtype=np.float32)


def _ground(scene: Scene, x: Field, y: Field, depth: Field) -> tuple[Pixels, Field, Field]:
    """Baked light, height and share of rock at the hits, from the maps whose texels are about a pixel there."""
    wanted = _finest(scene.levels, depth)
    weights = [np.ones_like(depth)]
    for number, level in enumerate(scene.levels[1:], start=1):
        weights.append((wanted - (number - 1)).clip(0, 1) * _inside(level, x, y))
    # What a finer map covers wholly need not be read from a coarser one.
    start = max(number for number, weight in enumerate(weights) if weight.min() >= 1)
    base = scene.levels[start]
    lit, rock = sample(base.lit, base, x, y), sample(base.rock, base, x, y)
    for level, weight in zip(scene.levels[start + 1 :], weights[start + 1 :], strict=True):
        if weight.max() > 0:
            lit += (sample(level.lit, level, x, y) - lit) * weight[..., None]
            rock += (sample(level.rock, level, x, y) - rock) * weight
    return lit[..., :3], lit[..., 3], rock
