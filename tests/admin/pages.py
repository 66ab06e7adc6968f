"""Pages of the admin, and what is done on them."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client, TestCase
from django.urls import reverse

from videos.models import Upload, Video
from videos.uploads import parts


def begun_upload(owner: User, video: Video | None = None) -> Upload:
    """An upload of which some bytes are on disk."""
    upload = Upload.objects.create(owner=owner, video=video, filename="x.mp4", length=1000, offset=5)
    parts.path_of(upload.pk).write_bytes(b"bytes")
    return upload


def change(model: str | None, pk: int) -> str:
    """The address of a row's page."""
    return reverse(f"admin:videos_{model}_change", args=[pk])


def delete(client: Client, model: str, pk: object) -> int:
    """Delete a row on its page; the status of the answer. Files go when the page's transaction is over."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        return client.post(reverse(f"admin:{model}_delete", args=[pk]), {"post": "yes"}).status_code
