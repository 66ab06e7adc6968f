"""What a request says and nobody would read is refused with its name, instead of being passed over in silence."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.api.conftest import Program
from tests.api.test_schema import SCHEMA
from tests.factories import make_video_row
from videos.models import Collection, Video


@pytest.fixture
def video(owner: User) -> Video:
    """Olga's public footage."""
    return make_video_row(owner, title="Over the dunes")


def test_a_misspelt_field_is_named(olgas: Program, video: Video) -> None:
    answer = olgas.ask("PATCH", f"/videos/{video.ref}", {"titel": "Sand", "visibility": "private"})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("titel: There is no such field here")
    video.refresh_from_db()
    assert (video.title, video.visibility) == ("Over the dunes", "public")


def test_so_is_one_within_another(olgas: Program, video: Video) -> None:
    wish = {"title": "x", "renders": [None, None], "look": {"zoom": {"scael": 2}}}
    told = olgas.post(f"/videos/{video.ref}/comparisons", wish, 422)
    assert told["detail"].startswith("look.zoom.scael: ")


@pytest.mark.parametrize("body", ["sand", ["title", "sand"], 7, [], None])
def test_a_body_is_an_object(olgas: Program, body: Any) -> None:
    """The text “sand” once made a collection “Sand”: it was asked for its title as things of Python are."""
    answer = olgas.ask("POST", "/collections", body)
    assert (answer.status_code, Collection.objects.count()) == (422, 0)
    assert "JSON object" in answer.json()["detail"]


@pytest.mark.parametrize("look", [[], "cut", [None, None]])
def test_what_stands_within_is_an_object_too(olgas: Program, video: Video, look: Any) -> None:
    wish = {"title": "x", "renders": [None, None], "look": look}
    assert (
        "look: This must be an object" in olgas.post(f"/videos/{video.ref}/comparisons", wish, 422)["detail"]
    )


def test_it_is_said_in_the_description() -> None:
    wishes = [
        one for name, one in SCHEMA["components"]["schemas"].items() if name.endswith(("Wish", "Change"))
    ]
    assert len(wishes) > 8
    assert all(one["additionalProperties"] is False for one in wishes)
