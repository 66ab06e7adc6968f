"""Who may look, in the words that stand wherever it is chosen."""

from __future__ import annotations

from videos.models import Visibility

MEANINGS = (
    (Visibility.PRIVATE.value, "Private", "you alone, and whom you send a link"),
    (Visibility.UNLISTED.value, "Unlisted", "whoever has the address"),
    (Visibility.PUBLIC.value, "Public", "everybody, and in the gallery’s lists"),
)

WHO = [(value, f"{name}: {meaning}") for value, name, meaning in MEANINGS]
"""The same as the choices of a form."""
