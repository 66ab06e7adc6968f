"""What `manage.py up` starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from rotoscope.supervisor import plan


def test_cores_are_divided_by_the_workers_that_were_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--workers` goes before the environment in every process, or two renderers would leave most cores idle."""
    monkeypatch.setenv("ROTOSCOPE_WORKERS", "8")
    wishes = plan.Wishes("127.0.0.1", 8000, workers=2, sample=False)
    found = plan.services(tmp_path, tmp_path, "mark", wishes, owner=None)
    assert [one.name for one in found if one.name.startswith("render")] == ["render-1", "render-2"]
    assert {one.environment["ROTOSCOPE_WORKERS"] for one in found} == {"2"}
