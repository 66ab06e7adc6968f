"""What must be there before anything can run: tables, the queue's tables, the shipped filters."""

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from filters import shipped
from filters.deepfilter.catalogue import ensure_deepfilter_filters
from rotoscope import broker


def pending_migrations() -> int:
    """How many migrations wait to be applied."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def prepare() -> list[str]:
    """Do what is missing, in words of what was done; an empty list when all was there. Safe to repeat."""
    done = []
    if count := pending_migrations():
        call_command("migrate", interactive=False, verbosity=0)
        done.append(f"{count} migrations applied")
    if broker.make_tables(settings.DRAMATIQ_BROKER_URL):
        done.append("the queue's tables made")
    if changed := shipped.load():
        done.append(f"{changed} shipped filters loaded")
    ensure_deepfilter_filters()
    return done
