"""The layers of docs/architecture.md, read off the imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ["videos/media", "filters/engines", "filters/training"]


def imports_of(path: Path) -> Iterator[str]:
    """Names of all modules that a file imports, at any depth of indentation."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def files_below(folder: str) -> list[Path]:
    """The Python files of a folder of the project."""
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found, f"{folder} holds no Python"
    return found


@pytest.mark.parametrize("folder", CORE)
def test_the_core_never_imports_django_or_the_domain(folder: str) -> None:
    forbidden = (
        "django",
        "dramatiq",
        "videos.models",
        "videos.pipeline",
        "filters.models",
        "filters.service",
    )
    for path in files_below(folder):
        assert not [name for name in imports_of(path) if name.startswith(forbidden)], path


def test_filters_never_import_videos() -> None:
    for path in files_below("filters"):
        assert not [name for name in imports_of(path) if name.split(".")[0] == "videos"], path


def test_the_domain_never_imports_edges() -> None:
    edges = ("videos.views", "videos.api", "videos.admin", "videos.urls", "filters.views", "filters.admin")
    for folder in ("videos/models", "videos/pipeline", "videos/uploads", "filters/models"):
        for path in files_below(folder):
            assert not [name for name in imports_of(path) if name.startswith(edges)], path
