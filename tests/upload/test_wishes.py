"""Title, visibility and tags can be said while the bytes come, and after: by the sender alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.upload.client import created, patch
from videos.models import Upload, Video

SAID = {"title": "Ebb", "visibility": "public", "tags": "Sea, wind"}

pytestmark = pytest.mark.django_db


def say(client: Client, upload: Upload, **said: str) -> HttpResponse:
    """What the page sends when something on a card was changed."""
    answer: Any = client.post(reverse("upload-wishes", args=[upload.pk]), said)
    return answer  # type: ignore[no-any-return]


def of(video: Video) -> tuple[str, str, list[str]]:
    """What is said of a video."""
    return video.title, video.visibility, video.tags


def test_what_is_said_meanwhile_is_the_videos(owner: User, owner_client: Client) -> None:
    upload = created(owner_client, 10, title="Flood", visibility="private")
    assert say(owner_client, upload, **SAID).status_code == 204
    patch(owner_client, upload, b"0123456789", 0)
    assert of(Video.objects.get()) == ("Ebb", "public", ["sea", "wind"])


def test_what_is_said_afterwards_is_too_and_no_title_leaves_it(owner: User, owner_client: Client) -> None:
    upload = created(owner_client, 10, title="Flood")
    patch(owner_client, upload, b"0123456789", 0)
    assert say(owner_client, upload, **SAID | {"title": " "}).status_code == 204
    assert of(Video.objects.get()) == ("Flood", "public", ["sea", "wind"])
    say(owner_client, upload, **SAID)
    assert of(Video.objects.get()) == ("Ebb", "public", ["sea", "wind"])


@pytest.mark.parametrize("finished", [False, True])
def test_nobody_else_says_it(
    owner: User,
    owner_client: Client,
    stranger_client: Client,
    staff_client: Client,
    visitor: Client,
    finished: bool,
) -> None:
    upload = created(owner_client, 10, title="Flood")
    if finished:
        patch(owner_client, upload, b"0123456789", 0)
    for client, status in ((stranger_client, 404), (staff_client, 404), (visitor, 302)):
        assert say(client, upload, **SAID).status_code == status
    upload.refresh_from_db()
    assert upload.metadata["visibility"] == "private"
    assert [of(video) for video in Video.objects.all()] == [("Flood", "private", [])] * finished


def test_a_visibility_that_is_none_changes_nothing(owner: User, owner_client: Client) -> None:
    upload = created(owner_client, 10, title="Flood")
    answer = say(owner_client, upload, **SAID | {"visibility": "everybody"})
    assert answer.status_code == 400
    assert b"public, unlisted or private" in answer.content
    upload.refresh_from_db()
    assert upload.metadata["title"] == "Flood"
