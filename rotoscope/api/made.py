"""Answers that say where what was just made, or is being made, can be asked after."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Status

LOCATION = {
    "Location": {"description": "Where to ask after it.", "schema": {"type": "string", "format": "uri"}}
}


def says_where(status: int = 201) -> dict[str, Any]:
    """`openapi_extra` of an operation whose answers with this status come from `made`."""
    return {"responses": {status: {"headers": LOCATION}}}


def made(
    request: HttpRequest, response: HttpResponse, operation: str, name: object, told: Any, status: int = 201
) -> Status[Any]:
    """An answer with the address of what was made: it is read by `operation`, and called `name` there."""
    response["Location"] = request.build_absolute_uri(reverse(f"api:{operation}", args=[name]))
    return Status(status, told)
