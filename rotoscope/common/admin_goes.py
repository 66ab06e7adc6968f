"""What goes with rows that are deleted, counted by the database: of hours of footage nobody reads a list of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import CASCADE, Field, Model, QuerySet
from django.db.models.deletion import get_candidate_relations_to_delete
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

Fields = Sequence["Field[Any, Any]"]


def counted(model: type[Model], rows: Sequence[Model], freed: Fields = ()) -> dict[type[Model], int]:
    """How many rows of which models a cascade takes along; the rows themselves are counted too.

    By the fields of `freed` nothing goes: they lead elsewhere before the rows are deleted.
    """
    chosen = [row.pk for row in rows]
    found: dict[type[Model], list[QuerySet[Any, Any]]] = {}
    for other, way in _ways(model, freed):
        going = other._base_manager.filter(**{f"{way}__in": chosen}).values("pk")
        found.setdefault(other, []).append(going)
    counts = {other: going[0].union(*going[1:]).count() for other, going in found.items()}
    return {model: len(chosen), **{other: count for other, count in counts.items() if count}}


def _ways(
    model: type[Model], freed: Fields, back: str = "", passed: tuple[type[Model], ...] = ()
) -> Iterator[tuple[Any, str]]:
    """Models whose rows a cascade from `model` takes along, each with the lookup that leads back."""
    passed = (*passed, model)
    relations: Iterable[Any] = get_candidate_relations_to_delete(model._meta)
    for relation in relations:
        other = relation.related_model
        if relation.on_delete is not CASCADE or other in passed or relation.field in freed:
            continue
        way = f"{relation.field.name}__{back}" if back else relation.field.name
        yield other, way
        yield from _ways(other, freed, way, passed)


class CountsWhatGoes(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows with thousands that hang on them: the page that asks before they go tells numbers.

    Nothing that hangs on them is protected. Rights are asked for by model, but for those whose pages say that they go
    with others (`goes_with_others`).
    """

    def what_goes(self, rows: Sequence[Any]) -> dict[type[Model], int]:
        """How many rows of which models go with these."""
        return counted(self.model, rows)

    def what_stays(self, rows: Sequence[Any]) -> list[str]:
        """Sentences about what one might think goes too."""
        return []

    def get_deleted_objects(
        self, objs: Sequence[Any] | QuerySet[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[Any, Any], set[Any], list[Any]]:
        """What goes, and which rights are missing for it."""
        rows = list(objs)
        counts = self.what_goes(rows)
        missing = {model for model in counts if not self._may_delete(model, request)}
        if not all(self.has_delete_permission(request, row) for row in rows):
            missing.add(self.model)
        return (
            [*(self._link(row) for row in rows), *self.what_stays(rows)],
            {model._meta.verbose_name_plural: count for model, count in counts.items()},
            {model._meta.verbose_name for model in missing},
            [],
        )

    def _may_delete(self, model: type[Model], request: HttpRequest) -> bool:
        """What has no pages of its own goes with what has."""
        if not self.admin_site.is_registered(model):
            return True
        pages = self.admin_site.get_model_admin(model)
        return getattr(pages, "goes_with_others", False) or pages.has_delete_permission(request)

    def _link(self, row: Model) -> str:
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])
        return format_html('{}: <a href="{}">{}</a>', str(self.opts.verbose_name).capitalize(), address, row)
