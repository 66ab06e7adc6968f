"""With presigned addresses the browser may show what they lead to: the content policy names their host."""

import os
import runpy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from storages.backends.s3 import S3Storage

from rotoscope.env import SettingError
from tests.platform.installation import BASE, environment
from tests.platform.test_production import SAFE

PRESIGNED = {
    **SAFE,
    "ROTOSCOPE_STORAGE": "s3",
    "ROTOSCOPE_MEDIA_DELIVERY": "presigned",
    "ROTOSCOPE_S3_BUCKET": "films",
    "ROTOSCOPE_S3_ACCESS_KEY": "key",
    "ROTOSCOPE_S3_SECRET_KEY": "secret",
}


def settings_with(home: Path, monkeypatch: pytest.MonkeyPatch, **more: str) -> dict[str, Any]:
    """Our settings as they are with media in S3."""
    monkeypatch.setattr(os, "environ", environment(home, **PRESIGNED, **more))
    return runpy.run_path(str(BASE / "rotoscope" / "settings.py"))


@pytest.mark.parametrize(
    ("more", "host"),
    [
        ({}, "https://s3.amazonaws.com"),
        ({"ROTOSCOPE_S3_REGION": "eu-central-1"}, "https://s3.eu-central-1.amazonaws.com"),
        ({"ROTOSCOPE_S3_ENDPOINT": "http://127.0.0.1:8333"}, "http://127.0.0.1:8333"),
        ({"ROTOSCOPE_S3_ENDPOINT": "https://s3.example.org/under"}, "https://s3.example.org"),
    ],
    ids=["Amazon", "Amazon in a region", "another service", "another service below a path"],
)
def test_the_policy_allows_the_host_of_signed_addresses(
    more: dict[str, str], host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = settings_with(tmp_path, monkeypatch, **more)
    signed = urlsplit(S3Storage(**told["STORAGES"]["default"]["OPTIONS"]).url("renders/film.mp4"))
    assert f"{signed.scheme}://{signed.netloc}" == host
    for directive in ("img-src", "media-src", "connect-src"):
        allowed = told["CONTENT_SECURITY_POLICY"]["DIRECTIVES"][directive]
        assert [source for source in allowed if "://" in source] == [host]


def test_a_bucket_that_cannot_be_one_stops_the_start_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PRESIGNED, "ROTOSCOPE_S3_BUCKET", "my films")
    with pytest.raises(
        SettingError, match=r'^ROTOSCOPE_S3_BUCKET .* Invalid bucket name "my films"'
    ) as refused:
        settings_with(tmp_path, monkeypatch)
    assert "\n" not in str(refused.value)


def test_downloads_of_media_that_the_docs_show_follow_to_where_it_is() -> None:
    shown = [line for line in (BASE / "docs" / "api.md").read_text().splitlines() if "/media/" in line]
    assert shown
    assert all(line.startswith("curl -sL ") for line in shown)
