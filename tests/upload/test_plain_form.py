"""The plain form, for browsers without JavaScript."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from dramatiq.brokers.stub import StubBroker

from tests.disk import no_room
from videos.models import Profile, Video
from videos.models.upload import LIFETIME
from videos.pipeline import receive
from videos.uploads import expire
from videos.uploads.finish import LOST

pytestmark = pytest.mark.django_db


def test_what_came_by_form_may_be_read_by_the_web_server_before_us(
    owner_client: Client, queue: StubBroker
) -> None:
    sent = {"file": SimpleUploadedFile("flight.mp4", b"not really footage"), "visibility": "private"}
    assert owner_client.post(reverse("upload-plain"), sent).status_code == 302
    stored = Path(Video.objects.get().source.path)
    assert stored.read_bytes() == b"not really footage"
    assert stored.stat().st_mode & 0o777 == 0o644


def test_a_file_that_cannot_be_stored_leaves_no_footage_that_waits_for_ever(
    owner: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "store", no_room)
    with pytest.raises(OSError, match="No space left"):
        owner_client.post(reverse("upload-plain"), {"file": SimpleUploadedFile("flight.mp4", b"footage")})
    assert not Video.objects.exists()
    assert Profile.of(owner).used_bytes() == 0


def test_one_whose_server_was_killed_meanwhile_is_told_of_in_the_end(owner: User) -> None:
    cut_off = receive.make_video(owner, "flight.mp4", size=1000)
    expire()
    assert Video.objects.get(pk=cut_off.pk).state == Video.State.RECEIVING, "it may be on its way to S3"
    Video.objects.update(created_at=timezone.now() - LIFETIME - timedelta(minutes=1))
    expire()
    cut_off.refresh_from_db()
    assert (cut_off.state, cut_off.error, cut_off.source_size) == (Video.State.FAILED, LOST, 0)
