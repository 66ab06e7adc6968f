"""The words of a comparison and of a collection, and who may look."""

from __future__ import annotations

from typing import Any

from django import forms

from rotoscope.common.changed import compare_with_page
from videos.forms import texts
from videos.forms.who import WHO
from videos.models import Collection, Comparison, Visibility


class _WordsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What both have."""

    visibility = forms.ChoiceField(choices=WHO, initial=Visibility.UNLISTED, label="Who may look")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        texts.limit(self.fields["text"])
        if self.instance.pk:
            compare_with_page(self.fields.values())


class ComparisonForm(_WordsForm):
    """Title, text and visibility; the arrangement is read by videos/arrangement.py."""

    class Meta:
        model = Comparison
        fields = ["title", "text", "visibility"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}


class CollectionForm(_WordsForm):
    """Title, text and visibility."""

    class Meta:
        model = Collection
        fields = ["title", "text", "visibility"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}
