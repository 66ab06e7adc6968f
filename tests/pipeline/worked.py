"""Renders that are asked for and worked off in the test itself, and what is seen on them."""

from filters.models import Filter
from rotoscope.common.files import local_path
from tests.clips import decoded, number_of
from videos.models import Render, Video
from videos.pipeline import dispatch, paint, rebuild, renders
from videos.pipeline.renders import RenderSettings


def asked(video: Video, filter: Filter, **settings: object) -> Render:
    with dispatch.inline():
        return renders.request(video, filter, video.owner, RenderSettings(**settings))[0]  # type: ignore[arg-type]


def painted(render: Render) -> Render:
    """All segments painted, by a worker that is ended before it says so."""
    with dispatch.inline():
        while paint.run(render.pk):
            pass
    return render


def worked_off(render: Render) -> Render:
    painted(render)
    with dispatch.inline():
        rebuild.run(render.pk)
    render.refresh_from_db()
    return render


def numbers(render: Render) -> list[int]:
    return [number_of(picture, inverted=True) for picture in decoded(local_path(render.output))]
