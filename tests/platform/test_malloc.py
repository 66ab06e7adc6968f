"""Large blocks stay with a process that asked for it, in whatever thread they are used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rotoscope.common import malloc

ROOT = Path(__file__).resolve().parents[2]
FAULTS = """
import ctypes, resource, threading
from rotoscope.common import malloc
{before}
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
def blocks(times):
    for _ in range(times):
        block = libc.malloc(ctypes.c_size_t(96 * 2**20))
        ctypes.memset(block, 1, 96 * 2**20)
        libc.free(ctypes.c_void_p(block))
def work():
    blocks(1)
    began = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    blocks(4)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - began)
{call}
{after}
"""
IN_A_THREAD = "thread = threading.Thread(target=work); thread.start(); thread.join()"


def faults(before: str = "", call: str = "work()", after: str = "", **environment: str) -> list[int]:
    """Pages that a new Python had to be given for four blocks of 96 MiB, after a first one; what `after` prints."""
    code = FAULTS.format(before=before, call=call, after=after)
    words = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [int(word) for word in words.stdout.split()]


@pytest.mark.parametrize("call", ["work()", IN_A_THREAD])
def test_large_blocks_are_not_cleared_again(call: str) -> None:
    usual, kept = faults(call=call)[0], faults("malloc.keep_large_blocks()", call)[0]
    assert kept < 100 < usual


def test_a_child_does_so_by_its_environment() -> None:
    assert faults(**malloc.ENVIRONMENT)[0] < 100


def test_what_lies_free_is_given_back() -> None:
    resident = 'int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() // 2**20'
    after = f"print({resident}); malloc.give_back(); print({resident})"
    _, before, left = faults("malloc.keep_large_blocks()", after=after)
    assert before > 96 > left


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(malloc, "_glibc", lambda: None)
    assert not malloc.keep_large_blocks()
    malloc.give_back()
