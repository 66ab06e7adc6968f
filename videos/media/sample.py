"""The sample flight: six seconds over a coast that does not exist, drawn by arithmetic, with its exact camera.

The same seed gives the same pictures. Also stills of other landscapes under other lights.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from fractions import Fraction
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rotoscope.common import malloc
from rotoscope.common.children import PROJECT, bounded, environment
from videos.media.errors import EncodeError, Stopped
from videos.media.files import written
from videos.media.landscape.camera import Camera, flight
from videos.media.landscape.light import LIGHTS, finished
from videos.media.landscape.render import Scene, draw, picture
from videos.media.landscape.surface import levels
from videos.media.rebuild import rebuild
from videos.media.sample_sound import write_surf
from videos.media.transcode import Progress, ShouldStop, never

SEED = 12
SECONDS = 6
RATE = Fraction(24)
WIDTH, HEIGHT = 1280, 720
LIGHT = "afternoon"
MAP = 1536  # texels a side of each of the three nested maps
TERRAINS = ("coast", "canyon", "desert", "forest", "snow")

Frame = NDArray[np.uint8]


@lru_cache(maxsize=1)
def scene(seed: int = SEED, light: str = LIGHT, terrain: str = "coast", size: int = MAP) -> Scene:
    """A landscape, ready to be looked at; the first call takes seconds, later ones nothing."""
    return Scene(levels(seed, terrain, LIGHTS[light], size), LIGHTS[light], seed, terrain)


def draw_frame(t: float, width: int = WIDTH, height: int = HEIGHT, *, seed: int = SEED) -> Frame:
    """The sample flight at ``t`` seconds as (height, width, 3) RGB uint8."""
    here = scene(seed)
    return finished(picture(here, flight(t), width, height, t), here.light.exposure)


def draw_with_depth(
    t: float, width: int = WIDTH, height: int = HEIGHT, *, seed: int = SEED
) -> tuple[Frame, NDArray[np.float32]]:
    """As draw_frame, and for each pixel the depth in metres along the camera's axis (infinite for sky)."""
    here = scene(seed)
    colour, depth = draw(here, flight(t), width, height, t)
    return finished(colour, here.light.exposure), depth


def camera_path(
    seconds: int = SECONDS, width: int = WIDTH, height: int = HEIGHT, rate: Fraction = RATE
) -> dict[str, Any]:
    """The camera of every frame as plain numbers: metres, unit vectors, field of view in degrees."""
    frames = []
    for index in range(int(seconds * rate)):
        camera = flight(float(index / rate))
        right, down, forward = (vector.tolist() for vector in camera.axes())
        view = float(np.degrees(2 * np.arctan(0.5 / camera.focal)))
        frames.append(
            {
                "time": float(index / rate),
                "position": list(camera.position),
                "right": right,
                "down": down,
                "direction": forward,
                "horizontal_field_of_view": view,
                "intrinsics": camera.matrix(width, height).tolist(),
            }
        )
    fps = [rate.numerator, rate.denominator]
    return {"width": width, "height": height, "fps": fps, "seed": SEED, "units": "metres", "frames": frames}


def make_sample(
    path: Path | str,
    *,
    seconds: int = SECONDS,
    width: int = WIDTH,
    height: int = HEIGHT,
    rate: Fraction = RATE,
    progress: Progress | None = None,
    should_stop: ShouldStop = never,
) -> Path:
    """Draws the sample flight into ``path`` (MP4, with the sound of surf); the camera path goes to ``path``.json.

    Drawn by as many processes as there are processors, up to eight. Returns the path of the JSON.
    Raises EncodeError, RebuildError or Stopped; then neither file appears.
    """
    path, rate = Path(path).resolve(), Fraction(rate)
    count = int(seconds * rate)
    workers = min(8, len(os.sched_getaffinity(0)), max(1, count // 4))
    share = ceil(count / workers)
    ranges = [(start, min(count, start + share)) for start in range(0, count, share)]
    # Beside the target: whoever cleans up there after a kill finds these too.
    with tempfile.TemporaryDirectory(prefix="sample-", dir=path.parent) as folder:
        parts = [Path(folder) / f"{start:05d}.ts" for start, _ in ranges]
        _draw_all(list(zip(parts, ranges, strict=True)), width, height, rate, progress, should_stop)
        sound = Path(folder) / "surf.mp4"
        write_surf(sound, seconds=float(count / rate), seed=SEED)
        rebuild(parts, audio_from=sound, rate=rate, frame_count=count, target=path)
    beside = path.with_suffix(".json")
    with written(beside) as part:
        part.write_text(json.dumps(camera_path(seconds, width, height, rate)))
    return beside


def _draw_all(
    jobs: list[tuple[Path, tuple[int, int]]],
    width: int,
    height: int,
    rate: Fraction,
    progress: Progress | None,
    should_stop: ShouldStop,
) -> None:
    """Starts a child for each range of frames and waits for all; each prints a line per frame."""
    drawn, total = [0] * len(jobs), sum(stop - start for _, (start, stop) in jobs)
    children = [_start(job, width, height, rate, len(jobs)) for job in jobs]

    def listen(number: int, child: subprocess.Popen[bytes]) -> None:
        assert child.stdout is not None
        for _ in child.stdout:
            drawn[number] += 1

    listeners = [threading.Thread(target=listen, args=pair, daemon=True) for pair in enumerate(children)]
    for thread in listeners:
        thread.start()
    try:
        while any(thread.is_alive() for thread in listeners):
            time.sleep(0.1)
            if progress:
                progress(sum(drawn) / total)
            if should_stop():
                raise Stopped("Stopped as asked.")
        if any(child.wait() for child in children):
            raise EncodeError("The sample flight could not be drawn.")
    finally:
        for child in children:
            child.kill()
            child.wait()


def _start(
    job: tuple[Path, tuple[int, int]], width: int, height: int, rate: Fraction, processes: int
) -> subprocess.Popen[bytes]:
    """The child that draws one range of frames."""
    part, (start, stop) = job
    words = [str(word) for word in (part, start, stop, width, height, rate, processes)]
    command = bounded([sys.executable, "-m", "videos.media.sample_worker", *words])
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**environment(), **malloc.ENVIRONMENT}, cwd=PROJECT
    )


def landscape(
    seed: int,
    light: str = "noon",
    terrain: str = "coast",
    size: tuple[int, int] = (WIDTH, HEIGHT),
    *,
    seconds: float = 0.0,
) -> Frame:
    """A still of another landscape, (height, width, 3) RGB uint8; ``size`` is (width, height).

    ``light``: golden, afternoon, noon, evening, overcast or night; ``terrain``: coast, canyon, desert, forest or snow.
    The same arguments give the same picture. ValueError for other words.
    """
    if light not in LIGHTS or terrain not in TERRAINS:
        raise ValueError(f"No such landscape: {light}, {terrain}.")
    here = scene(seed, light, terrain)
    width, height = size
    colour = picture(here, viewpoint(seed, terrain, seconds), width, height, seconds)
    return finished(colour, here.light.exposure)


def viewpoint(seed: int, terrain: str, seconds: float = 0.0) -> Camera:
    """A place to look from that differs with the seed; over land high enough to clear the ground."""
    random = np.random.default_rng(seed)
    base = flight(seconds)
    turn, rise = random.uniform(-0.25, 0.25), random.uniform(0.0, 60.0)
    if terrain == "coast":
        x, y, z = base.position
        return Camera(
            (x, y - 40 * random.uniform(0, 1), z + rise),
            base.heading + turn,
            base.pitch - 0.04,
            base.roll,
            0.8,
        )
    height = {"canyon": 260.0, "desert": 120.0, "forest": 230.0, "snow": 460.0}[terrain] + rise
    return Camera((base.position[0], 60.0, height), 0.9 + turn, -0.22, base.roll, 0.8)
