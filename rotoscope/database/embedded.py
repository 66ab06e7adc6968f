"""A PostgreSQL of our own: made, started and stopped by the process that needs it.

One folder holds everything: `data/` (the cluster), `socket/` (its only way in: no port is opened). The server
is tied to its starter: when that ends, even by kill -9, it shuts down cleanly within a second; when the server
itself is killed, it recovers at its next start.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg

from rotoscope import tied
from rotoscope.database import programs
from rotoscope.database.programs import Account, EmbeddedError

ROLE = "rotoscope"
NAME = "rotoscope"
LONGEST_SOCKET = 107 - len("/.s.PGSQL.5432")  # bytes of a path that a socket's address has room for
START_SECONDS = 60.0
STOP_SECONDS = 15.0

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "500",  # some five for each of 64 renderers at most, and one for each thread of the web server
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Parallel queries want /dev/shm, which containers keep small; none of ours is large enough to gain.
    "max_parallel_workers_per_gather": "0",
}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


def socket_folder(home: Path) -> Path:
    """Where the server of the data folder `home` listens: inside it, or under /tmp where that path is too long
    or holds a comma, at which PostgreSQL would part it into several."""
    inside = home / "postgres" / "socket"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET and "," not in str(inside):
        return inside
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    # Not where TMPDIR says: another shell's may differ, and would look for the server elsewhere.
    return Path("/tmp") / f"rotoscope-{os.getuid()}-{name}"  # noqa: S108 - a private folder, whose owner is looked at


class Server:
    """The embedded server of one data folder. Not a lock: two Servers of one folder are for `lease` to prevent."""

    def __init__(self, home: Path, *, throwaway: bool = False) -> None:
        """`home`: Rotoscope's data folder, which exists. `throwaway`: trade safety at a power cut for speed."""
        self.home = home.resolve()
        self.folder = self.home / "postgres"
        self.data = self.folder / "data"
        self.socket = socket_folder(self.home)
        self.log = self.home / "logs" / "postgres.log"
        self.settings = SETTINGS | (THROWAWAY if throwaway else {})
        self.account = Account.choose()
        self.process: subprocess.Popen[bytes] | None = None

    def answers(self) -> bool:
        """Whether a server takes connections on this folder's socket, ours or another process's."""
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Make the cluster where there is none, start the server and wait until it answers; `meanwhile` is called all
        the time that this takes.

        Raises EmbeddedError with the end of the server's log when it does not come up within a minute, and before
        it touches anything where the cluster is somebody else's.
        """
        is_there = self.is_made()
        self._make_log()
        self.account.own(self.folder)
        self._own_socket_folder()
        if not is_there:
            self._make_cluster()
        deadline = time.monotonic() + START_SECONDS
        self._spawn()
        while not self.answers():
            if time.monotonic() > deadline:
                why = self._last_words()  # before the last try is ended, which has words of its own
                self.stop()
                raise EmbeddedError(f"PostgreSQL does not start. The end of {self.log}:\n{why}")
            # It leaves at once while a predecessor is still shutting down in the same folder.
            if not self.alive():
                time.sleep(0.25)
                self._spawn()
            meanwhile()
            time.sleep(0.02)
        self._make_database()

    def is_made(self) -> bool:
        """Whether there is a cluster. Raises EmbeddedError where it is somebody else's: PostgreSQL refuses it, and
        its owner would be shut out if we took its folder."""
        expected = self.account.user if self.account.user >= 0 else os.geteuid()
        try:
            owner = self.data.stat().st_uid
        except FileNotFoundError:
            return False
        except PermissionError:
            owner = self.folder.stat().st_uid
        if owner != expected:
            raise EmbeddedError(_whose(self.folder, owner, expected))
        return True

    def alive(self) -> bool:
        """Whether the server that we started is running."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Stop the server that we started, cleanly, connections or not; returns when it is gone."""
        if self.process is None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(number)
            try:
                self.process.wait(STOP_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
        self.process = None

    def url(self) -> str:
        """The address of the database as DATABASE_URL would give it."""
        return f"postgresql://{ROLE}@/{NAME}?host={quote(str(self.socket))}"

    def _connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.socket), user=ROLE, dbname=database, connect_timeout=5, autocommit=True
        )

    def _tied(self, *program: str) -> list[str]:
        paths = (self.folder, Path(program[0]), self.socket)
        return tied.command(
            list(program),
            signal_number=signal.SIGINT,
            user=self.account.user,
            group=self.account.group,
            reach=not all(self.account.reaches(path) for path in paths),
        )

    def _spawn(self) -> None:
        words = [f"--{name}={value}" for name, value in self.settings.items()]
        words.append(f"--unix_socket_directories={self.socket}")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._tied(str(programs.folder() / "postgres"), "-D", str(self.data), *words),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
                # Ctrl-C in the terminal is for the supervisor, which stops the server last.
                start_new_session=True,
            )

    def _make_log(self) -> None:
        try:
            self.log.parent.mkdir(exist_ok=True)
            self.log.open("ab").close()
        except PermissionError:
            raise EmbeddedError(f"We may not write {self.log}: {programs.ITS_STARTER}.") from None

    def _make_cluster(self) -> None:
        """Run initdb beside and rename, so that a start cut short leaves no half a cluster."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        done = subprocess.run(
            self._tied(
                str(programs.folder() / "initdb"), f"--pgdata={fresh}", f"--username={ROLE}", "--auth=trust",
                "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                "--no-instructions", *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
            ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            env={"LANG": "C", "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        if done.returncode != 0:
            raise EmbeddedError(f"PostgreSQL's initdb failed: {done.stderr.strip() or done.stdout.strip()}")
        fresh.rename(self.data)

    def _make_database(self) -> None:
        with self._connect("postgres") as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,)).fetchone()
            if found is None:
                connection.execute(f"CREATE DATABASE {NAME}")

    def _own_socket_folder(self) -> None:
        if self.socket.is_symlink():
            raise EmbeddedError(f"{self.socket} is a link; remove it.")
        self.account.own(self.socket)
        expected = self.account.user if self.account.user >= 0 else os.geteuid()
        if self.socket.stat().st_uid != expected:
            raise EmbeddedError(f"{self.socket} belongs to another user; remove it or set ROTOSCOPE_HOME.")

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])


def _whose(folder: Path, owner: int, expected: int) -> str:
    """Whose database it is, and what to do about it. Where root starts us the server runs as nobody."""
    name, change = programs.user_name, f"`chown -R {programs.user_name(expected)}: {folder}`"
    starter = "root" if name(owner) == "nobody" else name(owner)
    if starter == name(os.geteuid()):  # copied back from a backup, say
        return f"The database in {folder} belongs to {name(owner)}, and not to {name(expected)}: {change} mends that."
    whose = f"The database in {folder} belongs to {name(owner)}."
    return f"{whose} Start Rotoscope as {starter}, or take it over: {change}."
