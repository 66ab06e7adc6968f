"""Keys of our DeepFilter server."""

from __future__ import annotations

from django.contrib import admin
from unfold.decorators import display

from filters.deepfilter import store
from filters.models import DeepFilterKey
from rotoscope.common.admin_parts import in_bytes
from rotoscope.common.key_admin import KeyAdmin


@admin.register(DeepFilterKey)
class DeepFilterKeyAdmin(KeyAdmin):
    """Keys with what was asked for with them."""

    how = (
        "Clients send it as “Authorization: KEY” to /v1/algo/deeplearning/DeepFilter on this host; "
        "docs/deepfilter.md shows how."
    )
    list_display = ("name", "owner", "prefix", "state", "calls", "images", "last_used_at", "created_at")
    shown = ("prefix", "state", "calls", "images", "kept", "created_at", "last_used_at", "revoked_at")

    @display(description="space used by its owner")
    def kept(self, key: DeepFilterKey) -> str:
        """Bytes under data://."""
        return in_bytes(store.used_bytes(key.owner))
