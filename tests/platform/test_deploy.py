"""The examples for production name only what exists."""

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from tests.platform.installation import BASE, environment
from tests.platform.test_production import SAFE
from tests.platform.test_settings_documented import documented

DEPLOY = BASE / "deploy"
COMPOSE = yaml.safe_load((BASE / "compose.yaml").read_text())
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def commands_of_compose() -> list[str]:
    """Everything after `manage.py` in compose.yaml."""
    found = [str(service.get("command", "")) for service in COMPOSE["services"].values()]
    return [line.split("manage.py ", 1)[1] for line in found if "manage.py " in line]


def commands_of_systemd() -> list[str]:
    """Everything after `manage.py` in the units."""
    return [line for unit in UNITS for line in re.findall(r"^Exec.*manage\.py (.*)$", unit.read_text(), re.M)]


@pytest.mark.parametrize("line", sorted({*commands_of_compose(), *commands_of_systemd()}))
def test_every_command_of_the_examples_can_be_parsed(line: str) -> None:
    name, *words = line.split()
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(words)


def test_both_examples_run_the_same_processes() -> None:
    of_systemd = {line for line in commands_of_systemd() if not line.startswith("serve")}
    of_compose = {line for line in commands_of_compose() if not line.startswith("serve")}
    assert of_systemd == of_compose


def test_the_target_wants_every_unit() -> None:
    wanted = (DEPLOY / "systemd" / "rotoscope.target").read_text()
    for unit in UNITS:
        assert unit.name.replace("@.service", "@1.service") in wanted


def test_a_stop_reaches_the_workers_and_not_what_they_have_started() -> None:
    workers = [unit for unit in UNITS if "manage.py work " in unit.read_text()]
    assert len(workers) == 5
    for unit in workers:
        assert re.search(r"^KillMode=mixed$", unit.read_text(), re.M), unit.name


def test_every_setting_of_the_examples_is_one_of_ours() -> None:
    named = set(COMPOSE["x-rotoscope"]["environment"])
    for file in ("environment.example", "s3.env"):
        named |= set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (DEPLOY / file).read_text(), re.M))
    assert named - {"POSTGRES_PASSWORD"} <= set(documented())


def left_out_of_the_image(path: str) -> bool:
    """Whether .dockerignore names the file or a folder that it lies in; its patterns begin at the root."""
    patterns = (BASE / ".dockerignore").read_text().splitlines()
    here = PurePosixPath(path)
    places = [str(place) for place in (here, *here.parents)]
    return any(fnmatch(place, pattern) for place in places for pattern in patterns)


@pytest.mark.parametrize("path", [".env", ".env.bak", "deploy/tls/privkey.pem", "deploy/s3.env"])
def test_secrets_stay_out_of_the_image(path: str) -> None:
    assert left_out_of_the_image(path)
    assert not left_out_of_the_image("manage.py")


def test_secrets_stay_out_of_git() -> None:
    left_alone = (BASE / ".gitignore").read_text().splitlines()
    assert {"/.env", "/deploy/tls/"} <= set(left_alone)
    # What git does keep has no place for a secret, or an empty one that is filled in elsewhere.
    assert re.findall(r"^#?(\w*(?:KEY|PASSWORD))=", (DEPLOY / "s3.env").read_text(), re.M) == []
    assert re.findall(r"^#?\w*(?:KEY|PASSWORD)=.+$", (DEPLOY / "environment.example").read_text(), re.M) == []


def test_nginx_hands_out_the_folder_that_rotoscope_names() -> None:
    from videos.delivery import INTERNAL

    config = (DEPLOY / "nginx.conf").read_text()
    block = re.search(rf"location {re.escape(INTERNAL)} \{{(.*?)\}}", config, re.S)
    assert block is not None
    assert "internal;" in block.group(1)
    assert "alias /data/media/;" in block.group(1)
    assert "ROTOSCOPE_HOME=/data" in (BASE / "Dockerfile").read_text()


@pytest.mark.slow
def test_styles_and_scripts_can_be_collected_for_production(tmp_path: Path) -> None:
    """Every file that a style sheet names is there, or the names with checksums could not be made."""
    static = tmp_path / "static"
    done = subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"],
        cwd=BASE,
        env=environment(tmp_path / "home", **SAFE, ROTOSCOPE_STATIC_ROOT=str(static)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (static / "staticfiles.json").exists()
