"""`manage.py filters` lists what `render --filter` takes."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from filters.models import Filter
from tests.factories import make_filter

pytestmark = pytest.mark.django_db


def listed(*words: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("filters", *words, stdout=out)
    return out.getvalue()


def test_it_lists_published_filters_and_no_drafts() -> None:
    make_filter("ink", description="Grey washes.")
    make_filter("secret", published=False)
    assert listed() == "ink  Grey washes.\n"


def test_it_says_why_a_filter_cannot_run_now() -> None:
    make_filter("far", description="Far away.").mark_unavailable("The service does not answer.")
    assert listed() == "far  Far away. (unavailable: The service does not answer.)\n"


def test_a_script_gets_json() -> None:
    make_filter("ink", tags=["grey"])
    (one,) = json.loads(listed("--json"))
    assert (one["slug"], one["tags"], one["version"], one["available"]) == ("ink", ["grey"], 1, True)


def test_without_filters_a_script_gets_an_empty_list() -> None:
    assert not Filter.objects.exists()
    assert json.loads(listed("--json")) == []
