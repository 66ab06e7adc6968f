"""Which processes a small installation consists of."""

import importlib.util
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from rotoscope.command import SUPERVISED
from rotoscope.supervisor.service import Service

RECONCILE_SECONDS = "3"
WEB_THREADS = "32"  # a playing video keeps one busy, and a comparison plays nine


@dataclass(frozen=True)
class Wishes:
    """What `manage.py up` was asked for."""

    host: str
    port: int
    workers: int
    sample: bool


def services(base: Path, home: Path, mark: str, wishes: Wishes, owner: str | None) -> list[Service]:
    """Everything but the database. `mark`: what all carry in their environment; `owner`: of a sample, if one comes."""
    logs = home / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, SUPERVISED: mark, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(base)}
    environment["ROTOSCOPE_WORKERS"] = str(wishes.workers)  # the cores are divided by it
    # Numeric libraries start a thread for every core in every process unless told otherwise.
    environment.setdefault("OMP_NUM_THREADS", "1")
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")

    def service(name: str, *words: str, nice: int = 0, once: bool = False) -> Service:
        manage = [sys.executable, str(base / "manage.py"), *words]
        return Service(name, manage, environment, logs / f"{name}.log", nice=nice, once=once)

    found = [
        Service("web", web_server(wishes.host, wishes.port), environment, logs / "web.log"),
        service("stills", "work", "--queues", "default", "stills", "--threads", "2"),
        service("ingest", "work", "--queues", "ingest", nice=2),
        *(
            service(f"render-{number}", "work", "--queues", "render", nice=5)
            for number in range(1, wishes.workers + 1)
        ),
        service("proxies", "work", "--queues", "proxies", nice=19),
        service("reconcile", "reconcile", "--every", RECONCILE_SECONDS),
    ]
    if importlib.util.find_spec("torch") is not None:
        every_core = {key: value for key, value in environment.items() if key != "OMP_NUM_THREADS"}
        for queue, nice in (("training", 10), ("judging", 19)):
            found.append(service(queue, "work", "--queues", queue, nice=nice))
            found[-1].environment = every_core
    if owner:
        found.append(service("sample", "sample", "--owner", owner, nice=2, once=True))
    return found


def web_server(host: str, port: int) -> list[str]:
    """The command line of the web server. WSGI: under ASGI whole files would pass through memory.

    Raises OSError where the host's name has no address.
    """
    return [
        sys.executable, "-m", "granian", "rotoscope.wsgi:application", "--interface", "wsgi",
        "--host", numeric(host), "--port", str(port), "--workers", "1",
        "--blocking-threads", WEB_THREADS, "--respawn-failed-workers", "--respawn-interval", "0.2",
        "--workers-kill-timeout", "3", "--no-ws",
    ]  # fmt: skip


def numeric(host: str) -> str:
    """The address behind a host's name, IPv4 before IPv6: the web server takes no names. Raises OSError."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError as problem:  # what no name looks like
        raise OSError(None, "Name or service not known") from problem
    return str(min(found, key=lambda one: one[0] != socket.AF_INET)[4][0])
