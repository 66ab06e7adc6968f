"""Makers of rows and files for tests. Everything they make is real: files decode, filters run."""

from __future__ import annotations

import itertools
import time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from django.core.files.base import ContentFile
from onnx import TensorProto, helper, numpy_helper

from filters.models import Filter, FilterVersion
from tests.clips import draw_clip
from videos.models import Frame, Render, Video, Visibility
from videos.pipeline import dispatch, ingest, paint, rebuild, receive, renders

_numbers = itertools.count(1)


def inverting_model(name: str = "negative") -> bytes:
    """A whole ONNX model that turns a picture into its negative: 1 - x on (N, 3, H, W) float32 in 0..1.

    With another name for its graph it is another file.
    """
    shape: list[str | int | None] = ["n", 3, "h", "w"]
    graph = helper.make_graph(
        [helper.make_node("Sub", ["one", "image"], ["painted"])],
        name,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("painted", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(np.array(1.0, np.float32), "one")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def make_filter(slug: str = "", *, published: bool = True, **fields: Any) -> Filter:
    """A published filter that paints negatives, with one version."""
    slug = slug or f"negative-{next(_numbers)}"
    filter = Filter.objects.create(
        slug=slug, name=fields.pop("name", slug.replace("-", " ").title()), **fields
    )
    version = FilterVersion(filter=filter, number=1, kind=FilterVersion.Kind.ONNX)
    version.weights.save(f"{slug}.onnx", ContentFile(inverting_model()), save=False)
    version.save()
    filter.adopt(version)
    if published:
        filter.publish()
    return filter


def make_video(owner: Any, *, title: str = "", visibility: str = Visibility.PUBLIC, **clip: Any) -> Video:
    """Ready footage: a clip of numbered pictures that went through the real ingest. Takes about a second."""
    with dispatch.inline(), TemporaryDirectory() as folder:
        path = draw_clip(Path(folder) / "clip.mp4", **clip)
        video = receive.video_from_file(owner, path, "clip.mp4", receive.Words(title or "A clip", visibility))
        ingest.run(video.pk)
    _wait_while(video, Video.State.INGESTING)
    assert video.state == Video.State.READY, video.error
    return video


def _wait_while(row: Video | Render, *states: str) -> None:
    """Read it again; where a product runs beside the test, its workers may hold a part and end it."""
    for _ in range(300):
        row.refresh_from_db()
        if row.state not in states:
            return
        time.sleep(0.1)


def make_video_row(owner: Any, **fields: Any) -> Video:
    """A ready video without files, for tests of pages and rights."""
    values: dict[str, Any] = {
        "title": f"Footage {next(_numbers)}",
        "state": Video.State.READY,
        "visibility": Visibility.PUBLIC,
        "rate_numerator": 24,
        "frame_count": 48,
        "width": 160,
        "height": 90,
    }
    return Video.objects.create(owner=owner, **(values | fields))


def make_render(video: Video, filter: Filter | None = None, **settings: Any) -> Render:
    """A finished render, painted and rebuilt in this process."""
    filter = filter or make_filter()
    with dispatch.inline():
        render, _ = renders.request(video, filter, video.owner, renders.RenderSettings(**settings))
        while paint.run(render.pk):
            pass
        rebuild.run(render.pk)
    _wait_while(render, *Render.ACTIVE)
    assert render.state == Render.State.FINISHED, render.error
    return render


def make_render_row(video: Video, filter: Filter | None = None, **fields: Any) -> Render:
    """A render without files, for tests of pages and rights."""
    filter = filter or make_filter()
    values: dict[str, Any] = {
        "owner": video.owner,
        "state": Render.State.FINISHED,
        "height": video.height,
        "stop_frame": video.frame_count,
    }
    assert filter.current is not None
    return Render.objects.create(video=video, version=filter.current, **(values | fields))


def with_frames(video: Video, count: int = 4) -> Video:
    """The footage with so many separated frames, ten apart; there are no files behind them."""
    for index in range(count):
        Frame.objects.create(
            video=video,
            index=index * 10,
            timestamp=Decimal(index * 10) / 24,
            image=f"frames/{index}.jpg",
            luminance=0.4,
            contrast=0.2,
            colourfulness=30,
            sharpness=0.3,
            palette=[["#6f8a3e", 0.6], ["#252a2c", 0.4]],
        )
    return video
