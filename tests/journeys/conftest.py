"""What journeys through the browser stand on: one real installation, one real chromium.

`installation` is `manage.py up` in a folder of its own (web server, workers, database), started once for
all journeys of a session that only look and upload. Tests that kill things start their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import PATIENCE, launched
from tests.journeys.installed import run_there
from tests.platform.installation import Installation

PASSWORD = "a password of eleven words"
WIDE, NARROW = (1440, 900), (390, 844)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A running installation without the sample. `installation.address` is where it is."""
    running = Installation(tmp_path_factory.mktemp("journeys") / "home")
    running.start()
    yield running
    running.stop_all()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser."""
    with launched() as browser:
        yield browser


@pytest.fixture
def window(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes windows of people of their own: no cookies, 1440 × 900 unless told otherwise, dark."""
    opened: list[BrowserContext] = []

    def make(size: tuple[int, int] = WIDE, **wishes: object) -> BrowserContext:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark",
            **wishes,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def account(installation: Installation) -> Callable[[str], str]:
    """Makes sure that somebody has an account there, whose password is PASSWORD; gives the name back."""

    def make(name: str) -> str:
        run_there(
            installation,
            "from django.contrib.auth.models import User\n"
            f"user, _ = User.objects.get_or_create(username={name!r})\n"
            f"user.set_password({PASSWORD!r})\n"
            "user.save()",
        )
        return name

    return make


def sign_in(page: Page, address: str, name: str, goal: str = "/") -> None:
    """Sign in through the form, and arrive at `goal`."""
    page.goto(f"{address}/accounts/login/?next={goal}")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url(f"{address}{goal}")
