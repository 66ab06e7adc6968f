"""What a DeepFilter service paints, killed at each effect that this has here."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from django.db import connections
from pytest_django import Settings

from filters.deepfilter.catalogue import ensure_deepfilter_filters
from filters.models import Filter
from rotoscope.tied import die_with_parent
from tests.crash.killing import Killing
from tests.crash.test_pipeline import asked
from tests.deepfilter.faulty import FaultyService
from videos import actors
from videos.models import Video
from videos.pipeline import dispatch, stills

pytestmark = pytest.mark.slow


@pytest.fixture
def aqua(killing: Killing, settings: Settings) -> Iterator[Filter]:
    """A filter of a service that runs in a process of its own, since one with its threads cannot be forked."""
    connections.close_all()
    service, parent = FaultyService(), os.getpid()
    pid = os.fork()
    if not pid:
        try:
            die_with_parent(signal.SIGKILL, parent)
            service.serve_forever()
        finally:
            os._exit(1)
    settings.ALGORITHMIA_API_KEY = "simKEY"
    settings.ALGORITHMIA_API_ADDRESS = service.address
    settings.ALGORITHMIA_FILTERS = ["aqua"]
    settings.ALGORITHMIA_COST_PER_IMAGE = 0.25
    ensure_deepfilter_filters()
    service.server_close()
    yield Filter.objects.get()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_painting_elsewhere(killing: Killing, video: Video, aqua: Filter) -> None:
    render = asked(video, aqua)
    killing.ends_the_same(lambda: actors.paint.fn(render.pk))


def test_a_still_from_elsewhere(killing: Killing, video: Video, aqua: Filter) -> None:
    assert aqua.current is not None
    with dispatch.inline():
        still = stills.request(video, aqua.current, 1)
    killing.ends_the_same(lambda: actors.still.fn(still.pk))
