"""One of everything that can be deleted, with files, links and places in each other."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone

from tests.clips import numbered_picture
from tests.factories import make_filter, make_render_row, make_video_row
from videos.media.stills import encode_jpeg
from videos.models import Collection, Comparison, Frame, Render, ShareLink, Still, Video
from videos.pipeline.removal import Thing

KINDS = ("video", "render", "comparison", "collection")
GOES_WITH = {"video": ("video", "render", "comparison")}
"""What is gone with what, where that is more than itself."""


@dataclass(frozen=True)
class World:
    """All of it is Olga's and public; `tokens` open the four."""

    video: Video
    render: Render
    comparison: Comparison
    collection: Collection
    frame: Frame
    still: Still
    tokens: dict[str, str]

    def thing(self, kind: str) -> Thing:
        """As it is in the database now, deleted or not."""
        found: Thing = type(getattr(self, kind)).everything.get(pk=getattr(self, kind).pk)
        return found


@pytest.fixture
def world(owner: User) -> World:
    video = make_video_row(owner, title="Low tide", tags=["coast"], source_name="tide.mp4", source_size=700)
    jpeg = encode_jpeg(numbered_picture(0))
    for column, name in (("footage", "f.mp4"), ("proxy", "p.mp4"), ("poster", "p.jpg"), ("source", "s.mp4")):
        getattr(video, column).save(name, ContentFile(jpeg))
    render = make_render_row(video, make_filter("aurora"), finished_at=timezone.now())
    for column, name in (("output", "o.mp4"), ("poster", "r.jpg"), ("preview", "v.mp4")):
        getattr(render, column).save(name, ContentFile(jpeg))
    facts = {"luminance": 0, "contrast": 0, "colourfulness": 0, "sharpness": 0}
    frame = Frame.objects.create(video=video, index=3, timestamp=0, **facts)
    frame.image.save("3.jpg", ContentFile(jpeg))
    still = Still.objects.create(video=video, version=render.version, frame_index=3, state="finished")
    still.image.save("s.jpg", ContentFile(jpeg))
    comparison = Comparison.objects.create(
        video=video, owner=owner, title="Ebb and flow", visibility="public"
    )
    comparison.items.create(position=0)
    comparison.items.create(position=1, render=render)
    collection = Collection.objects.create(owner=owner, title="For water", visibility="public")
    collection.add(render=render)
    collection.add(comparison=comparison)
    works = {"video": video, "render": render, "comparison": comparison, "collection": collection}
    tokens = {kind: ShareLink.make(owner, work, label=f"of the {kind}")[1] for kind, work in works.items()}
    return World(**works, frame=frame, still=still, tokens=tokens)  # type: ignore[arg-type]
