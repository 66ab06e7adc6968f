"""Forms of signing in and up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, UserCreationForm
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from unfold.forms import AuthenticationForm as AdminForm

from . import names, throttle

PAUSED = "Too many attempts. Wait a quarter of an hour, then try again."


class WithinLimits(AuthenticationForm):
    """Name and password, within the limits of throttle.py. A right password does not help during a pause."""

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError with one sentence, which never tells whether the name exists."""
        name = str(self.cleaned_data.get("username", ""))
        address = throttle.address_of(self.request) if self.request else ""
        if throttle.is_paused(name, address):
            raise forms.ValidationError(PAUSED, code="paused")
        try:
            cleaned: dict[str, Any] = super().clean()
        except forms.ValidationError:
            throttle.note_failure(name, address)
            raise
        if self.get_user() is not None:  # of a form without a password nobody is asked
            throttle.forgive(name)
        return cleaned


class SignIn(WithinLimits):
    """The house's own door."""


class StaffSignIn(WithinLimits, AdminForm):  # type: ignore[misc]
    """The admin's door: for staff only, within the same limits."""


class SignUp(UserCreationForm):  # type: ignore[type-arg]
    """A name, perhaps an address for mail, and a password twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "password1"
        ].help_text = "At least 8 characters; not a common one, and not like your name."
        self.fields["password2"].label = "Password once more"
        self.fields["password2"].help_text = ""

    class Meta:
        model = User
        fields = ("username", "email")
        labels = {"email": "Mail address (optional)"}
        help_texts = {
            "username": "Letters, digits and @ . + - _; everybody sees it.",
            "email": "Only whoever runs this place sees it, to reach you.",
        }

    def clean_username(self) -> str:
        """Refuse what is no name."""
        return names.check(str(self.cleaned_data["username"]))

    def make(self) -> User | None:
        """The account of a valid form; None, with a sentence in the form, where the name was taken this moment."""
        try:
            with transaction.atomic():
                made: User = self.save()
        except IntegrityError:
            self.add_error("username", names.TAKEN)
            return None
        return made
