"""Slow down guessing: after some failures for one name, or from one address, sign-in pauses for a while.

A name that does not exist counts like any other, so that the answer tells nothing about who has an account.
The address is the one that the connection came from. In production that is our proxy's, the same for everybody:
there the last address of its X-Forwarded-For counts, which the proxy itself has written.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .models import FailedSignIn

WINDOW = timedelta(minutes=15)
MOST_FOR_A_NAME = 8
MOST_FROM_AN_ADDRESS = 40


def address_of(request: HttpRequest) -> str:
    """Where a visitor comes from. Before the last address in the header may stand whatever a visitor likes."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if settings.SECURE_PROXY_SSL_HEADER is None:  # no proxy is trusted with anything
        return direct
    return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or direct


def is_paused(name: str, address: str) -> bool:
    """Whether this name, or this address, failed too often within WINDOW."""
    since = timezone.now() - WINDOW
    limits = ((_subject("name", name), MOST_FOR_A_NAME), (_subject("address", address), MOST_FROM_AN_ADDRESS))
    return any(FailedSignIn.objects.filter(subject=who, at__gt=since).count() >= most for who, most in limits)


def note_failure(name: str, address: str) -> None:
    """Remember a failure, and forget those that no longer count."""
    FailedSignIn.objects.filter(at__lt=timezone.now() - WINDOW).delete()
    FailedSignIn.objects.bulk_create(
        [FailedSignIn(subject=_subject("name", name)), FailedSignIn(subject=_subject("address", address))]
    )


def forgive(name: str) -> None:
    """Somebody signed in as `name`: its failures no longer count. The address's still do."""
    FailedSignIn.objects.filter(subject=_subject("name", name)).delete()


def _subject(kind: str, value: str) -> str:
    return salted_hmac(f"failed-sign-in-{kind}", value.strip().casefold(), algorithm="sha256").hexdigest()
