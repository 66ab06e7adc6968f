"""Large blocks of memory, kept by a process that asks for them again and again.

By itself glibc gives large blocks back to the system (always those of more than 32 MiB) and has the next ones cleared
page by page. In training and drawing, where arrays of 50 MiB come and go all the time, that is a tenth of the time; in
smoothing over time, with its arrays of 11 MiB, a sixth.
"""

from __future__ import annotations

import ctypes

LARGEST = 2**30  # bytes, the largest block that is kept
MOST_FREE = 2**31 - 1  # bytes that may lie free at the end of the heap; as much as mallopt takes

# Of <malloc.h>.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8

ENVIRONMENT = {"MALLOC_MMAP_THRESHOLD_": str(LARGEST), "MALLOC_TRIM_THRESHOLD_": str(MOST_FREE)}
"""For a child process whose work is done in its main thread."""


def keep_large_blocks() -> bool:
    """From now on this process keeps large blocks; False where the C library is not glibc.

    Call it before the threads that work begin: a thread that comes later shares the main heap, the only one that
    large blocks fit into.
    """
    glibc = _glibc()
    if glibc is None:
        return False
    wishes = {M_MMAP_THRESHOLD: LARGEST, M_TRIM_THRESHOLD: MOST_FREE, M_ARENA_MAX: 1}
    taken = [bool(glibc.mallopt(name, value)) for name, value in wishes.items()]
    return all(taken)


def give_back() -> None:
    """Return to the system what lies free, after work that needed much of it."""
    glibc = _glibc()
    if glibc is not None:
        glibc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    own = ctypes.CDLL(None)
    return own if hasattr(own, "gnu_get_libc_version") else None
