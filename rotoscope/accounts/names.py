"""Names that accounts may have, whoever gives them."""

from __future__ import annotations

from django import forms
from django.contrib.auth.models import User

TAKEN = "This name is taken."


def check(name: str, of: User | None = None) -> str:
    """The name, where nobody else than `of` has it in whatever case, and where it makes an address: “..” makes none.

    Raises ValidationError.
    """
    if not any(letter.isalnum() for letter in name):
        raise forms.ValidationError("A name needs at least one letter or digit.", code="no_letter")
    if any(one != of for one in User.objects.filter(username__iexact=name)):
        raise forms.ValidationError(TAKEN, code="taken")
    return name
