"""The words of a comparison and of a collection, and who may look."""

from __future__ import annotations

from django import forms

from videos.models import Collection, Comparison, Visibility

WHO = [
    (Visibility.UNLISTED, "Whoever has the address"),
    (Visibility.PUBLIC, "Everybody, listed"),
    (Visibility.PRIVATE, "Only me"),
]


class ComparisonForm(forms.ModelForm):  # type: ignore[type-arg]
    """Title, text and visibility; the arrangement is read by videos/arrangement.py."""

    visibility = forms.ChoiceField(choices=WHO, initial=Visibility.UNLISTED, label="Who may look")

    class Meta:
        model = Comparison
        fields = ["title", "text", "visibility"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}


class CollectionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Title, text and visibility."""

    visibility = forms.ChoiceField(choices=WHO, initial=Visibility.UNLISTED, label="Who may look")

    class Meta:
        model = Collection
        fields = ["title", "text", "visibility"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}
