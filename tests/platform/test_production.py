"""With ROTOSCOPE_ENV=production anything unsafe or missing stops the start with one clear sentence."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from rotoscope.env import SettingError
from tests.platform.installation import BASE, environment

SAFE = {
    "ROTOSCOPE_ENV": "production",
    "SECRET_KEY": "j2k5Vq8xZt1mP7rB4nW9cL6yD3hF0gSaE-uTiQoXvRzKbMdN_wY",
    "ALLOWED_HOSTS": "films.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://films.example.org",
    "DATABASE_URL": "postgresql://rotoscope:secret@db.example.org/rotoscope",
}


def with_changes(changed: dict[str, str | None]) -> dict[str, str]:
    """The SAFE settings with some changed; None takes one away."""
    return {name: value for name, value in {**SAFE, **changed}.items() if value is not None}


def start(home: Path, **settings: str | None) -> subprocess.CompletedProcess[str]:
    """Start as far as Django's own check, with SAFE settings changed."""
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=BASE,
        env=environment(home, **with_changes(settings)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_starts_with_everything_set_and_django_has_nothing_to_warn_of(tmp_path: Path) -> None:
    done = start(tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"SECRET_KEY": None}, "Production needs SECRET_KEY, a random text of at least 50 characters."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too weak: at least 50 random characters, please."),
        ({"SECRET_KEY": "ab" * 40}, "SECRET_KEY is too weak: at least 50 random characters, please."),
        (
            {"ALLOWED_HOSTS": None},
            "Production needs ALLOWED_HOSTS, the names it is reached by, separated by commas.",
        ),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must not be * in production: name the hosts."),
        (
            {"ALLOWED_HOSTS": "films.example.org,https://films.example.org"},
            "ALLOWED_HOSTS names hosts alone, as in films.example.org, not “https://films.example.org”.",
        ),
        (
            {"ALLOWED_HOSTS": "films.example.org:443"},
            "ALLOWED_HOSTS names hosts alone, as in films.example.org, not “films.example.org:443”.",
        ),
        (
            {"ALLOWED_HOSTS": "*.example.org"},
            "ALLOWED_HOSTS names hosts alone, as in films.example.org, not “*.example.org”.",
        ),
        (
            {"CSRF_TRUSTED_ORIGINS": "films.example.org"},
            "CSRF_TRUSTED_ORIGINS names scheme and host alone, as in https://films.example.org, "
            "not “films.example.org”.",
        ),
        (
            {"CSRF_TRUSTED_ORIGINS": "https://films.example.org/"},
            "CSRF_TRUSTED_ORIGINS names scheme and host alone, as in https://films.example.org, "
            "not “https://films.example.org/”.",
        ),
        (
            {"CSRF_TRUSTED_ORIGINS": None},
            "Production needs CSRF_TRUSTED_ORIGINS, e.g. https://films.example.org.",
        ),
        (
            {"CSRF_TRUSTED_ORIGINS": "http://films.example.org"},
            "CSRF_TRUSTED_ORIGINS must all begin with https:// in production, not “http://films.example.org”.",
        ),
        (
            {"DATABASE_URL": None},
            "Production needs DATABASE_URL; the embedded PostgreSQL is for one machine.",
        ),
        ({"DATABASE_URL": "mysql://db/x"}, "DATABASE_URL must begin with one of postgres://, postgresql://."),
        ({"DATABASE_URL": "postgresql://db.example.org"}, "DATABASE_URL names no database after the host."),
        (
            {"DATABASE_URL": "postgresql://rotoscope:hunter2@db/x?sslmod=require"},
            'DATABASE_URL cannot be read after the ?: invalid connection option "sslmod".',
        ),
        (
            {"DATABASE_URL": "postgresql://rotoscope:hunter2@db/x?connect_timeout=soon"},
            "DATABASE_URL cannot be read after the ?: bad value for connect_timeout: 'soon'.",
        ),
        (
            {"DRAMATIQ_BROKER_URL": "postgresql://rotoscope:hunter2@db/x?sslmod=require"},
            'DRAMATIQ_BROKER_URL cannot be read after the ?: invalid connection option "sslmod".',
        ),
        ({"ROTOSCOPE_S3_ENDPOINT": "https:///s3"}, "ROTOSCOPE_S3_ENDPOINT names no place after https://."),
        ({"ROTOSCOPE_WORKERS": "2.5"}, "ROTOSCOPE_WORKERS must be a whole number, not “2.5”."),
        ({"ALGORITHMIA_COST_PER_IMAGE": "1,5"}, "ALGORITHMIA_COST_PER_IMAGE must be a number, not “1,5”."),
        ({"ROTOSCOPE_DEBUG": "1"}, "ROTOSCOPE_DEBUG must not be on in production."),
        ({"ROTOSCOPE_DEBUG": "maybe"}, "ROTOSCOPE_DEBUG must be 1 or 0, not “maybe”."),
        ({"ROTOSCOPE_ENV": "prod"}, "ROTOSCOPE_ENV must be one of development, production, not “prod”."),
        (
            {"DRAMATIQ_BROKER_URL": "stub://"},
            "DRAMATIQ_BROKER_URL=stub:// forgets its messages: not for production.",
        ),
        (
            {"DRAMATIQ_BROKER_URL": "kafka://queue"},
            "DRAMATIQ_BROKER_URL must begin with one of postgres://, postgresql://, redis://, rediss://, "
            "unix://, amqp://, amqps://.",
        ),
        (
            {"ROTOSCOPE_STORAGE": "s3"},
            "ROTOSCOPE_STORAGE=s3 needs ROTOSCOPE_S3_BUCKET, the name of the bucket.",
        ),
        (
            {"ROTOSCOPE_MEDIA_DELIVERY": "presigned"},
            "ROTOSCOPE_MEDIA_DELIVERY=presigned needs ROTOSCOPE_STORAGE=s3.",
        ),
        (
            {"ROTOSCOPE_STORAGE": "s3", "ROTOSCOPE_S3_BUCKET": "b", "ROTOSCOPE_MEDIA_DELIVERY": "x-accel"},
            "ROTOSCOPE_MEDIA_DELIVERY=x-accel needs ROTOSCOPE_STORAGE=local.",
        ),
    ],
)
def test_it_refuses_in_one_sentence(
    changed: dict[str, str | None], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", environment(tmp_path, **with_changes(changed)))
    with pytest.raises(SettingError) as refused:
        runpy.run_path(str(BASE / "rotoscope" / "settings.py"))
    assert str(refused.value) == sentence


@pytest.mark.parametrize("hosts", ["films.example.org", ".example.org,[2001:db8::1],192.0.2.1", "LOCALHOST"])
def test_hosts_as_django_compares_them_are_taken(
    hosts: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origins = "https://films.example.org,https://*.example.org:8443"
    changed: dict[str, str | None] = {"ALLOWED_HOSTS": hosts, "CSRF_TRUSTED_ORIGINS": origins}
    monkeypatch.setattr(os, "environ", environment(tmp_path, **with_changes(changed)))
    told = runpy.run_path(str(BASE / "rotoscope" / "settings.py"))
    assert told["ALLOWED_HOSTS"] == hosts.split(",")
    assert told["CSRF_TRUSTED_ORIGINS"] == origins.split(",")


def test_outside_production_the_address_that_is_shown_can_be_opened_whatever_hosts_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", environment(tmp_path, ALLOWED_HOSTS="studio.local"))
    told = runpy.run_path(str(BASE / "rotoscope" / "settings.py"))
    assert set(told["ALLOWED_HOSTS"]) == {"studio.local", "127.0.0.1", "localhost", "[::1]"}


def test_the_sentence_is_all_that_a_start_says(tmp_path: Path) -> None:
    refused = start(tmp_path, SECRET_KEY=None)
    assert refused.stderr == "Production needs SECRET_KEY, a random text of at least 50 characters.\n"
    assert refused.returncode == 2


def test_a_refusal_never_repeats_a_password(tmp_path: Path) -> None:
    refused = start(tmp_path, DATABASE_URL="mysql://rotoscope:hunter2@db/x")
    assert "hunter2" not in refused.stdout + refused.stderr
