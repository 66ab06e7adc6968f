"""The versions of a filter, on its page."""

from __future__ import annotations

from django.contrib import admin

from filters.admin.parts import figures_table
from filters.models import FilterVersion
from rotoscope.common.admin_parts import ShownInline


class VersionInline(ShownInline):
    """All versions of a filter, newest first."""

    model = FilterVersion
    fk_name = "filter"
    fields = (
        "number",
        "kind",
        "base",
        "deepfilter_name",
        "fingerprint",
        "figures",
        "training_run",
        "created_at",
    )
    readonly_fields = fields
    ordering = ("-number",)

    @admin.display(description="SHA-256")
    def fingerprint(self, version: FilterVersion) -> str:
        """Enough of the hash to tell versions apart."""
        return version.sha256[:16]

    @admin.display(description="metrics")
    def figures(self, version: FilterVersion) -> str:
        """The metrics as a table."""
        return figures_table(version.metrics)
