"""What the admin's pages share: rows that workers write too, actions that are asked for by POST, sizes in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline

from rotoscope.common.changed import compare_with_page, keep_what_hangs_elsewhere, save_changed


class SavesWhatWasChosen(ModelAdmin):
    """Only the fields that were changed on the page are written: workers and other pages write the same rows."""

    set_elsewhere: tuple[str, ...] = ()
    """Fields that are set on other pages too."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """With what the page showed, of fields that are set elsewhere."""
        form = super().get_form(request, obj, change=change, **kwargs)
        compare_with_page(
            form.base_fields[name] for name in form.base_fields.keys() & set(self.set_elsewhere)
        )
        return form

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm[Any], change: Any) -> None:
        """Write the changed fields of an existing row, a new row as a whole."""
        save_changed(form)

    def save_related(self, request: HttpRequest, form: ModelForm[Any], formsets: Any, change: bool) -> None:
        """The same of what hangs on it, many on many."""
        if change:
            keep_what_hangs_elsewhere(form)
        super().save_related(request, form, formsets, change)


class HouseAdmin(SavesWhatWasChosen):
    """A model's pages, with buttons that do something with the row."""

    compressed_fields = True
    list_per_page = 50
    empty_value_display = "–"
    typed = True

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm[Any], change: Any) -> None:
        """Save, then do what a button asks for."""
        super().save_model(request, obj, form, change)
        for action in self.get_actions_submit_line(request, obj.pk):
            if action.action_name in request.POST:
                action.method(request, obj)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        """Where nothing can be typed there is nothing to save."""
        hidden = {} if self.typed else {"show_save": False, "show_save_and_continue": False}
        return super().changeform_view(request, object_id, form_url, {**(extra_context or {}), **hidden})

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The buttons that make sense for this row now, for whoever may press them."""
        actions: list[Any] = super().get_actions_submit_line(request, object_id)
        row = self.get_object(request, str(object_id))
        if not self.has_change_permission(request, row):
            return []
        offered = self.offered(row) if row is not None else None
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        return [one for one in actions if offered is None or one.action_name.removeprefix(prefix) in offered]

    def offered(self, row: Any) -> set[str] | None:
        """Names of the buttons that make sense for a row; None for all of them."""
        return None


class ShownOnly:
    """Rows that the admin shows and nobody types in."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False


class AllReadOnly:
    """Rows in which nothing can be typed: something else that is wanted is another row."""

    fields: ClassVar[Any]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All fields."""
        return [name for field in self.fields for name in ((field,) if isinstance(field, str) else field)]


class RemovesFiles:
    """Rows of which more than a row is deleted."""

    def remove(self, row: Any) -> None:
        """Delete a row with its files."""
        raise NotImplementedError

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """With its files, once the page's transaction is over: taken back, it would bring rows back without files."""
        transaction.on_commit(partial(self.remove, obj))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Each with its files."""
        for row in queryset:
            self.delete_model(request, row)


class ShownInline(TabularInline):
    """Rows of another model, to look at."""

    extra = 0
    can_delete = False
    show_change_link = False
    per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False


def do_each(
    request: HttpRequest, rows: Iterable[Any], do: Callable[[Any], Any], done: str, not_done: str
) -> None:
    """Do something with each row and say how it went: `done` and `not_done` are words after a number."""
    worked = [bool(do(row)) for row in rows]
    if count := sum(worked):
        messages.success(request, f"{count} {done}.")
    if count := len(worked) - sum(worked):
        messages.warning(request, f"{count} {not_done}.")


def in_bytes(size: int | None) -> str:
    """A size for people: 1.5 GB; counted as the pages count, in steps of 1024."""
    amount = float(size or 0)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            return f"{amount:.0f} {unit}" if amount >= 100 or unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1024
    raise AssertionError("unreachable")


def badge(words: str, colours: Mapping[str, str], name: str) -> SafeString:
    """A word in the colour of `name`: success, info, warning, danger, or default."""
    return format_html('<span class="badge {}">{}</span>', colours.get(name, "default"), words)


def progress_bar(share: float) -> SafeString:
    """A thin bar, `share` from 0 to 1."""
    percent = round(100 * min(1.0, max(0.0, share)))
    return format_html('<span class="bar"><i style="width:{}%"></i></span> {} %', percent, percent)


def is_above(helper: Any, other: User | None) -> bool:
    """Whether somebody else has rights that a helper, who is no superuser, might not have."""
    if other is None or helper.is_superuser or other.pk == helper.pk:
        return False
    return other.is_staff or other.is_superuser


def not_above(helper: Any, people: QuerySet[User]) -> QuerySet[User]:
    """Those of `people` who are not."""
    if helper.is_superuser:
        return people
    return people.filter(Q(pk=helper.pk) | Q(is_staff=False, is_superuser=False))
