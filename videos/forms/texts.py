"""How long a text may be that people write about footage and what is made of it, and what forms say to them."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxLengthValidator

LONGEST = 10_000  # characters


class InSentences:
    """Forms whose errors are told beside them, or by the API."""

    errors: Any

    def sentences(self) -> list[str]:
        """Every error once, as sentences for people."""
        return list(dict.fromkeys(str(error) for errors in self.errors.values() for error in errors))


def limit(field: Any) -> None:
    """Let a form's field take no more, and say so."""
    field.validators.append(
        MaxLengthValidator(LONGEST, f"At most {LONGEST} characters, please; these are %(show_value)d.")
    )
    field.widget.attrs["maxlength"] = LONGEST
