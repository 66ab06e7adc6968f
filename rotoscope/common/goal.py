"""Where to go on after a form, as the form or the address says."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def own_goal(request: HttpRequest, wanted: str) -> str:
    """`wanted` if it is an address of this server, else "".

    A bare word is none, though it would be safe: redirect() takes it for the name of a view.
    """
    if not wanted.startswith(("/", "http://", "https://")):
        return ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else ""
