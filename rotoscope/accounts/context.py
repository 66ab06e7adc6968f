"""What every page knows about accounts."""

from django.conf import settings
from django.http import HttpRequest


def accounts(request: HttpRequest) -> dict[str, bool]:
    """`signup_open`: whether visitors may make accounts themselves."""
    return {"signup_open": settings.SIGNUP_OPEN}
