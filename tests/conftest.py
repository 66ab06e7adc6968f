"""What every test stands on: a real PostgreSQL, folders of its own, a queue in memory, three standing people."""

from tests import environment  # isort: skip  (first: it sets up Django from the tests' own environment)

from collections.abc import Iterator

import dramatiq
import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client
from dramatiq.brokers.stub import StubBroker
from pytest_django import Settings

from rotoscope.common import lease


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First what forks: a process in which engines, trainings or a browser have started threads cannot be forked."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/crash/"))


@pytest.fixture(scope="session")
def database_server() -> Iterator[None]:
    """The embedded PostgreSQL, for as long as the session, unless DATABASE_URL names another."""
    if not django_settings.EMBEDDED_DATABASE:
        yield
        return
    from rotoscope.database.embedded import Server

    server = Server(environment.HOME, throwaway=True)
    server.start()
    yield
    server.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_server: None) -> None:
    """pytest-django's hook before it makes the test database: have a server by then."""


@pytest.fixture(autouse=True)
def folders(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Media and scratch files of a test lie in a folder of its own, beside `tmp_path`."""
    root = tmp_path_factory.mktemp("folders")
    settings.MEDIA_ROOT = root / "media"
    settings.SCRATCH = root / "scratch"
    settings.MEDIA_ROOT.mkdir()
    settings.SCRATCH.mkdir()


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Passwords that are hashed at once: the slow hash is Django's business, not that of these tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def held_leases(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test within one transaction hides its rows from the thread that renews leases: it would find them lost.

    A lease lasts for twenty seconds there, in which a loaded machine, too, does what such tests do.
    """
    marker = request.node.get_closest_marker("django_db")
    committed = "transactional_db" in request.fixturenames or "live_server" in request.fixturenames
    with pytest.MonkeyPatch.context() as patch:  # of its own: tests undo theirs
        if not committed and not (marker is not None and marker.kwargs.get("transaction")):
            patch.setattr(lease, "RENEW_EVERY", 600.0)
        yield


@pytest.fixture
def queue() -> Iterator[StubBroker]:
    """The queue in memory, empty before and after; `dramatiq.Worker(queue)` works it off."""
    broker = dramatiq.get_broker()
    assert isinstance(broker, StubBroker)
    broker.flush_all()
    yield broker
    broker.flush_all()


@pytest.fixture
def trainable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that training needs is installed."""
    monkeypatch.setattr("videos.training.what_is_missing", lambda: "")


@pytest.fixture
def owner(db: None) -> User:
    """Olga, whose things the tests are about."""
    return User.objects.create_user("olga", "olga@example.org", "olga's password")


@pytest.fixture
def colleague(db: None) -> User:
    """Conrad, who has an account here and nothing to do with Olga's things."""
    return User.objects.create_user("conrad", "conrad@example.org", "conrad's password")


@pytest.fixture
def stranger(db: None) -> User:
    """Stella, who has come to know an address that is not meant for her."""
    return User.objects.create_user("stella", "stella@example.org", "stella's password")


@pytest.fixture
def staff(db: None) -> User:
    """Ada, who administers the place."""
    return User.objects.create_superuser("ada", "ada@example.org", "ada's password")


def _client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner_client(owner: User) -> Client:
    """A browser in which Olga is signed in."""
    return _client_of(owner)


@pytest.fixture
def colleague_client(colleague: User) -> Client:
    """A browser in which Conrad is signed in."""
    return _client_of(colleague)


@pytest.fixture
def stranger_client(stranger: User) -> Client:
    """A browser in which Stella is signed in."""
    return _client_of(stranger)


@pytest.fixture
def staff_client(staff: User) -> Client:
    """A browser in which Ada is signed in."""
    return _client_of(staff)


@pytest.fixture
def visitor() -> Client:
    """A browser in which nobody is signed in."""
    return Client()
