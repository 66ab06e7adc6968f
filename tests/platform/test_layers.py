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
        "rotoscope.common.files",
        "rotoscope.common.lease",
        "filters.models",
        "filters.service",
    )
    for path in files_below(folder):
        assert not [name for name in imports_of(path) if name.startswith(forbidden)], path


def test_filters_never_import_videos() -> None:
    for path in files_below("filters"):
        assert not [name for name in imports_of(path) if name.split(".")[0] == "videos"], path


def test_what_both_apps_stand_on_knows_neither() -> None:
    """Nor anything of the project above it; its one table has to lie where Django looks for it."""
    for path in files_below("rotoscope/common"):
        ours = [name for name in imports_of(path) if name.split(".")[0] in ("rotoscope", "filters", "videos")]
        assert all(name.startswith(("rotoscope.common", "rotoscope.models.")) for name in ours), path


@pytest.mark.parametrize("app", ["filters", "videos"])
def test_of_the_project_an_app_imports_what_lies_below_it(app: str) -> None:
    below = ("rotoscope.common", "rotoscope.accounts.names", "rotoscope.accounts.passing")
    for path in files_below(app):
        ours = [name for name in imports_of(path) if name.split(".")[0] == "rotoscope"]
        assert all(name.startswith(below) for name in ours), path


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
        ROOT / "videos/access_items.py",
        ROOT / "videos/access_shared.py",
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
