"""Nobody else's upload can be seen, continued or ended."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from tests.upload.client import TUS, address, create, created, head, patch
from videos.uploads import parts

pytestmark = pytest.mark.django_db


def plain(page: bytes) -> bytes:
    """A page without the token of its sign-out form, which is masked anew for every answer."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", page)


def test_strangers_get_the_same_404_as_for_what_never_was(
    owner_client: Client, stranger_client: Client
) -> None:
    upload = created(owner_client, 100)
    patch(owner_client, upload, b"data", 0)
    never = reverse("tus-upload", args=[uuid.uuid4()])
    for method in ("get", "delete", "patch"):
        theirs = getattr(stranger_client, method)(address(upload), headers=TUS)
        nothing = getattr(stranger_client, method)(never, headers=TUS)
        assert theirs.status_code == nothing.status_code == 404
        assert plain(theirs.content) == plain(nothing.content)
    assert head(stranger_client, upload).status_code == 404
    assert patch(stranger_client, upload, b"mine", 4).status_code == 404
    assert parts.path_of(upload.pk).read_bytes() == b"data"


def test_staff_do_not_write_into_uploads_of_others(owner_client: Client, staff_client: Client) -> None:
    assert patch(staff_client, created(owner_client, 100), b"mine", 0).status_code == 404


def test_a_visitor_is_asked_to_sign_in(owner_client: Client, visitor: Client) -> None:
    upload = created(owner_client, 100)
    assert create(visitor, 10).status_code == 401
    assert head(visitor, upload).status_code == 401
    assert visitor.get(reverse("upload")).status_code == 302


def test_the_page_lists_the_unfinished_uploads_of_its_reader_alone(
    owner_client: Client, stranger_client: Client
) -> None:
    created(owner_client, 100, filename="secret-flight.mp4")
    assert b"secret-flight.mp4" in owner_client.get(reverse("upload")).content
    assert b"secret-flight.mp4" not in stranger_client.get(reverse("upload")).content
