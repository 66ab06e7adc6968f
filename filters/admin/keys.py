"""Keys of our DeepFilter server: made here, shown once, revoked here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action, display

from filters.deepfilter import store
from filters.models import DeepFilterKey
from rotoscope.admin_parts import HouseAdmin, badge, do_each, in_bytes

HOW = (
    "Clients send it as “Authorization: KEY” to /v1/algo/deeplearning/DeepFilter on this host; "
    "docs/deepfilter.md shows how."
)


@admin.register(DeepFilterKey)
class DeepFilterKeyAdmin(HouseAdmin):
    """Keys with what was asked for with them."""

    list_display = ("name", "owner", "prefix", "state", "calls", "images", "last_used_at", "created_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "owner__username", "prefix")
    readonly_fields = (
        "prefix",
        "state",
        "calls",
        "images",
        "kept",
        "created_at",
        "last_used_at",
        "revoked_at",
    )
    fields = ("name", "owner", *readonly_fields)
    autocomplete_fields = ("owner",)
    actions = ("revoke_chosen",)
    actions_submit_line = ("revoke_one",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new key has a name and an owner."""
        return self.fields if obj else ("name", "owner")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A key stays its owner's."""
        return ("owner", *self.readonly_fields) if obj else ()

    def save_model(self, request: HttpRequest, obj: DeepFilterKey, form: Any, change: Any) -> None:
        """A new key is made with its plain text, which `response_add` shows."""
        if change:
            super().save_model(request, obj, form, change)
            return
        row, plain = DeepFilterKey.make(obj.owner, obj.name)
        obj.__dict__.update(row.__dict__)
        request._new_key = plain  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: DeepFilterKey, post_url_continue: Any = None
    ) -> HttpResponse:
        """The one page that shows the key; it is never put into a message, a cookie or a session."""
        context = {
            **self.admin_site.each_context(request),
            "title": "The new key",
            "key": obj,
            "plain": request._new_key,  # type: ignore[attr-defined]
            "use": HOW,
            "back": reverse("admin:filters_deepfilterkey_changelist"),
        }
        answer = TemplateResponse(request, "admin/rotoscope/key.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    @display(description="state", ordering="revoked_at")
    def state(self, key: DeepFilterKey) -> str:
        """Whether it opens anything."""
        return badge("Revoked", {}, "") if key.revoked_at else badge("Valid", {"valid": "success"}, "valid")

    def offered(self, row: DeepFilterKey) -> set[str]:
        """Revoke what is valid."""
        return set() if row.revoked_at else {"revoke_one"}

    @display(description="space used by its owner")
    def kept(self, key: DeepFilterKey) -> str:
        """Bytes under data://."""
        return in_bytes(store.used_bytes(key.owner))

    @admin.action(description="Revoke")
    def revoke_chosen(self, request: HttpRequest, chosen: QuerySet[DeepFilterKey]) -> None:
        """An action of the list."""
        do_each(request, chosen, _revoke, "revoked", "were revoked before")

    @action(description="Revoke")
    def revoke_one(self, request: HttpRequest, key: DeepFilterKey) -> None:
        """A button of the page."""
        do_each(request, [key], _revoke, "key revoked", "key was revoked before")


def _revoke(key: DeepFilterKey) -> bool:
    before, now = key.revoked_at, timezone.now()
    key.revoke()
    return before is None or before > now
