"""A render whose filter runs at a DeepFilter service: the pipeline and the engine together."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from filters import service
from filters.deepfilter.catalogue import ensure_deepfilter_filters
from filters.models import Filter
from tests.deepfilter.faulty import FaultyService, faulty_service, status
from tests.factories import make_video
from videos.models import Render, Video
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


def test_no_credit_fails_the_render_and_takes_the_filter_out(elsewhere: FaultyService, video: Video) -> None:
    elsewhere.fail("CALL", *[status(402, "out of credits")] * 9)
    render = painted(video, images_per_second=1)
    aqua = Filter.objects.get(slug="deepfilter-aqua")
    assert render.state == Render.State.FAILED
    assert "credit" in render.error
    assert "credit" in aqua.unavailable_reason
    with pytest.raises(renders.CannotRender, match="credit"):
        renders.request(video, aqua, video.owner, renders.RenderSettings())
