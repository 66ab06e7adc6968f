"""The plain form, for browsers without JavaScript."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from dramatiq.brokers.stub import StubBroker

from videos.models import Video

pytestmark = pytest.mark.django_db


def test_what_came_by_form_may_be_read_by_the_web_server_before_us(
    owner_client: Client, queue: StubBroker
) -> None:
    sent = {"file": SimpleUploadedFile("flight.mp4", b"not really footage"), "visibility": "private"}
    assert owner_client.post(reverse("upload-plain"), sent).status_code == 302
    stored = Path(Video.objects.get().source.path)
    assert stored.read_bytes() == b"not really footage"
    assert stored.stat().st_mode & 0o777 == 0o644
