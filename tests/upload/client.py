"""A tus client for tests: Django's test client with the protocol's headers."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from videos.models import Upload
from videos.uploads.metadata import encode

BODY = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}


def create(client: Client, length: int, **metadata: str) -> HttpResponse:
    """POST a new upload of `length` bytes."""
    headers = {
        **TUS,
        "Upload-Length": str(length),
        "Upload-Metadata": encode({"filename": "a.mp4", **metadata}),
    }
    return client.post(reverse("tus"), headers=headers)  # type: ignore[return-value]


def created(client: Client, length: int, **metadata: str) -> Upload:
    """The row of a new upload."""
    answer = create(client, length, **metadata)
    assert answer.status_code == 201, answer.content
    return Upload.objects.get(pk=answer["Location"].rsplit("/", 1)[1])


def address(upload: Upload) -> str:
    """Its address."""
    return reverse("tus-upload", args=[upload.pk])


def patch(client: Client, upload: Upload, data: bytes, offset: int, **headers: str) -> HttpResponse:
    """PATCH `data` at `offset`; more headers with underscores for hyphens."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    all_headers: dict[str, Any] = {**TUS, "Upload-Offset": str(offset), **more}
    return client.patch(address(upload), data, content_type=BODY, headers=all_headers)  # type: ignore[return-value]


def head(client: Client, upload: Upload) -> HttpResponse:
    """HEAD."""
    return client.head(address(upload), headers=TUS)  # type: ignore[return-value]


def sha256(data: bytes) -> str:
    """An Upload-Checksum header."""
    return "sha256 " + base64.b64encode(hashlib.sha256(data).digest()).decode()
