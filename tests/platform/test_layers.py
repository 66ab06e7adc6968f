"""The layers of docs/architecture.md, read off the imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ["videos/media", "filters/engines", "filters/training", "filters/making"]
BELOW = ("filters.catalogue", "filters.sha256", "rotoscope.common.children", "rotoscope.common.malloc")
"""What the core imports beside itself, and what imports nothing else of ours."""


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


def is_within(name: str, *modules: str) -> bool:
    """Whether a name is that of one of these modules, or of what is in it."""
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def is_ours(name: str) -> bool:
    return is_within(name, "rotoscope", "filters", "videos")


@pytest.mark.parametrize("folder", CORE)
def test_the_core_imports_neither_django_nor_anything_of_ours_above_it(folder: str) -> None:
    core = [*(folder.replace("/", ".") for folder in CORE), *BELOW]
    for path in files_below(folder):
        names = list(imports_of(path))
        assert not [name for name in names if is_within(name, "django", "dramatiq")], path
        assert not [name for name in names if is_ours(name) and not is_within(name, *core)], path


def test_what_the_core_stands_on_stands_on_nothing() -> None:
    files = [
        ROOT / "filters/sha256.py",
        ROOT / "rotoscope/common/children.py",
        ROOT / "rotoscope/common/launch.py",
        ROOT / "rotoscope/common/malloc.py",
        *files_below("filters/catalogue"),
    ]
    for path in files:
        names = list(imports_of(path))
        assert not [name for name in names if is_within(name, "django", "dramatiq")], path
        assert not [name for name in names if is_ours(name) and not is_within(name, *BELOW)], path


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
    folders = ("videos/models", "videos/pipeline", "videos/uploads", "videos/suggestions", "filters/models")
    above = ("actors.py", "apps.py", "share_privacy.py")
    beside = [
        path for app in ("filters", "videos") for path in (ROOT / app).glob("*.py") if path.name not in above
    ]
    for path in [*(path for folder in folders for path in files_below(folder)), *beside]:
        assert not [name for name in imports_of(path) if is_within(name, *edges)], path


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
