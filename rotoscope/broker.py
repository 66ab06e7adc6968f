"""The queue: which Dramatiq broker an address means, and the names of our queues.

Brokers differ in how soon they notice that a worker was killed; the options here bring its message back within
some fifteen seconds on each. None of them counts such a redelivery as a retry: attempts are counted in our own
tables.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from psycopg import conninfo

from rotoscope import env
from rotoscope.database import address

if TYPE_CHECKING:
    import dramatiq

# Dramatiq reads this when it is imported, which is later.
os.environ.setdefault("dramatiq_queue_prefetch", "1")

SCHEMES = ("postgres", "postgresql", "redis", "rediss", "unix", "amqp", "amqps")

QUEUES = ("default", "ingest", "stills", "render", "training", "judging", "proxies")
"""Everything that waits: odds and ends, uploads to be taken in, single pictures, segments, filters being made, and
those being measured: that takes minutes, and whoever orders a training waits for its first preview. Small copies
of films take hours, and nobody waits for them."""

MIDDLEWARE = [
    "dramatiq.middleware.AgeLimit",
    "dramatiq.middleware.TimeLimit",
    "dramatiq.middleware.ShutdownNotifications",
    "dramatiq.middleware.Callbacks",
    "dramatiq.middleware.Retries",
    "dramatiq.middleware.CurrentMessage",
    "django_dramatiq.middleware.DbConnectionsMiddleware",
]

POSTGRES_BROKER = "rotoscope.postgres_queue.PostgresQueue"
POSTGRES = {
    "results": False,
    "heartbeat_interval": 2,  # seconds
    "heartbeat_ttl": 10,  # seconds
    "maintenance_interval": 5,  # seconds
}
REDIS = {
    "heartbeat_timeout": 15_000,  # milliseconds; workers ask at least once a second
    "maintenance_chance": 100_000,  # of a million commands; the default comes round once in minutes on a quiet queue
}


def worker_of(broker: dramatiq.Broker, queues: Iterable[str], threads: int) -> dramatiq.Worker:
    """A worker, not started yet, that takes as many messages of a queue as it has threads.

    Not more: segments are long, and one that it took while it works on another would be kept from the others.
    """
    import dramatiq

    worker = dramatiq.Worker(broker, queues=set(queues), worker_threads=threads)
    worker.queue_prefetch = threads
    return worker


class QueueAway(Exception):
    """The queue cannot be reached; the text is one sentence for the person who starts us."""


def is_postgres(url: str) -> bool:
    """Whether the queue lives in a PostgreSQL, which then needs its tables."""
    return urlsplit(url).scheme in ("postgres", "postgresql")


def settings_for(url: str, *, production: bool) -> dict[str, Any]:
    """django_dramatiq's DRAMATIQ_BROKER for an address. Opens no connection.

    `stub://` is a queue in this process's memory, for tests; production refuses it.
    """
    options: dict[str, Any]
    if url == "stub://":
        if production:
            raise env.SettingError("DRAMATIQ_BROKER_URL=stub:// forgets its messages: not for production.")
        return {"BROKER": "dramatiq.brokers.stub.StubBroker", "OPTIONS": {}, "MIDDLEWARE": MIDDLEWARE}
    parts = env.split_address("DRAMATIQ_BROKER_URL", url, SCHEMES)
    if is_postgres(url):
        address.options_of("DRAMATIQ_BROKER_URL", parts)
        broker, options = POSTGRES_BROKER, {"url": connection_of(url), **POSTGRES}
    elif urlsplit(url).scheme.startswith("amqp"):
        broker, options = "dramatiq.brokers.rabbitmq.RabbitmqBroker", {"url": url, "confirm_delivery": True}
    else:
        broker, options = "dramatiq.brokers.redis.RedisBroker", {"url": url, **REDIS}
    return {"BROKER": broker, "OPTIONS": options, "MIDDLEWARE": MIDDLEWARE}


def connection_of(url: str) -> dict[str, Any]:
    """What psycopg is told to connect to a PostgreSQL. As an address Dramatiq would lose one that names no host."""
    told = conninfo.conninfo_to_dict(url)
    return address.limits(str(told.get("host", ""))) | told


def make_tables(url: str) -> bool:
    """Make the queue's tables where the broker keeps it in PostgreSQL; True where they were made just now.

    Raises QueueAway where that PostgreSQL is down, or refuses us.
    """
    if not is_postgres(url):
        return False
    import psycopg
    from dramatiq_postgres import schema

    try:
        with psycopg.connect(**connection_of(url)) as connection, connection.cursor() as cursor:
            return bool(schema.init(cursor))
    except psycopg.OperationalError as problem:
        raise _away(problem) from problem


@contextmanager
def needed() -> Iterator[None]:
    """Raises QueueAway where what is sent within the block finds no server, whichever broker it is."""
    import psycopg
    from dramatiq.errors import BrokerError
    from redis.exceptions import RedisError

    try:
        yield
    except (psycopg.OperationalError, BrokerError, RedisError) as problem:
        raise _away(problem) from problem


def _away(problem: Exception) -> QueueAway:
    why = (str(problem) or type(problem).__name__).splitlines()[0].rstrip(".")
    return QueueAway(f"The queue of DRAMATIQ_BROKER_URL cannot be used: {why}.")
