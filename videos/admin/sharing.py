"""Share links: what they open, how often they were opened; revoke."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import action, display

from rotoscope.common.admin_parts import HouseAdmin, ShownOnly, badge, do_each
from videos.access import opens_now
from videos.models import ShareLink


@admin.register(ShareLink)
class ShareLinkAdmin(ShownOnly, HouseAdmin):
    """Links. Their tokens are nowhere, only hashes, so nobody can copy one from here."""

    list_display = (
        "opens",
        "owner",
        "state",
        "downloads",
        "opened",
        "last_opened_at",
        "expires_at",
        "created_at",
    )
    list_filter = ("downloads", ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("label", "owner__username")
    fields = (
        "opens",
        "label",
        "owner",
        "state",
        "downloads",
        "opened",
        "last_opened_at",
        "expires_at",
        "revoked_at",
    )
    readonly_fields = tuple(name for name in fields if name not in ("label", "downloads", "expires_at"))
    actions = ("revoke_chosen",)
    actions_submit_line = ("revoke_one",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShareLink]:
        """With what they open."""
        found: QuerySet[ShareLink] = super().get_queryset(request)
        targets = ("video", "render__video", "render__version__filter", "comparison__video", "collection")
        return found.select_related("owner", *targets)

    @display(description="opens")
    def opens(self, link: ShareLink) -> str:
        """Its target."""
        return str(link.target)

    @display(description="state")
    def state(self, link: ShareLink) -> str:
        """Whether it opens anything now."""
        if opens_now(link):
            return badge("Open", {"open": "success"}, "open")
        if link.is_open:  # what it leads to is not its maker's to show at present
            return badge("Shut", {"shut": "warning"}, "shut")
        return badge("Revoked" if link.revoked_at else "Expired", {}, "")

    def offered(self, row: ShareLink) -> set[str]:
        """Revoke what is open."""
        return {"revoke_one"} if row.is_open else set()

    @admin.action(description="Revoke", permissions=["change"])
    def revoke_chosen(self, request: HttpRequest, chosen: QuerySet[ShareLink]) -> None:
        """An action of the list."""
        do_each(request, chosen, _revoke, "revoked", "were closed before")

    @action(description="Revoke")
    def revoke_one(self, request: HttpRequest, link: ShareLink) -> None:
        """A button of the page."""
        do_each(request, [link], _revoke, "link revoked", "link was closed before")


def _revoke(link: ShareLink) -> bool:
    was_open = link.is_open
    link.revoke()
    return was_open
