"""A DeepFilter service behind TLS, and the bundle of certificates that REQUESTS_CA_BUNDLE names."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from filters.engines.algorithmia import Unreachable
from filters.engines.base import EngineError
from tests.deepfilter.faulty import CERTIFICATE, FaultyService, faulty_service
from tests.deepfilter.test_engine_calls import engine_at, frames

AS_OPENSSL_NAMES_IT = "ade6fa31.0"
"""`openssl x509 -in server.pem -noout -hash`: how a certificate is found in a folder of them."""


@pytest.fixture
def service() -> Iterator[FaultyService]:
    """A service that speaks TLS."""
    with faulty_service() as running:
        running.encrypt()
        yield running


@pytest.fixture
def bundle(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The server's certificate as a file, or in a folder."""
    if request.param == "file":
        return CERTIFICATE
    shutil.copy(CERTIFICATE, tmp_path / AS_OPENSSL_NAMES_IT)
    return tmp_path


@pytest.mark.parametrize("bundle", ["file", "folder"], indirect=True)
def test_a_bundle_is_a_file_or_a_folder(
    service: FaultyService, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    original = frames(2)
    with closing(engine_at(service)) as engine:
        np.testing.assert_array_equal(engine.apply(original), 255 - original)


def test_a_service_that_no_bundle_knows_is_not_trusted(
    service: FaultyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    with closing(engine_at(service)) as engine, pytest.raises(Unreachable, match="No safe connection"):
        engine.apply(frames(1))


def test_a_bundle_that_is_missing_is_named(service: FaultyService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/bundle.pem")
    with closing(engine_at(service)) as engine, pytest.raises(EngineError, match=r"/nowhere/bundle\.pem"):
        engine.apply(frames(1))


def test_engines_with_a_bundle_leave_nothing_behind(
    service: FaultyService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        engine_at(service).close()
    assert not list(tmp_path.iterdir())
    assert len(os.listdir("/proc/self/fd")) == before
