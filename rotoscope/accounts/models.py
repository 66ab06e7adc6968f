"""Failed attempts to sign in, kept for as long as they count."""

from __future__ import annotations

from django.db import models


class FailedSignIn(models.Model):
    """One failure. `subject` is a keyed hash of the name or of the address it came from, never either itself."""

    subject = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "at"], name="failed_sign_in_by_subject")]

    def __str__(self) -> str:
        return f"{self.subject[:8]}… at {self.at:%H:%M:%S}"
