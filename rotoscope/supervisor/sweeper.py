"""End what a killed supervisor leaves behind.

    python -I -S sweeper.py MARK

The supervisor's children end with it by themselves, but their own children (an ffmpeg, a bounded probe) need
not. This small process holds the reading end of a pipe whose writing end only the supervisor has. When that
closes, it kills every process whose environment carries the supervisor's MARK.
"""

import os
import signal
import sys
import time

VARIABLE = b"ROTOSCOPE_SUPERVISED="


def marked(mark: bytes) -> list[int]:
    """Process ids of all processes, but ourselves, that were started with this mark in their environment."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if VARIABLE + mark in words:
            found.append(int(name))
    return found


def sweep(mark: bytes) -> None:
    """Kill all marked processes, looking again until none is left; at most a few seconds."""
    for _ in range(50):
        pids = marked(mark)
        if not pids:
            return
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        time.sleep(0.05)


def main() -> None:
    """Wait for the supervisor's end, then sweep."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while os.read(0, 64):
        pass
    sweep(sys.argv[1].encode())


if __name__ == "__main__":
    main()
