"""Settings come from the environment, strictly."""

import socket

import pytest
from django.db import connection
from django.db.utils import ConnectionHandler
from django.test import RequestFactory
from pytest_django.plugin import DjangoDbBlocker

from rotoscope import env, health
from rotoscope.database import address


@pytest.mark.django_db
def test_the_tests_run_on_a_real_postgresql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        assert int(cursor.fetchone()[0].split(".")[0]) >= 14


def test_a_number_out_of_range_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROTOSCOPE_WORKERS", "0")
    with pytest.raises(env.SettingError, match=r"^ROTOSCOPE_WORKERS must be from 1 to 64, not 0\.$"):
        env.whole("ROTOSCOPE_WORKERS", 1, least=1, most=64)


@pytest.mark.slow
def test_a_database_that_does_not_say_a_word_is_no_database_for_the_page_of_health(
    monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, django_db_blocker.unblock():
        told = address.settings_for(f"postgresql://u:p@127.0.0.1:{silent.getsockname()[1]}/x")
        monkeypatch.setattr(health, "connection", ConnectionHandler({"default": told})["default"])
        assert health.health(RequestFactory().get("/health/")).status_code == 503


def test_what_an_address_says_of_its_patience_goes_before() -> None:
    told = address.settings_for("postgresql://db.example.org/x?connect_timeout=20&sslmode=require")["OPTIONS"]
    assert told == address.LIMITS | {"connect_timeout": "20", "sslmode": "require"}
    assert address.settings_for("postgresql:///x?host=/run/postgresql")["OPTIONS"] == {}
