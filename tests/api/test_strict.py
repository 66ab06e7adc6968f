"""What a request says and nobody would read is refused with its name, instead of being passed over in silence."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from filters.models import TrainingRun
from tests.api.conftest import Program
from tests.api.test_schema import SCHEMA
from tests.factories import make_video_row
from tests.lab.pictures import good
from videos.models import Collection, ShareLink, Video


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


def test_a_misspelt_filter_of_a_list_does_not_bring_all_of_it(nobodys: Program, video: Video) -> None:
    told = nobodys.get("/videos?tags=coast&page=1", 422)
    names = "page, page_size, q, tag, owner, mine, sort"
    assert told["detail"] == f"tags: there is no such parameter here, only {names}."
    told = nobodys.get(f"/videos/{video.ref}?size=2&x=1", 422)
    assert told["detail"] == "size, x: there is no such parameter here, none at all."


def test_who_may_not_ask_learns_that_first(nobodys: Program) -> None:
    nobodys.get("/renders?stat=finished", 401)
    assert nobodys.ask("POST", "/collections?x=1", {"titel": "x"}).status_code == 401


def test_a_share_link_may_be_named_everywhere(olgas: Program, stellas: Program, video: Video) -> None:
    Video.objects.update(visibility="private")
    token = ShareLink.make(video.owner, video)[1]
    assert stellas.get(f"/videos/{video.ref}?share={token}")["ref"] == video.ref
    assert olgas.post(f"/collections?share={token}", {"title": "Dunes"})["title"] == "Dunes"


def test_a_misspelt_field_of_a_form_is_named(olgas: Program, queue: Any, trainable: None) -> None:
    headers = {"Authorization": f"Bearer {olgas.key}"}
    for extra in ({"minuets": "1"}, {"pictures": good(2)}):
        fields = {"name": "Quilt", "picture": good(1), **extra}
        answer = Client().post("/api/trainings", fields, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["detail"].startswith(
            f"{next(iter(extra))}: there is no such field here, only name, "
        )
    assert not TrainingRun.objects.exists()


def test_renders_are_listed_by_states_that_there_are(olgas: Program) -> None:
    assert olgas.get("/renders?state=finished")["count"] == 0
    assert olgas.get("/renders?state=finnished", 422)["detail"].startswith("state: ")


def test_ones_own_are_nobodys_without_a_key(nobodys: Program) -> None:
    """Whoever forgot the key is told so, and not that there is nothing."""
    for path in ("/videos", "/collections"):
        assert nobodys.get(f"{path}?mine=true", 401)["detail"].startswith("Sign in")
        assert nobodys.get(f"{path}?mine=false")["count"] == 0


def test_it_is_said_in_the_description() -> None:
    wishes = [
        one for name, one in SCHEMA["components"]["schemas"].items() if name.endswith(("Wish", "Change"))
    ]
    assert len(wishes) > 8
    assert all(one["additionalProperties"] is False for one in wishes)
    form = SCHEMA["paths"]["/api/trainings"]["post"]["requestBody"]["content"]["multipart/form-data"]
    assert form["schema"]["additionalProperties"] is False


def test_what_may_be_read_without_a_key_says_so() -> None:
    for operations in SCHEMA["paths"].values():
        for told in operations.values():
            free = {} in told["security"]
            assert free == ({"Share": []} in told["security"])
            assert {"401", "422", *(["400"] if "requestBody" in told else [])} <= set(told["responses"])
    assert SCHEMA["components"]["securitySchemes"]["Share"] == {
        "type": "apiKey",
        "in": "query",
        "name": "share",
    }
    assert {} in SCHEMA["paths"]["/api/videos"]["get"]["security"]
    assert {} not in SCHEMA["paths"]["/api/videos"]["post"]["security"]
