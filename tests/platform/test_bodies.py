"""A form with files is weighed before a byte of it is written to disk."""

from __future__ import annotations

import shutil
from collections import namedtuple
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http.multipartparser import MultiPartParser
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from rotoscope.accounts.signed_out import SENTENCE
from rotoscope.api.sentences import NOT_YOURS, SIGN_IN
from rotoscope.middleware import bodies
from tests.api.conftest import program_of

SMALL = 4000
"""What a form may have in these tests, instead of 8 MB."""


@pytest.fixture(autouse=True)
def limits(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = SMALL
    monkeypatch.setattr(bodies, "MOST_BYTES", 1000)  # of each of eight pictures
    monkeypatch.setattr(bodies, "LARGEST_BUNDLE", 1000)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Forms that were looked into."""
    seen: list[str] = []
    parse = MultiPartParser.parse

    def note(parser: Any) -> Any:
        seen.append("form")
        return parse(parser)

    monkeypatch.setattr(MultiPartParser, "parse", note)
    return seen


def send(client: Client, path: str, size: int, **headers: str) -> Any:
    """A form with a file of about `size` bytes, with the token that a page would have given."""
    client.cookies["csrftoken"] = token = "a" * 32
    form = {"picture": SimpleUploadedFile("a.jpg", bytes(size)), "csrfmiddlewaretoken": token}
    return client.post(path, form, headers=headers)


@pytest.mark.parametrize("path", ["/", "/login/", "/uploads/", "/api/mixes"])
def test_a_visitor_fills_no_disk(db: None, read: list[str], path: str) -> None:
    answer = send(Client(enforce_csrf_checks=True), path, SMALL)
    assert (answer.status_code, read) == (413, [])
    assert "the most that is taken here" in (
        answer.json()["detail"] if path.startswith("/api") else answer.content.decode()
    )


def test_a_visitor_is_asked_to_sign_in_where_more_is_taken_of_others(db: None, read: list[str]) -> None:
    """Also where the session ended while the form stood open: what it says of the size would be of a visitor's."""
    client = Client(enforce_csrf_checks=True)
    door = send(client, "/lab/train/", SMALL, referer="http://testserver/lab/train/?style=3")
    assert parse_qs(urlsplit(door["Location"]).query) == {"next": ["http://testserver/lab/train/?style=3"]}
    assert SENTENCE in client.get(door["Location"]).content.decode()
    assert send(client, "/admin/", SMALL)["Location"] == reverse("login")
    for path in ("/api/trainings", "/api/filters/import"):
        answer = send(client, path, SMALL)
        assert (answer.status_code, answer.json()["detail"]) == (401, SIGN_IN)
    assert not read


def test_whoever_curates_nothing_is_told_so(owner_client: Client, read: list[str]) -> None:
    answer = send(owner_client, "/api/filters/import", SMALL)
    assert (answer.status_code, answer.json()["detail"]) == (403, NOT_YOURS)
    page = send(owner_client, "/admin/", SMALL)
    assert (page.status_code, page["Content-Type"], read) == (403, "text/html; charset=utf-8", [])


def test_who_is_signed_in_hands_in_eight_pictures(owner_client: Client, owner: User, read: list[str]) -> None:
    key = {"Authorization": f"Bearer {program_of(owner).key}"}
    for path, client, headers in (("/lab/train/", owner_client, {}), ("/api/trainings", Client(), key)):
        read.clear()
        assert send(client, path, SMALL + 8001, **headers).status_code == 413
        assert not read
        assert send(client, path, SMALL + 7000, **headers).status_code != 413
        assert read
    assert send(owner_client, "/lab/mix/", SMALL).status_code == 413


def test_staff_bring_filters_in(staff: User, read: list[str]) -> None:
    client = Client()
    client.force_login(staff)
    assert send(client, "/admin/", SMALL + 1001).status_code == 413
    assert not read
    assert send(client, "/admin/", SMALL + 500).status_code != 413


def test_pictures_are_refused_where_the_disk_is_full(
    owner_client: Client, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 10**12, 10**6))
    answer = send(owner_client, "/lab/train/", SMALL)
    assert (answer.status_code, read) == (507, [])
    assert "no room" in answer.content.decode()
