"""The examples for production name only what exists."""

import json
import os
import re
import runpy
import subprocess
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from rotoscope.supervisor.plan import WEB_THREADS
from tests.platform.installation import BASE, environment, manage
from tests.platform.test_production import SAFE
from tests.platform.test_settings_documented import documented

DEPLOY = BASE / "deploy"
COMPOSE = yaml.safe_load((BASE / "compose.yaml").read_text())
PASSED_ON = COMPOSE["x-rotoscope"]["environment"]
IMAGE_SETS = {"ROTOSCOPE_HOME", "ROTOSCOPE_STATIC_ROOT"}
NOT_IN_CONTAINERS = {"ROTOSCOPE_DEBUG", "PORT", "ROTOSCOPE_HOST", "ROTOSCOPE_WORKERS"}
"""What production refuses, and what only `make up` heeds."""
COMPOSE_DECIDES = {"ROTOSCOPE_ENV", "DATABASE_URL"}
LIBRARIES_HEED = {"AWS_CA_BUNDLE"}
"""Settings of what we stand on, not ours."""
PROTECTION = {
    "X-Content-Type-Options", "X-Robots-Tag", "Referrer-Policy", "Content-Security-Policy", "Strict-Transport-Security",
}  # fmt: skip
"""Headers of ours that a file needs as much as a page."""
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
    assert len(workers) == 6
    for unit in workers:
        assert re.search(r"^KillMode=mixed$", unit.read_text(), re.M), unit.name


def test_every_unit_is_started_again_however_long_the_database_is_away() -> None:
    """By itself systemd gives a unit up after five starts in ten seconds, until somebody starts it by hand."""
    for unit in UNITS:
        section, rest = unit.read_text().split("[Service]")
        assert re.search(r"^StartLimitIntervalSec=0$", section, re.M), unit.name
        assert re.search(r"^Restart=always$", rest, re.M), unit.name


def test_every_setting_of_the_examples_is_one_of_ours() -> None:
    named = set(PASSED_ON)
    for file in ("environment.example", "s3.env"):
        named |= set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (DEPLOY / file).read_text(), re.M))
    assert named - {"POSTGRES_PASSWORD"} - LIBRARIES_HEED <= set(documented())


def test_compose_passes_on_every_setting_that_is_documented() -> None:
    assert set(PASSED_ON) - LIBRARIES_HEED == set(documented()) - IMAGE_SETS - NOT_IN_CONTAINERS
    for name in set(PASSED_ON) - COMPOSE_DECIDES - LIBRARIES_HEED:
        assert f"${{{name}:" in PASSED_ON[name]
    for name in IMAGE_SETS:
        assert f"{name}=/" in (BASE / "Dockerfile").read_text()


def test_what_a_library_would_not_take_empty_is_passed_on_only_where_it_is_set() -> None:
    for name in LIBRARIES_HEED:
        assert PASSED_ON[name] is None


def test_the_example_s3_server_is_known_by_one_name() -> None:
    """To visitors, to our own containers, and by the certificate to try it with."""
    address = re.search(r"^ROTOSCOPE_S3_ENDPOINT=https://(\S+)$", (DEPLOY / "s3.env").read_text(), re.M)
    assert address is not None
    assert f"server_name {address.group(1)};" in (DEPLOY / "nginx.conf").read_text()
    assert address.group(1) in COMPOSE["services"]["nginx"]["networks"]["default"]["aliases"]
    assert f"DNS:{address.group(1)} " in (BASE / "docs" / "operations.md").read_text()
    bundle = re.search(r"^#AWS_CA_BUNDLE=(\S+)$", (DEPLOY / "s3.env").read_text(), re.M)
    assert bundle is not None
    assert f"./deploy/tls/fullchain.pem:{bundle.group(1)}:ro" in COMPOSE["x-rotoscope"]["volumes"]


def test_the_database_of_the_containers_has_connections_for_all() -> None:
    """Five for each worker, as with the embedded one, and some for whoever looks after it."""
    told = re.fullmatch(r"postgres -c max_connections=(\d+)", COMPOSE["services"]["db"]["command"])
    assert told is not None
    shown = re.search(r"--scale render=(\d+)", (BASE / "docs" / "operations.md").read_text())
    assert shown is not None
    assert int(told.group(1)) >= 5 * (int(shown.group(1)) + len(COMPOSE["services"])) + int(WEB_THREADS) + 50


def test_a_setting_that_compose_passes_on_empty_counts_as_unset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(**settings: str) -> dict[str, Any]:
        monkeypatch.setattr(os, "environ", environment(tmp_path, **SAFE, **settings))
        found = runpy.run_path(str(BASE / "rotoscope" / "settings.py"))
        return {name: value for name, value in found.items() if name.isupper()}

    empty = {name: "" for name, value in PASSED_ON.items() if str(value).endswith(":-}")}
    assert len(empty) > 10
    without = told()
    assert without["ALGORITHMIA_BATCH"] == 4
    assert told(**empty) == without


def test_only_what_answers_at_port_8000_is_asked_for_its_health() -> None:
    assert "HEALTHCHECK" not in (BASE / "Dockerfile").read_text()
    asked = {name for name, service in COMPOSE["services"].items() if "healthcheck" in service}
    assert asked == {"db", "web"}
    assert "http://127.0.0.1:8000/health/" in COMPOSE["services"]["web"]["healthcheck"]["test"][-1]
    assert "localhost" in PASSED_ON["ALLOWED_HOSTS"]  # the name that it asks by
    compile(COMPOSE["services"]["web"]["healthcheck"]["test"][-1], "health", "exec")


def awaited_by(service: str) -> set[str]:
    """Every service that has to run, or to have run, before this one."""
    named: Any = COMPOSE["services"][service].get("depends_on", {})
    return set(named).union(*map(awaited_by, named))


def test_the_database_is_asked_as_its_users_ask_it() -> None:
    """While the image makes the database another server answers, on the socket alone."""
    asked = COMPOSE["services"]["db"]["healthcheck"]["test"]
    assert asked[:4] == ["CMD", "pg_isready", "-h", "127.0.0.1"]


def test_filters_are_stored_once_the_way_to_s3_is_open() -> None:
    """`prepare` stores them, through nginx where they lie in S3, and everything of ours waits for it."""
    assert {"db", "nginx", "s3"} <= awaited_by("prepare")
    assert "prepare" in awaited_by("web")
    assert not COMPOSE["services"]["prepare"]["depends_on"]["s3"]["required"]  # of a profile


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
    in_containers = "ROTOSCOPE_HOME=/data"
    assert in_containers in (BASE / "Dockerfile").read_text()
    hands_out("nginx.conf", "/data/media/")
    home = re.search(r"^#ROTOSCOPE_HOME=(.+)$", (DEPLOY / "environment.example").read_text(), re.M)
    assert home is not None
    hands_out("nginx-site.conf", f"{home.group(1)}/media/")


def hands_out(config: str, folder: str) -> None:
    """Fail where the nginx configuration sends media from another folder, or without having been told to."""
    from videos.delivery import INTERNAL

    block = re.search(rf"location {re.escape(INTERNAL)} \{{(.*?)\}}", (DEPLOY / config).read_text(), re.S)
    assert block is not None
    assert "internal;" in block.group(1)
    assert f"alias {folder};" in block.group(1)
    # nginx drops them from an answer that it is told to send itself, unless it is told to add them again.
    added = dict(re.findall(r"add_header (\S+) \$upstream_http_(\w+);", block.group(1)))
    assert set(added) == PROTECTION
    assert all(variable == name.lower().replace("-", "_") for name, variable in added.items())


def test_nginx_passes_on_alike_in_containers_and_under_systemd() -> None:
    """The same headers and limits; only where the web server is differs."""

    def wishes(config: str) -> set[str]:
        text = (DEPLOY / config).read_text().split("# Media in the example S3 server")[0]
        return set(re.findall(r"^ +((?:proxy_(?!pass )|client_|return )[^;]+);", text, re.M))

    assert wishes("nginx-site.conf") == wishes("nginx.conf")
    assert "proxy_set_header X-Forwarded-Proto $scheme" in wishes("nginx-site.conf")
    serve = load_command_class(get_commands()["serve"], "serve").create_parser("manage.py", "serve")
    where = serve.parse_args([])
    assert f"proxy_pass http://{where.host}:{where.port};" in (DEPLOY / "nginx-site.conf").read_text()
    assert any(line.split() == ["serve"] for line in commands_of_systemd())


def test_nginx_listens_by_ipv6_too() -> None:
    listening = re.findall(r"^ +listen (.+?);", (DEPLOY / "nginx-site.conf").read_text(), re.M)
    assert {line.removeprefix("[::]:") for line in listening if line.startswith("[::]:")} == {
        line for line in listening if not line.startswith("[")
    }


def under_systemd() -> str:
    """What docs/operations.md says of it."""
    text = (BASE / "docs" / "operations.md").read_text()
    return text.split("## Under systemd", 1)[1].split("\n## ", 1)[0]


def test_the_installation_under_systemd_runs_nothing_of_ours_as_root() -> None:
    """What root makes in the data folder, the services cannot write into."""
    commands = "\n".join(re.findall(r"^```\n(.*?)^```", under_systemd(), re.M | re.S))
    assert re.findall(r"^.*manage\.py.*$", commands, re.M) == [
        '    exec runuser -u rotoscope -- .venv/bin/python manage.py "$@" )'
    ]
    shown = re.findall(r"^manage (.+)$", commands, re.M)
    assert "collectstatic --noinput" in shown
    for line in shown:
        name, *words = line.split()
        load_command_class(get_commands()[name], name).create_parser("manage.py", name).parse_args(words)


def test_the_shown_function_gives_a_command_the_environment_of_the_services(tmp_path: Path) -> None:
    function = re.search(r"^manage\(\) \(.*?\)$", under_systemd(), re.M | re.S)
    assert function is not None
    file = tmp_path / "environment"
    file.write_text(
        "DATABASE_URL='postgresql://rotoscope:p@db/rotoscope?sslmode=require&connect_timeout=5'\n"
    )
    (tmp_path / "runuser").write_text("#!/bin/sh\necho as $2: $DATABASE_URL\nshift 3\necho $PWD: $*\n")
    (tmp_path / "runuser").chmod(0o755)
    text = (
        function.group(0)
        .replace("/etc/rotoscope/environment", str(file))
        .replace("/opt/rotoscope", str(BASE))
    )
    done = subprocess.run(
        ["sh", "-c", f"{text}\nmanage shell -c 'a b'\necho after: $DATABASE_URL"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "as rotoscope: postgresql://rotoscope:p@db/rotoscope?sslmode=require&connect_timeout=5",
        f"{BASE}: .venv/bin/python manage.py shell -c a b",
        "after:",
    ]


def modules_hold_together(static: Path) -> None:
    """What our modules import, too, is there under a name with a checksum; else versions would be mixed."""
    names = json.loads((static / "staticfiles.json").read_text())["paths"]
    collected = {static / hashed for hashed in names.values()}
    ours = [name for name in names if name.startswith("js/") and (BASE / "static" / name).exists()]
    imported = 0
    for module in (static / names[name] for name in ours):
        for goal in re.findall(r"""(?:\bfrom|\bimport)\s*\(?\s*["']([./][^"']*)["']""", module.read_text()):
            assert Path(os.path.normpath(module.parent / goal)) in collected, f"{module.name}: {goal}"
            imported += 1
    assert imported > len(ours), "or this would look for nothing"


@pytest.mark.slow
def test_styles_and_scripts_are_collected_for_production_before_it_starts(tmp_path: Path) -> None:
    """Every file that a style sheet names is there, or the names with checksums could not be made."""
    static = tmp_path / "static"
    settings = SAFE | {"ROTOSCOPE_STATIC_ROOT": str(static)}
    for words in (("serve",), ("up", "--port", "1")):
        refused = manage(tmp_path / "home", *words, **settings)
        assert refused.returncode == 1
        assert refused.stderr == (
            f"CommandError: The styles and scripts of this version are not in {static}: "
            "run `manage.py collectstatic --noinput`.\n"
        )
    done = manage(tmp_path / "home", "collectstatic", "--noinput", "-v", "0", **settings)
    assert done.returncode == 0, done.stderr
    assert (static / "staticfiles.json").exists()
    modules_hold_together(static)
    allowed = manage(tmp_path / "home", "serve", "--host", "a..b", **settings)
    assert "a..b" in allowed.stderr  # as far as its next question
    # An upgrade changes a file, or brings one, and nobody collects it.
    (static / "css" / "base.css").write_text("older")
    refused = manage(tmp_path / "home", "serve", **settings)
    assert "run `manage.py collectstatic --noinput --clear`." in refused.stderr
    assert manage(tmp_path / "home", "collectstatic", "--noinput", "--clear", **settings).returncode == 0
    assert "a..b" in manage(tmp_path / "home", "serve", "--host", "a..b", **settings).stderr
    manifest = static / "staticfiles.json"
    manifest.write_text(manifest.read_text().replace('"css/base.css": ', '"css/older.css": '))
    assert "collectstatic" in manage(tmp_path / "home", "serve", **settings).stderr
