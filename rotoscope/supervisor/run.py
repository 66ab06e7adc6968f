"""The supervisor's life: start the database, make ready, start the rest, watch, take everything down."""

import os
import secrets
import signal
import subprocess
import sys
import time
import types
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psycopg
from django.db import close_old_connections, connections

from rotoscope import preparation
from rotoscope.database.embedded import Server
from rotoscope.database.join import Lock, own
from rotoscope.database.programs import EmbeddedError
from rotoscope.supervisor import logs, newcomer, plan, sweeper
from rotoscope.supervisor.console import Console
from rotoscope.supervisor.service import FIRST_PAUSE, LONGEST_PAUSE, Service

LOOK_EVERY = 0.2  # seconds
LOGS_EVERY = 60.0  # seconds
WEB_SECONDS = 180.0  # far more than it needs; a busy machine is not a broken one


class Interrupted(BaseException):
    """Somebody asked us to stop. No Exception: it comes anywhere, also where a library goes on after any of those."""


class Supervisor:
    """One installation, from `up` to Ctrl-C. Its children end with it, however it ends."""

    def __init__(
        self, base: Path, home: Path, wishes: plan.Wishes, *, embedded: bool, console: Console
    ) -> None:
        self.base = base
        self.home = home
        self.wishes = wishes
        self.console = console
        self.mark = secrets.token_hex(8)
        self.database = Server(home) if embedded else None
        self.lock: Lock | None = None
        self.services: list[Service] = []
        self.sweeper: subprocess.Popen[bytes] | None = None
        self.stopping = False
        self.logs_due = 0.0
        self.database_due = 0.0
        self.database_pause = FIRST_PAUSE

    def run(self) -> None:
        """Stand up, watch until told to stop, take down. Raises EmbeddedError where it cannot stand up."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupt)
        try:
            self._stand_up()
            while not self.stopping:
                self._look()
                time.sleep(LOOK_EVERY)
        except Interrupted:
            self.console.step("stopping…")
        finally:
            self._take_down()

    @property
    def address(self) -> str:
        """Where to open it."""
        host = "127.0.0.1" if self.wishes.host in ("0.0.0.0", "::") else self.wishes.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.wishes.port}"

    def _interrupt(self, number: int, frame: types.FrameType | None) -> None:
        if not self.stopping:
            self.stopping = True
            raise Interrupted

    def _stand_up(self) -> None:
        self._start_sweeper()
        if self.database is not None:
            self.lock = own(
                self.home,
                waiting=lambda: self.console.step("waiting for another command that uses the database…"),
            )
            fresh = not self.database.is_made()
            self.console.step("making a database…" if fresh else "starting the database…")
            self.database.start()
        for done in preparation.prepare():
            self.console.step(done)
        with newcomer.arriving() as welcome:
            sample = newcomer.sample_is_due(self.home, welcome, self.wishes.sample)
            owner = newcomer.owner_name() if sample else None
            self.services = plan.services(self.base, self.home, self.mark, self.wishes, owner)
            # The page first: eight processes that start together would keep it waiting.
            self._await_web()
            self._greet(welcome)
        connections.close_all()
        for service in self.services:
            service.look()

    def _greet(self, welcome: newcomer.Welcome | None) -> None:
        lines = [f"Rotoscope is at {self.console.strong(self.address)}"]
        if welcome is not None:
            lines += [
                "",
                f"Sign in as   {self.console.strong(welcome.name)}",
                f"password     {self.console.strong(welcome.password)}",
                "",
                f"Shown this once; `manage.py changepassword {welcome.name}` sets another.",
            ]
        lines += ["", f"Data and logs are in {self.home}. Ctrl-C stops everything."]
        self.console.box(lines)

    def _await_web(self) -> None:
        """Return once the web server answers. Raises EmbeddedError with where to look when it does not."""
        web = self.services[0]
        web.start()
        deadline = time.monotonic() + WEB_SECONDS
        browser = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy cannot reach us
        while time.monotonic() < deadline:
            try:
                with browser.open(f"{self.address}/health/", timeout=5):
                    return
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    return  # a host name that is not ours to answer to, or a redirect: it is up
                raise EmbeddedError(
                    f"The web server answers {error.code}; see {self.home / 'logs' / 'web.log'}."
                ) from None
            except OSError:
                if sentence := web.look():
                    self.console.trouble(sentence)
                time.sleep(0.05)
        raise EmbeddedError(f"The web server does not answer; see {self.home / 'logs' / 'web.log'}.")

    def _look(self) -> None:
        """One round: restart what has died."""
        if self.database is not None and not self.database.alive():
            self._restart(self.database)
        if self.sweeper is None or self.sweeper.poll() is not None:
            with suppress(OSError):  # no memory for it now
                self._start_sweeper()
        self._look_after_services()
        if time.monotonic() >= self.logs_due:
            self.logs_due = time.monotonic() + LOGS_EVERY
            self._put_logs_aside()

    def _look_after_services(self) -> None:
        for service in self.services:
            if sentence := service.look():
                self.console.trouble(sentence)

    def _restart(self, database: Server) -> None:
        """Try once, after a pause that grows where it was in vain; all the while the others are looked after."""
        if time.monotonic() < self.database_due:
            return
        self.console.trouble("the database ended; starting it again")
        try:
            database.start(meanwhile=self._look_after_services)
        except (OSError, psycopg.Error, EmbeddedError) as problem:  # no memory for it, or a full disk, say
            why = str(problem).splitlines()[0].partition(" The end of ")[0].rstrip(".")
            pause = self.database_pause
            self.console.trouble(
                f"the database cannot be started: {why}; trying again in {pause:g} s (see {database.log})"
            )
            self.database_due = time.monotonic() + pause
            self.database_pause = min(pause * 2, LONGEST_PAUSE)
            return
        self.database_pause = FIRST_PAUSE
        self.console.step("the database is back")

    def _put_logs_aside(self) -> None:
        for service in self.services:
            logs.put_aside(service.log)
        if self.database is not None:
            logs.put_aside(self.database.log)

    def _start_sweeper(self) -> None:
        """The small process that outlives us, to end what we might leave; it waits for our end of a pipe."""
        self.sweeper = subprocess.Popen(
            [sys.executable, "-I", "-S", sweeper.__file__, self.mark],
            stdin=subprocess.PIPE,
            cwd="/",
            env={"PATH": os.environ.get("PATH", "")},
            start_new_session=True,
        )

    def _take_down(self) -> None:
        """End the services, then the database they use; a second Ctrl-C is not needed and does nothing."""
        self.stopping = True
        close_old_connections()
        connections.close_all()
        for service in self.services:
            service.ask_to_stop()
        deadline = time.monotonic() + max((service.grace for service in self.services), default=0.0)
        for service in self.services:
            service.finish(deadline)
        if self.database is not None:
            self.database.stop()
        if self.lock is not None:
            self.lock.close()
        if self.sweeper is not None and self.sweeper.stdin is not None:
            self.sweeper.stdin.close()
            self.sweeper.wait()
        self.console.step("stopped; everything is kept.")
