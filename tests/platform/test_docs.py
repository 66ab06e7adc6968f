"""The pages about the insides name only what is there."""

import re

from tests.platform.installation import BASE

MODULE = re.compile(r"`((?:[a-z_]+/)+[a-z_]+\.py)`")
FOLDER_OF_HOME = re.compile(r"\b(?:ROTOSCOPE_HOME\)?|home) / \"(\w+)\"")


def test_every_module_that_the_architecture_names_is_there() -> None:
    named = set(MODULE.findall((BASE / "docs" / "architecture.md").read_text()))
    assert "filters/trainings.py" in named
    for module in named:
        assert (BASE / module).exists() or (BASE / "videos" / module).exists(), module


def test_operations_names_every_folder_of_the_data_and_no_other() -> None:
    made: set[str] = set()
    for package in ("rotoscope", "videos", "filters"):
        for module in (BASE / package).rglob("*.py"):
            made |= set(FOLDER_OF_HOME.findall(module.read_text()))
    text = (BASE / "docs" / "operations.md").read_text()
    bullet = text.split("- Everything lies in ", 1)[1].split("\n- ", 1)[0]
    assert set(re.findall(r"`(\w+)/?`", bullet)) - {"var", "ROTOSCOPE_HOME"} == made | {"secret_key"}
