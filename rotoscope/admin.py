"""What all lists of the admin offer: to delete what is chosen, however much that is."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected as delete_listed
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

OTHERS = "Since you were asked, others have come into this list or gone from it. Look again at what goes."


@admin.action(description="Delete selected %(verbose_name_plural)s", permissions=["delete"])
def delete_selected(
    pages: admin.ModelAdmin[Any], request: HttpRequest, chosen: QuerySet[Any]
) -> HttpResponse | None:
    """As Django does it, but all of a list is named by that, and not row by row: a form has a thousand fields at most.

    So what is in the list by then may not be what one was asked about: one is asked again where the numbers differ.
    """
    whole_list = request.POST.get("select_across") == "1"
    counted = str(chosen.count())
    if whole_list and request.POST.get("post") and request.POST.get("counted") != counted:
        messages.warning(request, OTHERS)
        unsure = request.POST.copy()
        del unsure["post"]
        request.POST = unsure  # type: ignore[assignment]  # Django lets it be set
    answer = delete_listed(pages, request, chosen)
    if whole_list and answer is not None:
        answer.context_data = {
            **(answer.context_data or {}),
            "whole_list": True,
            "counted": counted,
            "queryset": chosen[:1],
        }
    return answer


admin.site.add_action(delete_selected)
