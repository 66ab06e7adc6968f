"""Keys in the admin, of whichever kind: made here, shown once, revoked here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action, display

from rotoscope.common.admin_parts import HouseAdmin, badge, do_each, is_above, not_above
from rotoscope.common.key_model import SecretKey


class KeyAdmin(HouseAdmin):
    """For every kind of `SecretKey`. `how` says what the key is for."""

    how = ""
    shown: tuple[str, ...] = ("prefix", "state", "created_at", "last_used_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "owner__username", "prefix")
    autocomplete_fields = ("owner",)
    actions = ("revoke_chosen",)
    actions_submit_line = ("revoke_one",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new key has a name and an owner."""
        return ("name", "owner", *self.shown) if obj else ("name", "owner")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A key stays its owner's."""
        return ("owner", *self.shown) if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Its owner. Whoever sees the plain text may do all that they may: it is nobody with more rights."""
        if db_field.name == "owner":
            kwargs["queryset"] = not_above(request.user, User.objects.all())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """A new key is made with its plain text, which `response_add` shows."""
        if change:
            super().save_model(request, obj, form, change)
            return
        if is_above(request.user, obj.owner):
            raise PermissionDenied
        row, plain = self.model.make(obj.owner, obj.name)
        obj.__dict__.update(row.__dict__)
        request._new_key = plain  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """The one page that shows the key; it is never put into a message, a cookie or a session."""
        context = {
            **self.admin_site.each_context(request),
            "title": "The new key",
            "key": obj,
            "plain": request._new_key,  # type: ignore[attr-defined]
            "use": self.how,
            "back": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
        }
        answer = TemplateResponse(request, "admin/rotoscope/key.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    @display(description="state", ordering="revoked_at")
    def state(self, key: Any) -> str:
        """Whether it opens anything."""
        return badge("Revoked", {}, "") if key.revoked_at else badge("Valid", {"valid": "success"}, "valid")

    def offered(self, row: Any) -> set[str]:
        """Revoke what is valid."""
        return set() if row.revoked_at else {"revoke_one"}

    @admin.action(description="Revoke", permissions=["change"])
    def revoke_chosen(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        """An action of the list."""
        do_each(request, chosen, SecretKey.revoke, "revoked", "were revoked before")

    @action(description="Revoke")
    def revoke_one(self, request: HttpRequest, key: Any) -> None:
        """A button of the page."""
        do_each(request, [key], SecretKey.revoke, "key revoked", "key was revoked before")
