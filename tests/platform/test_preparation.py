"""What is missing is made once, however many commands find it missing at the same moment, and by the right version."""

import threading
import time

import pytest
from django.db import connection
from django.db.migrations import AddField
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import NOT_PROVIDED

from filters import shipped
from rotoscope import command, preparation
from rotoscope.database.newer import OURS

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


@pytest.mark.parametrize("words", [("prepare",), ("serve",), ("work",), ("reconcile", "--every", "3")])
@pytest.mark.django_db
def test_nothing_starts_on_the_database_of_a_newer_version(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(command.SUPERVISED, "1")  # the tests' own database is there
    monkeypatch.setattr(connection, "close", lambda: None)  # it goes on to be the test's
    MigrationRecorder(connection).record_applied("videos", "9999_of_next_year")
    with pytest.raises(SystemExit) as refused:
        command.run(["manage.py", *words])
    assert refused.value.code == 1
    assert capsys.readouterr().err == (
        "The database belongs to a newer Rotoscope: restore the dump from before the upgrade, or upgrade.\n"
    )


def test_new_columns_are_written_by_the_version_before_too() -> None:
    """It knows nothing of them while it ends, or on a machine that is upgraded later."""
    before = {"rotoscope": 1, "accounts": 1, "filters": 8, "videos": 12}  # of which nobody keeps an older one
    assert set(before) == set(OURS)
    for (label, name), migration in MigrationLoader(None).disk_migrations.items():
        if label not in before or int(name[:4]) <= before[label]:
            continue
        for added in migration.operations:
            if isinstance(added, AddField) and not added.field.many_to_many:
                kept = added.field.null or added.field.db_default is not NOT_PROVIDED
                assert kept, (
                    f"{name}: {added.model_name}.{added.name} is neither nullable nor has a db_default"
                )
