"""The secret key of a machine: from the environment, or made once and kept in the data folder."""

import os
import secrets
import tempfile
from pathlib import Path

from rotoscope.env import SettingError

SHORTEST = 50  # characters, as Django's own check asks


def kept_in(home: Path) -> str:
    """The key kept in `home`, made on first use, readable by its owner only. Safe when two processes race.

    Raises SettingError where it is somebody else's, or cannot be written.
    """
    path = home / "secret_key"
    try:
        if not path.exists():
            _make(path)
        return path.read_text().strip()
    except PermissionError:
        raise SettingError(
            f"We may not read {path}: start Rotoscope as the user who started it first."
        ) from None
    except OSError as problem:
        raise SettingError(f"The secret key cannot be kept in {path}: {problem.strerror}.") from None


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secret_key")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(64))
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(name)
