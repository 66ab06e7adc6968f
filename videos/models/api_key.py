"""Who may speak to the API without a browser."""

from __future__ import annotations

from django.utils import timezone

from rotoscope.common.key_model import SecretKey


class ApiKey(SecretKey):
    """A key of the API."""

    BEGINS = "roto_"
    SHOWN = 9

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "API key"

    def note_use(self) -> None:
        """Remember that it was used, to the minute."""
        now = timezone.now()
        if self.last_used_at is None or (now - self.last_used_at).total_seconds() > 60:
            ApiKey.objects.filter(pk=self.pk).update(last_used_at=now)
