"""A real installation in a folder of its own: `manage.py up` as a person types it, watched from outside."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.surroundings import is_setting

BASE = Path(__file__).resolve().parents[2]
BROWSER = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever the environment says
PATIENCE = 180.0  # seconds; the machine may be busy


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(what: str, holds: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Return once `holds()`; fail the test with `what` when it does not within `patience` seconds."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience:g} s in vain: {what}")
        time.sleep(0.05)


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a newcomer whose data is to lie in `home`."""
    ours = {k: v for k, v in os.environ.items() if not (is_setting(k) or k.startswith("DJANGO_"))}
    ours.pop("PYTEST_CURRENT_TEST", None)
    return {**ours, "ROTOSCOPE_HOME": str(home), "NO_COLOR": "1", **more}


def manage(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one management command to its end."""
    return subprocess.run(
        [sys.executable, str(BASE / "manage.py"), *words],
        cwd=BASE,
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Installation:
    """One data folder and, between `start` and `stop`, the supervisor that serves it."""

    def __init__(self, home: Path, **more: str) -> None:
        self.home = home
        self.port = free_port()
        self.more = more
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        """What the latest start has said so far."""
        return self._console.read_text()

    @property
    def _console(self) -> Path:
        return self.home.parent / f"{self.home.name}.console-{self.starts}.txt"

    def start(self, *words: str, sample: bool = False) -> None:
        """Start it and wait until it says where it is."""
        self.starts += 1
        wishes = ["--port", str(self.port), "--workers", "1", *([] if sample else ["--no-sample"]), *words]
        with self._console.open("wb") as console:
            self.process = subprocess.Popen(
                [sys.executable, str(BASE / "manage.py"), "up", *wishes],
                cwd=BASE,
                env=environment(self.home, **self.more),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,
            )
        wait_until("Rotoscope says where it is", lambda: self._told())

    def _told(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"it ended with {self.process.returncode}:\n{self.output}")
        return "Rotoscope is at" in self.output

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def kill_supervisor(self) -> None:
        """kill -9, and nothing else."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def password(self) -> str:
        """The owner's password, as printed by the first start."""
        found = re.search(r"^\s*password\s+(\S+)$", self.output, re.MULTILINE)
        assert found is not None, self.output
        return found.group(1)

    def processes(self) -> dict[int, str]:
        """Everything that runs for this data folder, by process id, with its command line."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                surroundings = (entry / "environ").read_bytes()
            except OSError:
                continue
            ours = f"ROTOSCOPE_HOME={self.home}".encode() in surroundings.split(b"\0")
            if line and (ours or str(self.home) in line):
                found[int(entry.name)] = line
        return found

    def find(self, *words: str) -> int:
        """The lowest process id whose command line holds all words; waits for one."""
        match: list[int] = []

        def there() -> bool:
            match[:] = sorted(pid for pid, line in self.processes().items() if all(w in line for w in words))
            return bool(match)

        wait_until(f"a process with {words}", there)
        return match[0]

    def answers(self) -> bool:
        """Whether the web server and the database behind it do."""
        try:
            with BROWSER.open(f"{self.address}/health/", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop_all(self) -> None:
        """For a fixture's end: leave nothing, whatever the test did."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
