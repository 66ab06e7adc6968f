"""What the project itself keeps: which files no row names."""

from __future__ import annotations

from django.db import models


class LooseFile(models.Model):
    """A stored file that no row names, not yet or not any more (`common/loose.py`); it goes when it is `due`."""

    name = models.CharField(max_length=300, db_index=True)
    due = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name
