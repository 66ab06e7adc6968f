"""Several who do something at the same moment, each by a connection of their own to the database."""

import threading
from collections.abc import Callable
from typing import TypeVar

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

Done = TypeVar("Done")


def at_once(*calls: Callable[[], Done]) -> list[Done]:
    """What each call gave, in the order in which they ended; all are begun when the last of them is ready."""
    together, done = threading.Barrier(len(calls)), list[Done]()

    def begin(call: Callable[[], Done]) -> None:
        try:
            together.wait()
            done.append(call())
        finally:
            connection.close()

    threads = [threading.Thread(target=begin, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def browser_of(person: User) -> Client:
    """A browser that is signed in, and sees a server error as a visitor does."""
    browser = Client(raise_request_exception=False)
    browser.force_login(person)
    return browser
