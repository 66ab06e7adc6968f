"""What `make` sets up, and what it makes of a start that was cut off."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.platform.installation import BASE

pytestmark = pytest.mark.slow


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clone in which there is nothing to install, so that no network is needed."""
    shutil.copy(BASE / "Makefile", tmp_path)
    (tmp_path / "requirements.txt").touch()
    return tmp_path


def install(checkout: Path, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """As far as `make up` goes before it starts anything, without PyTorch."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", ".venv/.requirements", f"PYTHON={python}"],
        cwd=checkout, env=surroundings, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def without_ensurepip(folder: Path) -> str:
    """A Python that does what Debian's does without python3.11-venv: it stops once bin/python is there."""
    python = folder / "python-without-ensurepip"
    python.write_text(
        "#!/bin/sh\n"
        f'[ "$2" != venv ] || {{ "{sys.executable}" "$@" --without-pip; exit 1; }}\n'
        f'exec "{sys.executable}" "$@"\n'
    )
    python.chmod(0o755)
    return str(python)


def test_a_start_that_lacked_ensurepip_can_be_repeated_and_what_is_whole_is_kept(checkout: Path) -> None:
    refused = install(checkout, without_ensurepip(checkout))
    assert refused.returncode != 0
    assert (checkout / ".venv" / "bin" / "python").exists()
    assert install(checkout, without_ensurepip(checkout)).returncode != 0

    done = install(checkout)
    assert done.returncode == 0, done.stderr
    assert "making .venv" in done.stdout
    assert (checkout / ".venv" / ".requirements").exists()

    ours = checkout / ".venv" / "kept"
    ours.touch()
    assert install(checkout, "no-such-python").returncode == 0
    (checkout / ".venv" / ".requirements").unlink()  # killed while it installed: the .venv itself is whole
    again = install(checkout, "no-such-python")
    assert again.returncode == 0, again.stderr
    assert "making .venv" not in again.stdout
    assert ours.exists()


def test_a_virtual_environment_whose_python_is_gone_is_made_anew(checkout: Path) -> None:
    """After an upgrade of the system, say: its link leads nowhere."""
    programs = checkout / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "python3", f"python3.{sys.version_info.minor}"):
        (programs / name).symlink_to(checkout / "no-such-python")
    (checkout / ".venv" / ".requirements").touch()  # what was installed went with it
    done = install(checkout)
    assert done.returncode == 0, done.stderr
    assert (programs / "python").resolve() == Path(sys.executable).resolve()
    assert (checkout / ".venv" / ".requirements").exists()


def test_without_a_python_it_says_so_in_one_sentence(checkout: Path) -> None:
    refused = install(checkout, "no-such-python")
    assert refused.returncode != 0
    assert "Python 3.11 or newer is needed as no-such-python" in refused.stderr
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(("port", "words"), [("8080", "--port 8080"), ("", "")])
def test_an_empty_port_counts_as_unset(checkout: Path, port: str, words: str) -> None:
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    told = subprocess.run(
        ["make", "--dry-run", "up", "TRAIN=0"],
        cwd=checkout, env=surroundings | {"PORT": port}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (up,) = re.findall(r"manage\.py up(.*)$", told.stdout, re.M)
    assert up.strip() == words


def installs_for_ci(folder: Path, *there: str) -> str:
    """What `.ci/run` asks Debian for on a machine with these programs and a Python without ensurepip."""
    for name in ("apt-get", "env", "id", "make", "sudo", *there):
        program = folder / name
        program.write_text(
            '#!/bin/bash\n[ "${0##*/}" != env ] || echo "$*"\n[ "${0##*/}" != id ] || echo 1\n'
        )
        if name == "sudo":
            program.write_text('#!/bin/bash\nexec "$@"\n')
        program.chmod(0o755)
    (folder / "python3.11").write_text('#!/bin/bash\n[ "$2" != "import ensurepip" ]\n')
    (folder / "python3.11").chmod(0o755)
    done = subprocess.run(
        ["/bin/bash", BASE / ".ci" / "run"],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_ci_installs_what_a_virtual_environment_needs_also_where_python_is_there(tmp_path: Path) -> None:
    asked = installs_for_ci(tmp_path, "chromium", "redis-server", "rabbitmq-server", "dirname")
    assert "python3.11-venv" in asked
    assert "chromium" not in asked
