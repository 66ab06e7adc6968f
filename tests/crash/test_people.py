"""A person's deletion with all that is theirs, killed at each of its effects."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import User

from filters import orders
from filters.deepfilter import store
from tests.crash.killing import Killing
from tests.crash.test_pipeline import finished, painted
from tests.training.conftest import style
from videos.admin.people import PeopleAdmin
from videos.models import Render
from videos.uploads import begin
from videos.uploads.append import append

__all__ = ["finished", "painted", "style"]

pytestmark = pytest.mark.slow


@pytest.fixture
def belongings(killing: Killing, owner: User, finished: Render, style: Path) -> None:
    """Beside a render of footage: an upload under way, a training that waits, a file of DeepFilter."""
    upload = begin.begin(owner, 1000, {"filename": "half.mp4"})
    append(upload, 0, BytesIO(b"half"), 4)
    orders.order([orders.Piece(style)], "Deep Sea", owner, orders.Wish())
    store.put(owner, ".my/frame.png", BytesIO(b"a frame"))


def test_deleting_a_person(killing: Killing, owner: User, belongings: None) -> None:
    page = PeopleAdmin(User, admin.site)

    def remove() -> None:
        for person in User.objects.filter(pk=owner.pk):
            page.remove(person)

    killing.ends_the_same(remove)
    left = {path.relative_to(killing.home).parts[:2] for path in killing.home.rglob("*") if path.is_file()}
    assert left == {("media", "weights")}  # of the filter that was rendered with, which is nobody's own
