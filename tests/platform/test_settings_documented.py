"""docs/settings.md and the code tell of the same settings."""

import re
from pathlib import Path

from tests.surroundings import is_setting

BASE = Path(__file__).resolve().parents[2]
READ = re.compile(r"\benv\.[a-z]+\(\s*\"([A-Z][A-Z0-9_]*)\"")
ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]*)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


def read_by_the_code() -> set[str]:
    """Every name that a strict reader is given anywhere in the product."""
    found: set[str] = set()
    for package in ("rotoscope", "videos", "filters"):
        for module in (BASE / package).rglob("*.py"):
            found |= set(READ.findall(module.read_text()))
    return found


def documented() -> list[str]:
    """The names in the tables, in their order."""
    return [name for name, _, _ in ROW.findall((BASE / "docs" / "settings.md").read_text())]


def test_every_setting_is_documented_and_every_documented_setting_is_read() -> None:
    assert set(documented()) == read_by_the_code()


def test_no_setting_of_a_developer_reaches_a_test() -> None:
    assert all(is_setting(name) for name in documented())
    assert not is_setting("PATH")


def test_no_setting_is_documented_twice() -> None:
    assert len(documented()) == len(set(documented()))


def test_the_settings_module_reads_the_environment_only_through_the_strict_readers() -> None:
    text = (BASE / "rotoscope" / "settings.py").read_text()
    assert "os.environ" not in text
    assert "getenv" not in text
