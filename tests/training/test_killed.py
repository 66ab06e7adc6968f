"""A training process that is killed, and started again."""

import signal
import subprocess
import sys
from pathlib import Path

import torch

from filters.training import checkpoint

ROOT = Path(__file__).resolve().parents[2]


def start(path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.training.little", str(path)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def steps_until(process: subprocess.Popen[str], last: int | None) -> list[int]:
    """The steps it tells of, up to `last` or to its end."""
    assert process.stdout is not None
    told = []
    for line in process.stdout:
        told.append(int(line))
        if told[-1] == last:
            break
    return told


def test_a_killed_training_goes_on_from_its_checkpoint_to_the_very_same_numbers(tmp_path: Path) -> None:
    straight = start(tmp_path / "straight.ckpt")
    killed = start(tmp_path / "killed.ckpt")
    steps_until(killed, 3)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    left = checkpoint.load(tmp_path / "killed.ckpt")
    assert left is not None
    assert left["step"] in (2, 3, 4)
    again = start(tmp_path / "killed.ckpt")
    told = steps_until(again, None)
    assert again.wait() == 0
    assert told == list(range(left["step"] + 1, 5))
    assert straight.wait() == 0
    one, other = (checkpoint.load(tmp_path / name) for name in ("straight.ckpt", "killed.ckpt"))
    assert one is not None
    assert other is not None
    assert all(torch.equal(one["painter"][name], other["painter"][name]) for name in one["painter"])
    assert one["history"] == other["history"]
