"""`manage.py up`, for real: one supervisor, its children, and what happens when any of them is killed."""

import http.cookiejar
import os
import re
import signal
import socket
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from rotoscope.supervisor.console import Console
from rotoscope.supervisor.plan import Wishes
from rotoscope.supervisor.run import Supervisor
from tests.platform.installation import Installation, manage, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that was started once and stands."""
    installation = Installation(tmp_path_factory.mktemp("up") / "home")
    installation.start()
    yield installation
    installation.stop_all()


def sign_in(installation: Installation, password: str) -> str:
    """The address at which one arrives after signing in to the admin."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = f"{installation.address}/admin/login/?next=/admin/"
    with browser.open(page) as answer:
        found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', answer.read())
    assert found is not None
    form = {"username": "owner", "password": password, "csrfmiddlewaretoken": found.group(1).decode()}
    with browser.open(page, urllib.parse.urlencode(form).encode()) as answer:
        return str(urllib.parse.urlsplit(answer.url).path)


def test_the_first_start_tells_an_address_and_a_password_that_opens_the_admin(running: Installation) -> None:
    assert running.address in running.output
    assert sign_in(running, running.password()) == "/admin/"


def test_a_wrong_password_does_not(running: Installation) -> None:
    assert sign_in(running, "password") == "/admin/login/"


def test_the_password_is_stored_only_as_a_hash(running: Installation) -> None:
    told = manage(running.home, "shell", "-v", "0", "-c", "import django.contrib.auth.models as m; "
                  "print(m.User.objects.get(username='owner').password)")  # fmt: skip
    assert told.stdout.startswith("pbkdf2_sha256$"), told.stderr
    assert running.password() not in told.stdout


def test_a_second_up_on_the_same_data_is_refused_in_one_line(running: Installation) -> None:
    second = manage(running.home, "up", "--port", "1")
    assert second.returncode == 1
    assert (
        second.stderr.strip() == f"CommandError: Rotoscope is already running on the data in {running.home}."
    )


def test_a_taken_port_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = manage(tmp_path / "home", "up", "--port", str(port))
    assert refused.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in refused.stderr
    assert not (tmp_path / "home" / "postgres").exists()


@pytest.mark.parametrize("port", ["0", "-1", "70000"])
def test_a_port_that_there_is_not_is_refused_with_a_sentence(tmp_path: Path, port: str) -> None:
    refused = manage(tmp_path / "home", "up", "--port", port)
    assert refused.returncode == 2
    assert refused.stderr.strip() == "CommandError: --port must be from 1 to 65535."


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104
        ("::1", "http://[::1]:8000"),
    ],
)
def test_its_address_can_be_opened(tmp_path: Path, host: str, address: str) -> None:
    wishes = Wishes(host, 8000, 1, sample=False)
    supervisor = Supervisor(tmp_path, tmp_path, wishes, embedded=False, console=Console(colour=False))
    assert supervisor.address == address


def test_what_people_wait_for_goes_before_what_they_do_not_wait_for(running: Installation) -> None:
    assert running.process is not None
    workers = ("granian", "render", "training", "judging")
    found = [running.find(word if word == "granian" else f"--queues {word}") for word in workers]
    priorities = [os.getpriority(os.PRIO_PROCESS, pid) for pid in found]
    assert priorities == sorted(set(priorities))
    # Of two sessions each gets half of the processor, whatever their priorities.
    assert {os.getsid(pid) for pid in found} == {os.getsid(running.process.pid)}


def test_a_command_uses_the_server_that_is_running(running: Installation) -> None:
    database = running.find("bin/postgres -D")
    told = manage(running.home, "shell", "-v", "0", "-c", "from django.db import connection; "
                  "print(connection.cursor().execute('SELECT 1').fetchone())")  # fmt: skip
    assert told.stdout.strip() == "(1,)", told.stderr
    assert running.find("bin/postgres -D") == database


@pytest.mark.parametrize(
    "words",
    [
        ("granian", "rotoscope.wsgi"),
        ("manage.py work", "render"),
        ("manage.py work", "stills"),
        ("manage.py work", "training"),
        ("manage.py work", "judging"),
        ("manage.py work", "proxies"),
        ("manage.py reconcile",),
        ("bin/postgres -D",),
        ("sweeper.py",),
    ],
    ids=[
        "web",
        "render worker",
        "stills worker",
        "trainer",
        "judge",
        "small copies",
        "reconciler",
        "database",
        "sweeper",
    ],
)
def test_what_is_killed_comes_back(running: Installation, words: tuple[str, ...]) -> None:
    if words == ("sweeper.py",):
        victim = child_of(running, "sweeper.py")
    else:
        victim = running.find(*words)
    os.kill(victim, signal.SIGKILL)
    wait_until("the killed process is gone", lambda: not Path(f"/proc/{victim}").exists())
    if words == ("sweeper.py",):
        wait_until("another sweeper", lambda: child_of(running, "sweeper.py") not in (0, victim))
    else:
        assert running.find(*words) != victim
    wait_until("the web server answers", running.answers)


def child_of(installation: Installation, word: str) -> int:
    """The supervisor's child whose command line holds `word`, or 0."""
    assert installation.process is not None
    children = (
        Path(f"/proc/{installation.process.pid}/task/{installation.process.pid}/children").read_text().split()
    )
    for pid in children:
        try:
            if word in Path(f"/proc/{pid}/cmdline").read_bytes().decode():
                return int(pid)
        except OSError:
            continue
    return 0


def test_a_killed_web_process_takes_its_own_workers_with_it(running: Installation) -> None:
    master = running.find("granian", "rotoscope.wsgi")
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    assert children
    os.kill(master, signal.SIGKILL)
    for child in children:
        wait_until("the web worker is gone", lambda child=child: not alive(int(child)))  # type: ignore[misc]
    wait_until("another web server answers", running.answers)


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def test_ctrl_c_stops_everything_and_a_second_start_asks_for_nothing(running: Installation) -> None:
    code = running.interrupt()
    assert code == 0, running.output
    assert "stopped; everything is kept." in running.output
    assert running.processes() == {}
    password = Installation.password(running)
    running.start()
    assert "password" not in running.output
    assert sign_in(running, password) == "/admin/"


def test_a_killed_supervisor_leaves_nothing_behind_and_loses_nothing(running: Installation) -> None:
    make = "import django.contrib.auth.models as m; m.User.objects.create_user('kept')"
    assert manage(running.home, "shell", "-v", "0", "-c", make).returncode == 0
    running.kill_supervisor()
    wait_until(f"nothing is left: {running.processes()}", lambda: running.processes() == {})
    running.start()
    look = "import django.contrib.auth.models as m; print(m.User.objects.filter(username='kept').count())"
    assert manage(running.home, "shell", "-v", "0", "-c", look).stdout.strip() == "1"


def test_grandchildren_of_a_killed_supervisor_end_too(running: Installation) -> None:
    """A worker's own child, an ffmpeg say, is not tied to anything: the sweeper finds it by its environment."""
    worker = running.find("manage.py work", "render")
    surroundings = dict(
        word.split(b"=", 1)
        for word in Path(f"/proc/{worker}/environ").read_bytes().split(b"\0")
        if b"=" in word
    )
    orphan = os.posix_spawn("/bin/sleep", ["sleep", "300"], surroundings, setsid=True)
    running.kill_supervisor()
    _, status = os.waitpid(orphan, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL
    wait_until("nothing is left", lambda: running.processes() == {})
    running.start()
