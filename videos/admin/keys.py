"""API keys: people make their own on their account's page; staff sees and revokes all."""

from __future__ import annotations

from django.contrib import admin

from rotoscope.common.key_admin import KeyAdmin
from videos.models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(KeyAdmin):
    """API keys."""

    how = "Programs send it as “Authorization: Bearer KEY” to /api/ on this host; docs/api.md shows how."
    list_display = ("name", "owner", "prefix", "state", "last_used_at", "created_at")
