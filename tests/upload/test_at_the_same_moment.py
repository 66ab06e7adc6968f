"""What one person sends over several connections at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse
from dramatiq.brokers.stub import StubBroker

from tests.at_once import at_once, browser_of
from tests.upload.client import create
from tests.upload.test_quota import give
from videos.models import Profile, Upload, Video

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_forms_that_fit_only_one_by_one_one_is_refused(
    owner: User, queue: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(owner, 1000)
    both, fits = threading.Barrier(2), Profile.room_for

    def when_both_have_looked(profile: Profile, size: int) -> bool:
        found = fits(profile, size)
        if size == 600:
            with suppress(threading.BrokenBarrierError):
                both.wait(0.5)  # enough where nothing holds the other up
        return found

    monkeypatch.setattr(Profile, "room_for", when_both_have_looked)

    def send() -> int:
        file = SimpleUploadedFile("flight.mp4", b"x" * 600)
        return browser_of(owner).post(reverse("upload-plain"), {"file": file}).status_code

    assert sorted(at_once(send, send)) == [302, 413]
    assert Video.objects.get().source_size == 600


def test_of_two_that_begin_under_one_name_both_are_given_the_one_upload(owner: User) -> None:
    def ask() -> str:
        return create(browser_of(owner), 600, creation="4f")["Location"]

    assert len(set(at_once(ask, ask))) == 1
    assert Upload.objects.count() == 1


def test_an_upload_that_becomes_a_video_meanwhile_counts_once(owner: User) -> None:
    profile = Profile.of(owner)
    upload = Upload.objects.create(owner=owner, filename="flight.mp4", length=600)

    def becomes_a_video() -> None:
        with transaction.atomic():
            video = Video.objects.create(owner=owner, source_size=600)
            Upload.objects.filter(pk=upload.pk).update(video=video)

    def then(execute: Callable[..., Any], *query: Any) -> Any:
        found = execute(*query)
        if not asked:
            asked.append(query)
            at_once(becomes_a_video)
        return found

    asked: list[Any] = []
    with connection.execute_wrapper(then):
        assert profile.used_bytes() == 600
    assert profile.used_bytes() == 600
