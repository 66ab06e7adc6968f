"""Styles and scripts in production: collected once for each version, under names that hold their checksums."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage


def refusal() -> str:
    """Why the pages could not be shown, in a sentence that says what to do; empty where they can.

    A file that a page asks for and that was not collected makes the page an empty answer, the one that says that
    something broke included.
    """
    if not settings.PRODUCTION:
        return ""
    storage: Any = staticfiles_storage
    application: Any = apps.get_app_config("staticfiles")
    there = (path for finder in get_finders() for path, _ in finder.list(application.ignore_patterns))
    if all(path in storage.hashed_files for path in there):
        return ""
    return (
        f"The styles and scripts of this version are not in {settings.STATIC_ROOT}: "
        "run `manage.py collectstatic --noinput`."
    )
