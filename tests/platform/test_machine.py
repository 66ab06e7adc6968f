"""How many cores we may use: those of the process, cut by a container's quota."""

import os
from pathlib import Path

import pytest
import torch

from filters.training_work import keep_to_our_cores
from rotoscope.common import machine


@pytest.fixture
def limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which the kernel tells a container's quota, of a machine with eight cores for us."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)))
    monkeypatch.setattr(machine, "CGROUP_LIMIT", tmp_path / "cpu.max")
    return tmp_path / "cpu.max"


@pytest.mark.parametrize(
    ("told", "cores"),
    [
        (None, 8),
        ("max 100000\n", 8),
        ("250000 100000\n", 2),
        ("50000 100000\n", 1),
        ("1600000 100000\n", 8),
        ("nonsense\n", 8),
    ],
)
def test_the_quota_of_a_container_counts(limit: Path, told: str | None, cores: int) -> None:
    if told is not None:
        limit.write_text(told)
    assert machine.cores() == cores


def test_pytorch_keeps_to_it(limit: Path) -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        keep_to_our_cores()
        assert torch.get_num_threads() == 2, "what somebody asked for is not raised"
        limit.write_text("100000 100000\n")
        keep_to_our_cores()
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)
