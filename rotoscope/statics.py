"""Styles and scripts in production: collected once for each version, under names that hold their checksums."""

from __future__ import annotations

import filecmp
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage


def refusal() -> str:
    """Why the pages could not be shown, in a sentence that says what to do; empty where they can.

    A file that a page asks for and that was not collected makes the page an empty answer, the one that says that
    something broke included. One that has changed since shows new pages in old clothes.
    """
    if not settings.PRODUCTION:
        return ""
    storage: Any = staticfiles_storage
    sources = _sources()
    if not all(path in storage.hashed_files for path in sources):
        how = "collectstatic --noinput"
    elif not all(_is_same(source, storage.path(path)) for path, source in sources.items()):
        how = "collectstatic --noinput --clear"  # by itself it leaves what is younger than its source
    else:
        return ""
    return f"The styles and scripts of this version are not in {settings.STATIC_ROOT}: run `manage.py {how}`."


def _sources() -> dict[str, str]:
    """Where each file comes from; of two with one name the first goes before, as where they are collected."""
    application: Any = apps.get_app_config("staticfiles")
    found: dict[str, str] = {}
    for finder in get_finders():
        for path, place in finder.list(application.ignore_patterns):
            found.setdefault(path, place.path(path))
    return found


def _is_same(source: str, copy: str) -> bool:
    try:
        return filecmp.cmp(source, copy, shallow=False)
    except OSError:
        return False
