"""Every command that the README and the docs show is one that can be typed."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from django.core.management import get_commands, load_command_class
from PIL import Image

from tests.clips import draw_clip
from tests.platform.installation import BASE, environment

PAGES = [BASE / "README.md", *sorted((BASE / "docs").glob("*.md"))]
SHORTER = {"--minutes": "0.05"}
"""What a test cannot wait for."""


def shown(page: Path, beginning: str) -> list[str]:
    """The command lines of a page's code blocks (fenced or indented) that begin so."""
    lines = re.sub(r"\\\n\s*", " ", page.read_text()).splitlines()
    stripped = [line.strip().removeprefix("$ ") for line in lines]
    return [line.split("  #")[0].split(" #")[0].strip() for line in stripped if line.startswith(beginning)]


def managed() -> list[str]:
    """All that is shown of manage.py, on all pages."""
    return sorted({line for page in PAGES for line in shown(page, ".venv/bin/python manage.py")})


@pytest.mark.parametrize("line", managed())
def test_a_shown_command_can_be_parsed(line: str) -> None:
    _, _, name, *words = shlex.split(line)
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(words)


def test_every_shown_word_of_make_is_one() -> None:
    targets = set(re.findall(r"^([a-z]+):", (BASE / "Makefile").read_text(), re.MULTILINE))
    words = {line.split()[1] for page in PAGES for line in shown(page, "make ")}
    assert words
    assert words <= targets


@pytest.mark.slow
def test_the_commands_of_the_readme_do_what_they_say(tmp_path: Path) -> None:
    draw_clip(tmp_path / "flight.mp4", frames=24)
    noise = np.random.default_rng(3).integers(0, 255, (12, 16, 3), np.uint8)
    Image.fromarray(noise).resize((640, 480), Image.Resampling.BICUBIC).save(tmp_path / "painting.jpg")
    home = tmp_path / "home"
    for line in shown(BASE / "README.md", ".venv/bin/python manage.py"):
        words = shlex.split(line)[2:]
        for option, value in SHORTER.items():
            if option in words:
                words[words.index(option) + 1] = value
        if words[0] == "bench":
            words += ["--rounds", "1"]
        done = subprocess.run(
            [sys.executable, str(BASE / "manage.py"), *words],
            cwd=tmp_path, env=environment(home), capture_output=True, text=True, timeout=540, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    assert (tmp_path / "starry.mp4").stat().st_size > 1000
    shutil.rmtree(home)
