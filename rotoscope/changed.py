"""Saving the row of a form without undoing what others wrote to it meanwhile: workers write the same rows."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Model
from django.forms import ModelForm
from django.shortcuts import get_object_or_404


def save_changed(form: ModelForm[Any], *also: str) -> None:
    """Write a valid form's row: a new one as a whole, of an existing one the columns that the form changed, and `also`.

    Raises Http404 for a row that was deleted meanwhile: it does not come back.
    """
    row = form.instance
    if row._state.adding:
        row.save()
        return
    wanted = {*form.changed_data, *also}
    with transaction.atomic():
        get_object_or_404(type(row)._base_manager.select_for_update().only("pk"), pk=row.pk)
        row.save(update_fields=[one.name for one in row._meta.concrete_fields if one.name in wanted])


def delete_whole(row: Model) -> None:
    """Delete a row with what hangs on it, also what is being hung on it now. One that is gone already is no error."""
    with transaction.atomic():
        now = type(row)._base_manager.select_for_update().filter(pk=row.pk).first()
        if now is not None:
            now.delete()
