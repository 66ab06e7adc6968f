"""What a browser has been counted for already, so that nothing counts twice.

In signed cookies and not in the session: each visit of a crawler, which keeps neither, would leave a row in the
database. They hold numbers only, which are no addresses.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

MOST = 200  # things that a cookie remembers, the last ones


def first_time(request: HttpRequest, answer: HttpResponseBase, cookie: str, *things: str) -> list[str]:
    """Those of `things` that this browser has not been counted for; `answer` tells it to remember them."""
    known = str(request.get_signed_cookie(cookie, default="")).split(".")
    new = [one for one in things if one not in known]
    if new:
        answer.set_signed_cookie(
            cookie,
            ".".join([*filter(None, known), *new][-MOST:]),
            max_age=settings.SESSION_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return new
