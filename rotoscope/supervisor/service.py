"""One child of the supervisor: started, watched, restarted with growing pauses, stopped with all its own."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from rotoscope import tied
from rotoscope.supervisor import logs

FIRST_PAUSE = 0.5  # seconds before the first restart; doubled each time
LONGEST_PAUSE = 30.0
GOOD_LIFE = 30.0  # seconds after which a process counts as healthy and the pauses begin anew


@dataclass
class Service:
    """A program that should be running. `nice` is added to ours; `once` means that its good end is an end."""

    name: str
    program: list[str]
    environment: dict[str, str]
    log: Path
    nice: int = 0
    once: bool = False
    grace: float = 6.0  # seconds between SIGTERM and SIGKILL
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    done: bool = field(default=False, init=False)
    _pause: float = field(default=FIRST_PAUSE, init=False)
    _started: float = field(default=0.0, init=False)
    _due: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start it, tied to us, in a process group of its own (Ctrl-C is the supervisor's to hear).

        Not in a session of its own: Linux shares the processor out among sessions first (autogroup), and `nice`
        counts only within one.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)  # somebody may have cleared it away
        logs.put_aside(self.log)
        nice = ["nice", "-n", str(self.nice)] if self.nice else []
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                tied.command([*nice, *self.program], signal_number=signal.SIGKILL),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                process_group=0,
            )
        self._started = time.monotonic()

    def look(self) -> str | None:
        """Restart it when it has died and its pause is over. A sentence when something happened, else None.

        Where it cannot be started, for want of memory say, that is tried again too: the others go on.
        """
        now = time.monotonic()
        if self.process is None:
            if self.done or now < self._due:
                return None
            try:
                self.start()
            except OSError as problem:
                return self._again(now, f"cannot be started: {problem.strerror}")
            return None
        code = self.process.poll()
        if code is None:
            return None
        self._end_group(signal.SIGKILL)
        self.process = None
        if self.once and code == 0:
            self.done = True
            return None
        if now - self._started > GOOD_LIFE:
            self._pause = FIRST_PAUSE
        return self._again(now, _ending(code))

    def _again(self, now: float, what: str) -> str:
        """The sentence about what happened, and the next try after a pause."""
        self._due = now + self._pause
        sentence = f"{self.name} {what}; starting it again in {self._pause:g} s (see {self.log})"
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        return sentence

    def ask_to_stop(self) -> None:
        """Send SIGTERM, if it runs."""
        self.done = True
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def finish(self, deadline: float) -> None:
        """Wait for its end until `deadline` (of time.monotonic); then kill it and whatever it started."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
        self._end_group(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def _end_group(self, number: int) -> None:
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    return f"was ended by {signal.Signals(-code).name}"
