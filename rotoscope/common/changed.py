"""Saving the row of a form without undoing what others wrote to it meanwhile: workers write the same rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.forms import Field, ModelForm
from django.shortcuts import get_object_or_404


def compare_with_page(fields: Iterable[Field]) -> None:
    """Changed is, of these fields, what differs from the page that was shown, and not from the row as it is by now.

    The page may be an hour old, and what nobody chose on it is no wish. It sends along what it showed.
    """
    for field in fields:
        field.show_hidden_initial = True


def save_changed(form: ModelForm[Any], *also: str) -> None:
    """Write a valid form's row: a new one as a whole, of an existing one the columns that the form changed, and `also`.

    What was not chosen on the page is afterwards, in the form's row too, as it was set elsewhere since the page was
    shown. Raises Http404 for a row that was deleted meanwhile: it does not come back.
    """
    row = form.instance
    if row._state.adding:
        row.save()
        return
    columns = [one.name for one in row._meta.concrete_fields]
    wanted = {*form.changed_data, *also}
    kept = {name for name, field in form.fields.items() if field.show_hidden_initial} - wanted
    with transaction.atomic():
        get_object_or_404(type(row)._default_manager.select_for_update(of=("self",)).only("pk"), pk=row.pk)
        row.save(update_fields=[name for name in columns if name in wanted])
        row.refresh_from_db(fields=[name for name in columns if name in kept])


def keep_what_hangs_elsewhere(form: ModelForm[Any]) -> None:
    """Of a row's many-to-many fields a valid form changes what was taken or left on its page, and nothing else.

    Called before they are saved, while the row is locked by `save_changed`.
    """
    for name in [one.name for one in form.instance._meta.many_to_many if one.name in form.cleaned_data]:
        field = form.fields[name]
        if not field.show_hidden_initial:
            continue
        sent = field.hidden_widget().value_from_datadict(form.data, form.files, form[name].html_initial_name)
        shown = set(sent or ())
        chosen, now = form.cleaned_data[name], getattr(form.instance, name).all()
        kept = {one for one in now if one in chosen or str(one.pk) not in shown}
        form.cleaned_data[name] = kept | {one for one in chosen if str(one.pk) not in shown}


def delete_whole(row: Model) -> None:
    """Delete a row with what hangs on it, also what is being hung on it now. One that is gone already is no error."""
    with transaction.atomic():
        now = type(row)._base_manager.select_for_update().filter(pk=row.pk).first()
        if now is not None:
            now.delete()
