"""The lists of requirements name everything that is imported, each in a version that was seen working."""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions

from tests.platform.installation import BASE
from tests.platform.test_layers import files_below, imports_of

LISTS = ("requirements.txt", "requirements-train.txt", "requirements-dev.txt")
OURS = {"rotoscope", "videos", "filters", "tests"}
PINNED_BY = {"pydantic-core": "pydantic"}
"""What another brings along in one exact version."""


def plain(name: str) -> str:
    """A distribution's name as the package index compares them."""
    return re.sub(r"[-_.]+", "-", name).lower()


def lines_of(name: str) -> Iterator[str]:
    """Its requirements, without comments and markers."""
    for line in (BASE / name).read_text().splitlines():
        if wanted := line.partition("#")[0].partition(";")[0].strip():
            yield wanted


def listed(*names: str) -> set[str]:
    """The distributions that these lists name."""
    found = (re.match(r"[\w.-]+", line) for name in names for line in lines_of(name) if line[0] != "-")
    return {plain(one.group()) for one in found if one}


def imported_by(*folders: str) -> set[str]:
    """The distributions that bring what these folders import."""
    modules = {
        name.split(".")[0] for one in folders for path in files_below(one) for name in imports_of(path)
    }
    brought_by = packages_distributions()
    return {plain(brought_by.get(one, [one])[0]) for one in modules - set(sys.stdlib_module_names) - OURS}


def test_every_requirement_has_its_version() -> None:
    for name in LISTS:
        for line in lines_of(name):
            assert re.search(r"==|<\d|^-r ", line), f"{name}: {line}"


def test_everything_that_is_imported_is_listed_itself() -> None:
    """What comes along through another goes when that lets go of it, or changes under us."""
    product = imported_by("rotoscope", "videos", "filters")
    assert {PINNED_BY.get(one, one) for one in product} <= listed(
        "requirements.txt", "requirements-train.txt"
    )
    assert imported_by("tests") <= listed(*LISTS)
