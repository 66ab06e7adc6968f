"""Whatever goes wrong below /api/ is answered as {"detail": sentence}, and tells nobody what is there."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User
from django.test import Client

from rotoscope.api import told
from tests.api.conftest import Program
from tests.factories import make_video_row
from videos.models import ShareLink, Upload


def test_an_address_that_does_not_exist(nobodys: Program) -> None:
    for path in ("/nothing", "/videos/"):
        answer = nobodys.ask("GET", path)
        assert (answer.status_code, answer["Content-Length"]) == (404, str(len(answer.content)))
        assert "/api/docs" in answer.json()["detail"]


def test_a_method_that_an_address_does_not_take(olgas: Program) -> None:
    answer = olgas.ask("PUT", "/videos", {})
    assert (answer.status_code, set(answer["Allow"].split(", "))) == (405, {"GET", "POST"})
    assert "GET" in answer.json()["detail"]


@pytest.mark.parametrize("body", ["{", "x" * 9_000_000])
def test_a_body_that_cannot_be_read(olgas: Program, body: str) -> None:
    headers = {"Authorization": f"Bearer {olgas.key}"}
    answer = Client().post("/api/collections", body, "application/json", headers=headers)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_what_breaks_here(olgas: Program, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    make_video_row(owner)
    monkeypatch.setattr(told.Told, "video", None)
    headers = {"Authorization": f"Bearer {olgas.key}"}
    answer = Client(raise_request_exception=False).get("/api/videos", headers=headers)
    assert answer.status_code == 500
    assert "try it again later" in answer.json()["detail"]


def test_a_browser_without_the_pages_token(owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    answer = browser.post("/api/collections", {"title": "x"}, content_type="application/json")
    assert answer.status_code == 403
    assert "Bearer KEY" in answer.json()["detail"]


def test_pages_for_people_stay_pages(visitor: Client, db: None) -> None:
    answer = visitor.get("/nothing/")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


def test_what_is_anothers_looks_like_what_is_not_there(stellas: Program, owner: User) -> None:
    link, _ = ShareLink.make(owner, make_video_row(owner))
    upload = Upload.objects.create(owner=owner, filename="x", length=10)
    for method, place, there, nowhere in (
        ("DELETE", "share-links", str(link.pk), str(link.pk + 1)),
        ("GET", "uploads", str(upload.pk), str(uuid.uuid4())),
    ):
        answers = [stellas.ask(method, f"/{place}/{one}") for one in (there, nowhere)]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_nothing_is_called_by_blanks_alone(olgas: Program, owner: User) -> None:
    path = f"/videos/{make_video_row(owner).ref}"
    olgas.post("/collections", {"title": "  "}, 422)
    olgas.post(f"{path}/comparisons", {"title": " ", "renders": [None, None]}, 422)
    assert olgas.ask("PATCH", path, {"title": "\t"}).status_code == 422
    assert olgas.ask("PATCH", path, {"title": " Dunes "}).json()["title"] == "Dunes"
