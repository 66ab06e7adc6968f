"""The tus 1.0 endpoint, header by header."""

from __future__ import annotations

import base64
import zlib

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from dramatiq.brokers.stub import StubBroker

from tests.upload.client import BODY, TUS, address, create, created, head, patch, sha256
from videos.models import Upload
from videos.uploads import parts
from videos.uploads.metadata import encode

pytestmark = pytest.mark.django_db


def test_it_tells_what_it_can_do(owner_client: Client) -> None:
    answer = owner_client.options(reverse("tus"))
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert set(answer["Tus-Extension"].split(",")) >= {"creation", "checksum", "expiration", "termination"}
    assert answer["Tus-Max-Size"] == str(20 * 1024**3)
    assert {"sha1", "sha256"} <= set(answer["Tus-Checksum-Algorithm"].split(","))


def test_it_creates_an_upload_with_an_absolute_address_and_a_time_of_expiry(owner_client: Client) -> None:
    answer = create(owner_client, 100)
    assert answer.status_code == 201
    assert answer["Location"].startswith("http://testserver/uploads/")
    assert answer["Upload-Expires"].endswith("GMT")
    assert answer["Tus-Resumable"] == "1.0.0"
    assert answer["Cache-Control"].split(", ")[0] == "max-age=0"


def test_it_keeps_what_the_sender_said_about_the_file(owner_client: Client) -> None:
    upload = created(
        owner_client,
        9,
        filename="Küste.mp4",
        title="Küste",
        visibility="public",
        tags="sea, wind",
        modified="5",
    )
    assert upload.filename == "Küste.mp4"
    assert upload.metadata == {"title": "Küste", "visibility": "public", "tags": "sea,wind", "modified": "5"}


def test_a_path_in_the_name_is_cut_off(owner_client: Client) -> None:
    assert created(owner_client, 9, filename="..\\..\\etc/pass\x00wd\n.mp4").filename == "passwd.mp4"


@pytest.mark.parametrize("length", ["", "-1", "ten", "1.5", "0", "9" * 30])
def test_it_refuses_lengths_that_are_none(owner_client: Client, length: str) -> None:
    answer = owner_client.post(reverse("tus"), headers={**TUS, "Upload-Length": length})
    assert answer.status_code == 400


def test_it_refuses_to_begin_without_a_length(owner_client: Client) -> None:
    answer = owner_client.post(
        reverse("tus"), headers={**TUS, "Upload-Length": "9", "Upload-Defer-Length": "1"}
    )
    assert answer.status_code == 400


def test_it_refuses_more_than_twenty_gigabytes_with_a_sentence(owner_client: Client) -> None:
    answer = create(owner_client, 20 * 1024**3 + 1)
    assert answer.status_code == 413
    assert "20.0" in answer.content.decode()


@pytest.mark.parametrize("header", ["filename ?", "filename /w==", "a YQ==,a YQ==", "ü YQ==", "x " * 5000])
def test_it_refuses_metadata_that_is_not_well_formed(owner_client: Client, header: str) -> None:
    answer = owner_client.post(
        reverse("tus"), headers={**TUS, "Upload-Length": "9", "Upload-Metadata": header}
    )
    assert answer.status_code == 400


def test_it_refuses_an_unknown_visibility(owner_client: Client) -> None:
    assert create(owner_client, 9, visibility="everyone").status_code == 400


@pytest.mark.parametrize("version", ["0.2.2", "", "2.0.0"])
def test_it_speaks_no_other_version(owner_client: Client, version: str) -> None:
    answer = owner_client.post(reverse("tus"), headers={"Tus-Resumable": version, "Upload-Length": "9"})
    assert answer.status_code == 412
    assert answer["Tus-Version"] == "1.0.0"


def test_bytes_come_in_piece_by_piece(owner_client: Client) -> None:
    upload = created(owner_client, 100)
    first = patch(owner_client, upload, b"a" * 40, 0)
    assert (first.status_code, first["Upload-Offset"]) == (204, "40")
    second = patch(owner_client, upload, b"b" * 20, 40)
    assert second["Upload-Offset"] == "60"
    told = head(owner_client, upload)
    assert (told.status_code, told["Upload-Offset"], told["Upload-Length"]) == (200, "60", "100")
    assert "no-store" in told["Cache-Control"]
    assert parts.path_of(upload.pk).read_bytes() == b"a" * 40 + b"b" * 20


def test_every_piece_puts_off_the_expiry(owner_client: Client) -> None:
    upload = created(owner_client, 100)
    patch(owner_client, upload, b"a", 0)
    assert Upload.objects.get(pk=upload.pk).expires_at > upload.expires_at


def test_the_first_piece_may_come_with_the_creation(owner_client: Client) -> None:
    named = {**TUS, "Upload-Length": "10", "Upload-Metadata": encode({"creation": "4f"})}
    for _ in range(2):
        answer = owner_client.post(reverse("tus"), b"first", content_type=BODY, headers=named)
        assert (answer.status_code, answer["Upload-Offset"]) == (201, "5")
    assert Upload.objects.count() == 2, "each with its own bytes"


@pytest.mark.parametrize(
    ("length", "headers", "status"),
    [
        ("4", {}, 413),
        ("10", {"Upload-Checksum": sha256(b"last")}, 460),
        ("10", {"Upload-Checksum": "?"}, 400),
    ],
)
def test_a_creation_whose_piece_is_refused_leaves_nothing(
    owner_client: Client, length: str, headers: dict[str, str], status: int
) -> None:
    """Its sender learned no address: it would take room and a place among their unfinished ones for days."""
    answer = owner_client.post(
        reverse("tus"), b"first", content_type=BODY, headers={**TUS, "Upload-Length": length, **headers}
    )
    assert answer.status_code == status
    assert not Upload.objects.exists()
    assert not list(parts.all_there())


@pytest.mark.parametrize("offset", [0, 39, 41])
def test_a_wrong_offset_is_a_conflict_and_writes_nothing(owner_client: Client, offset: int) -> None:
    upload = created(owner_client, 100)
    patch(owner_client, upload, b"a" * 40, 0)
    assert patch(owner_client, upload, b"zzz", offset).status_code == 409
    assert parts.path_of(upload.pk).read_bytes() == b"a" * 40


def test_bytes_of_another_content_type_are_refused(owner_client: Client) -> None:
    upload = created(owner_client, 100)
    answer = owner_client.patch(
        address(upload),
        b"abc",
        content_type="application/octet-stream",
        headers={**TUS, "Upload-Offset": "0"},
    )
    assert answer.status_code == 415


def test_more_bytes_than_announced_are_refused(owner_client: Client) -> None:
    upload = created(owner_client, 10)
    assert patch(owner_client, upload, b"a" * 11, 0).status_code == 413
    assert head(owner_client, upload)["Upload-Offset"] == "0"


def test_a_right_checksum_is_accepted(owner_client: Client) -> None:
    upload = created(owner_client, 100)
    assert patch(owner_client, upload, b"data", 0, Upload_Checksum=sha256(b"data")).status_code == 204
    crc = "crc32 " + base64.b64encode(zlib.crc32(b"more").to_bytes(4, "big")).decode()
    assert patch(owner_client, upload, b"more", 4, Upload_Checksum=crc).status_code == 204


def test_a_wrong_checksum_is_460_and_writes_nothing(owner_client: Client) -> None:
    upload = created(owner_client, 100)
    patch(owner_client, upload, b"good", 0)
    answer = patch(owner_client, upload, b"data", 4, Upload_Checksum=sha256(b"dada"))
    assert (answer.status_code, answer.reason_phrase) == (460, "Checksum Mismatch")
    assert head(owner_client, upload)["Upload-Offset"] == "4"
    assert parts.path_of(upload.pk).read_bytes() == b"good"


@pytest.mark.parametrize("header", ["md4 aaaa", "sha256 ???", "nonsense"])
def test_checksums_that_cannot_be_checked_are_refused(owner_client: Client, header: str) -> None:
    upload = created(owner_client, 100)
    assert patch(owner_client, upload, b"data", 0, Upload_Checksum=header).status_code == 400
    assert parts.size(upload.pk) == 0


def test_an_ended_upload_is_gone_with_its_bytes(owner_client: Client) -> None:
    upload = created(owner_client, 100)
    patch(owner_client, upload, b"data", 0)
    assert owner_client.delete(address(upload), headers=TUS).status_code == 204
    assert head(owner_client, upload).status_code == 404
    assert not parts.path_of(upload.pk).exists()


def test_a_method_may_be_named_by_a_header(owner_client: Client) -> None:
    upload = created(owner_client, 100)
    answer = owner_client.post(
        address(upload),
        b"data",
        content_type=BODY,
        headers={**TUS, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"},
    )
    assert (answer.status_code, answer["Upload-Offset"]) == (204, "4")


@pytest.mark.parametrize("method", ["put", "post"])
def test_other_methods_are_refused(owner_client: Client, method: str) -> None:
    upload = created(owner_client, 100)
    answer = getattr(owner_client, method)(address(upload), headers=TUS)
    assert answer.status_code == 405
    assert "PATCH" in answer["Allow"]


def test_it_wants_the_token_against_forgery(owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    assert create(browser, 10).status_code == 403


def test_it_tells_how_far_an_upload_is_as_json(owner_client: Client, queue: StubBroker) -> None:
    upload = created(owner_client, 8)
    patch(owner_client, upload, b"data", 0)
    told = owner_client.get(address(upload)).json()
    assert (told["offset"], told["length"], told["video"]) == (4, 8, None)
    patch(owner_client, upload, b"more", 4)
    video = owner_client.get(address(upload)).json()["video"]
    assert video["state"] == "receiving"
    assert video["title"] == "a"
