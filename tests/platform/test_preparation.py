"""What is missing is made once, however many commands find it missing at the same moment."""

import threading
import time

import pytest
from django.db import connection

from filters import shipped
from rotoscope import preparation

WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.mark.django_db(transaction=True)
def test_a_second_command_waits_until_the_first_has_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[int] = []
    go_on = threading.Event()

    def pending() -> int:
        entered.append(1)
        go_on.wait(30)
        return 0

    def prepare() -> None:
        try:
            preparation.prepare()
        finally:
            connection.close()

    monkeypatch.setattr(preparation, "pending_migrations", pending)
    monkeypatch.setattr(shipped, "load", lambda: 0)
    threads = [threading.Thread(target=prepare) for _ in range(2)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 30
    while waiting() < 1 and len(entered) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert (waiting(), len(entered)) == (1, 1)
    go_on.set()
    for thread in threads:
        thread.join()
    assert len(entered) == 2
    assert waiting() == 0
    assert preparation.prepare() == [], "the lock was given back"


def waiting() -> int:
    """How many wait for somebody else's lock."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])
