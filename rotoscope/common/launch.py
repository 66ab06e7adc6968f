"""Starts a program that dies with its parent and stays within limits of memory and processor time.

Run as a script: ``python -I -S launch.py PARENT MEMORY_BYTES CPU_SECONDS PROGRAM ARGUMENT…``; 0 means
no limit. A launcher instead of ``preexec_fn``, because that is not safe where other threads run.
"""

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Sets the limits and becomes the program."""
    parent, memory, cpu = (int(word) for word in sys.argv[1:4])
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit("The parent is gone already.")
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    if cpu:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.execv(sys.argv[4], sys.argv[4:])


if __name__ == "__main__":
    main()
