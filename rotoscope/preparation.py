"""What must be there before anything can run: tables, the queue's tables, the shipped filters."""

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from filters import shipped
from filters.deepfilter.catalogue import ensure_deepfilter_filters
from rotoscope import broker, storage
from rotoscope.common.alone import alone
from rotoscope.database.newer import refuse_newer

LOCK = 7_686_834_676  # of PostgreSQL's advisory locks; any number that nothing else in the database takes


def pending_migrations() -> int:
    """How many migrations wait to be applied."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def prepare() -> list[str]:
    """Do what is missing, in words of what was done; an empty list when all was there. Safe to repeat.

    Raises CatalogueError, NewerDatabase, QueueAway, StorageRefuses, each with a sentence.

    Of several who prepare the same database at once, the others wait for the first, and find it done.
    """
    with alone(LOCK):
        return _missing_done()


def _missing_done() -> list[str]:
    refuse_newer()
    done = []
    if count := pending_migrations():
        call_command("migrate", interactive=False, verbosity=0)
        done.append(f"{count} migrations applied")
    if broker.make_tables(settings.DRAMATIQ_BROKER_URL):
        done.append("the queue's tables made")
    with storage.told_plainly():
        changed = shipped.load()
    if changed:
        done.append(f"{changed} shipped filters loaded")
    ensure_deepfilter_filters()
    return done
