"""Ask a running installation for a render, as its own programs would.

    python -m tests.journeys.begin_render footage FRAMES     draws a clip and hands it in
    python -m tests.journeys.begin_render render VIDEO SLUG  makes a slow filter and asks for a render

Prints the number of the video or the render.

The filter paints negatives, exactly, but takes its time: it adds nothing, computed by convolutions.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rotoscope.settings")
django.setup()

import numpy as np
import onnx
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from onnx import TensorProto, helper, numpy_helper

from filters.models import Filter, FilterVersion
from tests.clips import draw_clip
from videos.models import Video
from videos.pipeline import receive, renders

WIDTH, HEIGHT, RATE = 320, 180, 24
CHANNELS = 32


def slow_inverting_model() -> bytes:
    """1 - x + 0 · (convolutions of x), on (N, 3, H, W) float32 in 0..1."""
    shape: list[str | int | None] = ["n", 3, "h", "w"]
    random = np.random.default_rng(1)
    sizes = [(CHANNELS, 3), (CHANNELS, CHANNELS), (CHANNELS, CHANNELS), (3, CHANNELS)]
    numbers = [
        numpy_helper.from_array(np.array(value, np.float32), name)
        for name, value in (("one", 1.0), ("none", 0.0))
    ]
    nodes, came_from = [], "image"
    for layer, size in enumerate(sizes):
        kernel = random.normal(0, 0.01, (*size, 3, 3)).astype(np.float32)
        numbers.append(numpy_helper.from_array(kernel, f"kernel{layer}"))
        nodes.append(
            helper.make_node("Conv", [came_from, f"kernel{layer}"], [f"c{layer}"], pads=[1, 1, 1, 1])
        )
        came_from = f"c{layer}"
    nodes += [
        helper.make_node("Mul", [came_from, "none"], ["nothing"]),
        helper.make_node("Sub", ["one", "image"], ["negative"]),
        helper.make_node("Add", ["negative", "nothing"], ["painted"]),
    ]
    ends = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)] for name in ("image", "painted")]
    graph = helper.make_graph(nodes, "slow-negative", ends[0], ends[1], numbers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def hand_in(frames: int) -> int:
    """A clip of numbered pictures with a tone, as an upload; its video's number."""
    with TemporaryDirectory() as folder:
        clip = draw_clip(
            Path(folder) / "clip.mp4", frames=frames, rate=RATE, width=WIDTH, height=HEIGHT, audio=True
        )
        return receive.video_from_file(User.objects.get(username="owner"), clip, "clip.mp4").pk


def ask_for(video: int, slug: str) -> int:
    """A render under a new filter; its number."""
    one = Filter.objects.create(slug=slug, name=slug)
    version = FilterVersion(filter=one, number=1, kind=FilterVersion.Kind.ONNX)
    version.weights.save(f"{slug}.onnx", ContentFile(slow_inverting_model()), save=False)
    version.save()
    one.adopt(version)
    one.publish()
    found = Video.objects.get(pk=video)
    return renders.request(found, one, found.owner, renders.RenderSettings())[0].pk


if __name__ == "__main__":
    if sys.argv[1] == "footage":
        print(hand_in(int(sys.argv[2])))
    else:
        print(ask_for(int(sys.argv[2]), sys.argv[3]))
