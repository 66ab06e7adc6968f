"""How `manage.py` ends when it is told to, or when what it stands on is not there."""

import signal
from pathlib import Path

from tests.platform.installation import manage

INTERRUPTED = "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(60)"


def test_ctrl_c_is_one_word_and_ends_a_loop_of_the_shell_too(tmp_path: Path) -> None:
    """A shell goes on with its loop after any exit status; only the signal itself ends it."""
    stopped = manage(tmp_path / "home", "shell", "-v", "0", "-c", INTERRUPTED, ROTOSCOPE_SUPERVISED="1")
    assert stopped.returncode == -signal.SIGINT
    assert stopped.stderr == "\nStopped.\n"
