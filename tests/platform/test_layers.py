"""The layers of docs/architecture.md, read off the imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ["videos/media", "filters/engines", "filters/training"]


def imports_of(path: Path) -> Iterator[str]:
    """Full names of everything that a file imports, at any depth of indentation: modules, and what is in them."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


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
        "videos.uploads",
        "rotoscope.files",
        "rotoscope.lease",
        "filters.models",
        "filters.service",
    )
    for path in files_below(folder):
        assert not [name for name in imports_of(path) if name.startswith(forbidden)], path


def test_filters_never_import_videos() -> None:
    for path in files_below("filters"):
        assert not [name for name in imports_of(path) if name.split(".")[0] == "videos"], path


def test_what_both_apps_stand_on_imports_neither() -> None:
    """`rotoscope` is below the apps and above them: settings and the API know both. This is the lower part."""
    waiting = {
        path
        for app in ("filters", "videos")
        for file in files_below(app)
        for name in imports_of(file)
        if (path := file_of(name))
    }
    below: set[Path] = set()
    while waiting:
        path = waiting.pop()
        below.add(path)
        names = list(imports_of(path))
        assert not [name for name in names if name.split(".")[0] in ("filters", "videos")], path
        waiting |= {found for name in names if (found := file_of(name))} - below
    assert ROOT / "rotoscope/lease.py" in below


def file_of(name: str) -> Path | None:
    """The file of a module of `rotoscope`, or of what is imported from it; None for other names."""
    parts = name.split(".")
    while parts[0] == "rotoscope" and len(parts) > 1:
        if (path := ROOT.joinpath(*parts).with_suffix(".py")).is_file():
            return path
        parts = parts[:-1]
    return None


def test_the_domain_never_imports_edges() -> None:
    edges = (
        "videos.views",
        "videos.admin",
        "videos.urls",
        "videos.forms",
        "videos.management",
        "filters.admin",
        "filters.deepfilter.views",
        "filters.management",
        "rotoscope.api",
        "rotoscope.management",
    )
    folders = ("videos/models", "videos/pipeline", "videos/uploads", "filters/models")
    beside = [path for path in (ROOT / "filters").glob("*.py") if path.name not in ("actors.py", "apps.py")]
    for path in [
        *(path for folder in folders for path in files_below(folder)),
        ROOT / "videos/access.py",
        ROOT / "videos/access_filters.py",
        ROOT / "videos/leaving.py",
        *beside,
    ]:
        assert not [name for name in imports_of(path) if name.startswith(edges)], path


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("import videos.models", "videos.models"),
        ("from videos import models", "videos.models"),
        ("from videos.models import Video", "videos.models.Video"),
        ("from ..models import Video", "videos.models.Video"),
        ("from .. import models", "videos.models"),
        ("from . import files", "videos.media.files"),
    ],
)
def test_every_way_to_import_is_seen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, name: str
) -> None:
    monkeypatch.setattr("tests.platform.test_layers.ROOT", tmp_path)
    (tmp_path / "videos" / "media").mkdir(parents=True)
    file = tmp_path / "videos" / "media" / "one.py"
    file.write_text(f"def late():\n    {line}\n")
    assert list(imports_of(file)) == [name]
