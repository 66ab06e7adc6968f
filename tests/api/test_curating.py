"""What curators do with filters over the API, and what owners may do with their drafts."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from filters import exchange, judgements
from filters.models import Filter
from tests.api.conftest import Program, program_of
from tests.factories import inverting_model, make_filter
from tests.styled import make_styled


@pytest.fixture
def adas(staff: User) -> Program:
    """A curator's script."""
    return program_of(staff)


@pytest.fixture
def helpers(colleague: User) -> Program:
    """The script of somebody who may look into the admin, and change no filter there."""
    colleague.is_staff = True
    colleague.save()
    colleague.user_permissions.add(Permission.objects.get(codename="view_filter"))
    return program_of(colleague)


def bring(program: Program, data: bytes, **fields: str) -> Any:
    """POST /api/filters/import as multipart/form-data."""
    file = SimpleUploadedFile("filter", data)
    headers = {"Authorization": f"Bearer {program.key}"}
    return Client().post("/api/filters/import", {"file": file, **fields}, headers=headers)


def test_a_filter_file_comes_in_as_a_draft(adas: Program, olgas: Program, helpers: Program) -> None:
    night = make_styled("Night", 0)
    assert night.current is not None
    data = exchange.export(night.current)
    for other in (olgas, helpers):
        assert bring(other, data).status_code == 403
    came = bring(adas, data)
    assert (came.status_code, came.json()["state"], came.json()["mine"]) == (201, "draft", True)
    assert came["Location"].endswith(f"/api/filters/{came.json()['slug']}")
    again = bring(adas, data)
    assert (again.status_code, again.json()["slug"]) == (200, came.json()["slug"])
    refused = bring(adas, data[:-300])
    assert (refused.status_code, "damaged" in refused.json()["detail"]) == (422, True)


def test_so_does_a_model(adas: Program) -> None:
    told = bring(adas, inverting_model("other"), name="Reversal").json()
    assert (told["slug"], told["version"], told["state"]) == ("reversal", 1, "draft")
    [version] = adas.get("/filters/reversal/versions")["items"]
    assert (version["number"], version["kind"], version["current"], version["live"]) == (
        1,
        "onnx",
        True,
        False,
    )
    assert len(version["sha256"]) == 64
    assert bring(adas, inverting_model(), name="…").json()["detail"].startswith("name: ")
    assert bring(adas, b"nothing", name="x").status_code == 422


def test_curators_word_price_publish_and_retire(adas: Program, helpers: Program, olgas: Program) -> None:
    make_filter("negative", published=False)
    wish = {"name": " Dusk ", "tags": ["Blue", "blue"], "cost_per_image": "0.25", "state": "published"}
    told = adas.ask("PATCH", "/filters/negative", wish).json()
    assert (told["name"], told["tags"], told["cost_per_image"], told["state"]) == (
        "Dusk",
        ["blue"],
        0.25,
        "published",
    )
    for other in (olgas, helpers):
        assert other.ask("PATCH", "/filters/negative", {"name": "Dawn"}).status_code == 403
    assert adas.ask("PATCH", "/filters/negative", {"state": "retired"}).json()["state"] == "retired"
    assert adas.ask("PATCH", "/filters/negative", {"state": "draft"}).status_code == 422
    assert adas.ask("PATCH", "/filters/negative", {"cost_per_image": -1}).status_code == 422
    refused = adas.ask("PATCH", "/filters/negative", {"name": "..."})
    assert (refused.status_code, refused.json()["detail"]) == (
        422,
        "name: it needs at least one letter or digit.",
    )
    draft = make_filter("empty", published=False)
    Filter.objects.filter(pk=draft.pk).update(current=None)
    assert adas.ask("PATCH", "/filters/empty", {"state": "published"}).status_code == 409


def test_owners_word_their_drafts(owner: User, olgas: Program, stellas: Program) -> None:
    made = make_filter("hers", published=False, owner=owner)
    assert olgas.ask("PATCH", "/filters/hers", {"description": "Of my quilt."}).json()["description"]
    for wish in ({"state": "published"}, {"cost_per_image": 1}):
        assert olgas.ask("PATCH", "/filters/hers", wish).status_code == 403
    assert stellas.ask("PATCH", "/filters/hers", {"name": "Mine"}).status_code == 404
    made.publish()
    assert olgas.ask("PATCH", "/filters/hers", {"name": "Other"}).status_code == 403


def test_a_filter_is_measured_when_a_curator_asks(
    adas: Program, olgas: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_styled("Night", 0)
    make_filter("negative")
    answers = iter([True, False])  # the queue's
    monkeypatch.setattr(judgements, "ask_anew", lambda version: next(answers))
    olgas.post("/filters/night/measure", status=403)
    adas.post("/filters/night/measure", status=202)
    assert "queue" in adas.post("/filters/night/measure", status=503)["detail"]
    assert "nothing to measure it against" in adas.post("/filters/negative/measure", status=409)["detail"]


def test_filters_are_listed_by_state_and_owner(owner: User, olgas: Program, nobodys: Program) -> None:
    live = make_styled("Night", 0)
    assert live.current is not None
    live.adopt(live.current, live=live.current)
    make_filter("hers", published=False, owner=owner).mark_unavailable("Its weights are missing.")
    make_filter("others", published=False)
    make_filter("old").retire()

    def slugs(program: Program, query: str) -> list[str]:
        return [one["slug"] for one in program.get(f"/filters{query}")["items"]]

    assert slugs(olgas, "") == slugs(nobodys, "?state=published") == ["night"]
    assert slugs(olgas, "?mine=true") == slugs(olgas, "?state=draft") == ["hers"]
    assert slugs(nobodys, "?state=draft") == []
    assert slugs(nobodys, "?state=retired") == ["old"]
    nobodys.get("/filters?mine=true", 401)
    assert nobodys.get("/filters/night")["live"]
    [version] = nobodys.get("/filters/night/versions")["items"]
    assert (version["kind"], version["live"]) == ("style", True)
    assert nobodys.ask("GET", "/filters/hers/versions").status_code == 404
