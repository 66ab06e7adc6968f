"""All rows and files of an installation: kept, put back as they were, and looked at."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core import serializers
from django.db import DEFAULT_DB_ALIAS, models, transaction

APPS = ("auth", "accounts", "rotoscope", "filters", "videos")
RANDOM = re.compile(r"[0-9a-f]{8}(_\w{7})?(?=\.)")
NOT_THE_SAME_TWICE = {
    "lease_token", "attempts", "measurings", "proxy_attempts", "seconds", "engine_seconds", "ref",
    "password", "cost",
}  # fmt: skip
"""Numbers and times of the way to an end that differ although the end is the same."""


def tables() -> list[type[models.Model]]:
    """Our tables and those of people."""
    skipped = ("permission", "group")
    return [
        one
        for one in apps.get_models()
        if one._meta.app_label in APPS and one._meta.model_name not in skipped
    ]


class Kept:
    """What was there when it was made."""

    def __init__(self, root: Path, aside: Path) -> None:
        """`root` is the folder of all files, `aside` one for the copy."""
        self.root, self.aside = root, aside
        shutil.copytree(root, aside)
        everything = [row for table in tables() for row in table._base_manager.order_by("pk")]
        self.rows = serializers.serialize("json", everything)

    def put_back(self) -> None:
        """Everything as it was."""
        with transaction.atomic():
            for table in tables():
                table._base_manager.all()._raw_delete(DEFAULT_DB_ALIAS)  # references are looked at in the end
            for row in serializers.deserialize("json", self.rows):
                row.save()
        shutil.rmtree(self.root)
        shutil.copytree(self.aside, self.root)


def look(root: Path) -> set[str]:
    """Each row and each file with its bytes, as lines that are the same whenever the end is."""
    refs = {
        str(ref)
        for table in tables()
        if any(field.name == "ref" for field in table._meta.fields)
        for ref in table._base_manager.values_list("ref", flat=True)
    }
    plain = re.compile("|".join(map(re.escape, refs)) or "(?!)")
    lines = [_line(row) for table in tables() for row in table._base_manager.all()]
    lines += [_file(path, root) for path in sorted(root.rglob("*")) if not path.is_dir()]
    counted: dict[str, int] = {}
    told = set()
    for line in (RANDOM.sub("*", plain.sub("ref", one)) for one in lines):
        counted[line] = counted.get(line, 0) + 1
        told.add(line if counted[line] == 1 else f"{line} ({counted[line]})")
    return told


def _line(row: models.Model) -> str:
    values = {field.name: field.value_to_string(row) for field in row._meta.concrete_fields if _stays(field)}
    deleted = " (deleted)" if getattr(row, "removed_at", None) else ""
    return f"{row._meta.label}{deleted} {json.dumps(values, sort_keys=True)}"


def _stays(field: Any) -> bool:
    moving = isinstance(field, models.DateTimeField | models.DurationField)
    return not (moving or field.primary_key or field.is_relation or field.name in NOT_THE_SAME_TWICE)


def _file(path: Path, root: Path) -> str:
    return f"{path.relative_to(root)} {hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
