"""A render whose filter runs at a DeepFilter service: the pipeline and the engine together."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from filters import service
from filters.deepfilter.catalogue import ensure_deepfilter_filters
from filters.models import Filter
from rotoscope.common.files import local_path
from rotoscope.common.lease import LEASE
from tests.clips import Picture, decoded, number_of, numbered_picture
from tests.deepfilter.faulty import FaultyService, Handler, faulty_service, status
from tests.factories import make_video
from videos.media import decode
from videos.models import Render, Segment, Video
from videos.pipeline import dispatch, paint, rebuild, renders

pytestmark = pytest.mark.slow


@pytest.fixture
def elsewhere(transactional_db: None, settings: Any) -> Iterator[FaultyService]:
    """A service with one filter of ours that costs something."""
    with faulty_service() as running:
        settings.ALGORITHMIA_API_KEY = "simKEY"
        settings.ALGORITHMIA_API_ADDRESS = running.address
        settings.ALGORITHMIA_FILTERS = ["aqua"]
        settings.ALGORITHMIA_COST_PER_IMAGE = 0.25
        ensure_deepfilter_filters()
        yield running
        service.forget_engines()


@pytest.fixture
def video(elsewhere: FaultyService, owner: User) -> Video:
    """A clip of numbered pictures."""
    return make_video(owner)


def answered(handler: Handler) -> None:
    """No fault: the call as it should be."""
    handler.call()


def painted(video: Video, **wish: Any) -> Render:
    """The render, painted as far as it goes."""
    with dispatch.inline():
        aqua = Filter.objects.get(slug="deepfilter-aqua")
        render, _ = renders.request(video, aqua, video.owner, renders.RenderSettings(**wish))
        for _ in range(50):
            if not paint.run(render.pk):
                break
        rebuild.run(render.pk)
    render.refresh_from_db()
    return render


def test_it_is_painted_in_batches_and_its_cost_is_summed(elsewhere: FaultyService, video: Video) -> None:
    aqua = Filter.objects.get(slug="deepfilter-aqua")
    wish: dict[str, Any] = {"images_per_second": 12}
    before = renders.estimate(video, aqua, renders.RenderSettings(**wish))
    render = painted(video, **wish)
    assert render.state == Render.State.FINISHED, render.error
    assert render.cost == before.cost == Decimal("0.25") * before.images
    sizes = [len(call["images"]) for call in elsewhere.calls]
    assert sum(sizes) == before.images
    assert max(sizes) == 4
    assert not elsewhere.files


@pytest.mark.parametrize(("wish", "step"), [({}, 1), ({"smoothing": 0.5}, 1), ({"images_per_second": 12}, 2)])
def test_a_picture_that_stands_still_is_paid_for_once(
    elsewhere: FaultyService, owner: User, wish: dict[str, Any], step: int
) -> None:
    def stays(number: int, width: int, height: int) -> Picture:
        return numbered_picture(min(number, 12), width, height)

    video = make_video(owner, frames=48, rate=24, picture=stays)
    originals = list(decode.frames(local_path(video.footage), 0, 48))[::step]
    changes = sum(not np.array_equal(*pair) for pair in pairwise(originals))
    assert changes < len(originals) - 12 / step
    render = painted(video, **wish)
    assert render.state == Render.State.FINISHED, render.error
    assert sum(len(call["images"]) for call in elsewhere.calls) == 1 + changes
    assert render.cost == Decimal("0.25") * (1 + changes)
    shown = [number_of(picture, inverted=True) for picture in decoded(local_path(render.output))]
    assert shown == [min(number // step * step, 12) for number in range(48)]


@pytest.mark.parametrize(
    "wish", [{"smoothing": 1.0, "height": 90}, {"images_per_second": 1, "cross_fade": True}], ids=str
)
def test_what_is_painted_twice_at_the_borders_of_segments_is_in_the_estimate(
    elsewhere: FaultyService, owner: User, wish: dict[str, Any]
) -> None:
    video = make_video(owner, frames=150)
    before = renders.estimate(video, Filter.objects.get(), renders.RenderSettings(**wish))
    render = painted(video, **wish)
    assert render.segments.count() > 1
    assert (
        render.cost == before.cost == Decimal("0.25") * sum(len(call["images"]) for call in elsewhere.calls)
    )
    assert before.cost > Decimal("0.25") * before.images


def test_what_was_paid_before_a_segment_failed_counts(
    elsewhere: FaultyService, video: Video, settings: Any
) -> None:
    settings.ALGORITHMIA_CALLS_AT_ONCE = 1
    elsewhere.fail("CALL", *[answered] * 5, status(400, "no"))
    render = painted(video)
    assert render.state == Render.State.FAILED
    assert sum(len(call["images"]) for call in elsewhere.calls) == 20
    assert render.cost == Decimal("0.25") * 20


def test_what_was_paid_before_a_worker_was_killed_counts(
    elsewhere: FaultyService, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: Any) -> None:
        raise Killed

    aqua = Filter.objects.get(slug="deepfilter-aqua")
    with dispatch.inline(), monkeypatch.context() as patch:
        render, _ = renders.request(video, aqua, video.owner, renders.RenderSettings(images_per_second=12))
        patch.setattr(paint, "_finish", killed)
        with pytest.raises(Killed):
            paint.run(render.pk)
    render.refresh_from_db()
    before = sum(len(call["images"]) for call in elsewhere.calls)
    assert render.cost == Decimal("0.25") * before
    Segment.objects.update(lease_until=timezone.now() - LEASE)
    again = painted(video, images_per_second=12)
    assert again.state == Render.State.FINISHED
    assert again.cost == Decimal("0.25") * sum(len(call["images"]) for call in elsewhere.calls)


def test_no_credit_fails_the_render_and_takes_the_filter_out(elsewhere: FaultyService, video: Video) -> None:
    elsewhere.fail("CALL", *[status(402, "out of credits")] * 9)
    render = painted(video, images_per_second=1)
    aqua = Filter.objects.get(slug="deepfilter-aqua")
    assert render.state == Render.State.FAILED
    assert "credit" in render.error
    assert "credit" in aqua.unavailable_reason
    with pytest.raises(renders.CannotRender, match="credit"):
        renders.request(video, aqua, video.owner, renders.RenderSettings())
