"""How long a text may be that people write about footage and what is made of it."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxLengthValidator

LONGEST = 10_000  # characters


def limit(field: Any) -> None:
    """Let a form's field take no more, and say so."""
    field.validators.append(
        MaxLengthValidator(LONGEST, f"At most {LONGEST} characters, please; these are %(show_value)d.")
    )
    field.widget.attrs["maxlength"] = LONGEST
