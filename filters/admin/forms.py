"""Forms of the filters' pages, beside those that Django makes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from filters.bundle import LARGEST_BUNDLE
from filters.engines.inspect import LARGEST_MODEL
from filters.models import RESERVED_SLUGS, Filter, StyleImage
from filters.naming import is_name
from rotoscope.common.tags import clean_tags

ON_ITS_CARD = "Which of the pictures above stands on its card. What it learned from stays what it is."
LEARNED_FROM = "What it learned from. Its page says so, and it is measured against it."


class FilterForm(forms.ModelForm):  # type: ignore[type-arg]
    """A filter; of versions it offers its own, and of pictures those that it is known to have learned from."""

    class Meta:
        model = Filter
        widgets = {
            "tags": UnfoldAdminTextInputWidget,
            "suits": UnfoldAdminTextInputWidget,
            "description": UnfoldAdminTextareaWidget({"rows": 3}),
        }
        fields = (
            "name",
            "slug",
            "description",
            "tags",
            "suits",
            "style_image",
            "owner",
            "current",
            "cost_per_image",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "current" in self.fields:
            self.fields["current"].queryset = self.instance.versions.all()  # type: ignore[attr-defined]
        if "style_image" in self.fields:
            self._offer_pictures(self.fields["style_image"])

    def _offer_pictures(self, field: Any) -> None:
        """Where trainings, mixes or files said what it learned from, a curator cannot say otherwise."""
        field.help_text = LEARNED_FROM
        if self.instance.style_uses.exists():
            field.help_text = ON_ITS_CARD
            offered = Q(uses__filter=self.instance) | Q(pk=self.instance.style_image_id)
            field.queryset = StyleImage.objects.filter(offered).distinct()

    def clean_name(self) -> str:
        """One that trainings, mixes and imports take too."""
        return _name(self.cleaned_data["name"])

    def clean_tags(self) -> list[str]:
        """As they are looked for."""
        return clean_tags(self.cleaned_data["tags"])

    def clean_suits(self) -> list[str]:
        """The same."""
        return clean_tags(self.cleaned_data["suits"])

    def clean_cost_per_image(self) -> Decimal:
        """Nobody is paid for rendering."""
        cost: Decimal = self.cleaned_data["cost_per_image"]
        if cost < 0:
            raise forms.ValidationError("An image costs 0 or more.")
        return cost

    def clean_slug(self) -> str:
        """Refuse the address of another page."""
        slug: str = self.cleaned_data["slug"]
        if slug in RESERVED_SLUGS:
            raise forms.ValidationError(f"“{slug}” is the address of another page; choose another slug.")
        return slug


class BundleForm(forms.Form):
    """A filter as one file."""

    file = forms.FileField(
        label="Filter file",
        help_text="A .zip that was exported here or elsewhere.",
        widget=UnfoldAdminFileFieldWidget,
    )

    def clean_file(self) -> UploadedFile[bytes]:
        """Refuse what is too large before it is read."""
        return _not_larger(self.cleaned_data["file"], LARGEST_BUNDLE)


class ModelUploadForm(forms.Form):
    """An ONNX model."""

    file = forms.FileField(
        label="ONNX model",
        help_text="One .onnx file: pictures of three channels in and out, height and width free.",
        widget=UnfoldAdminFileFieldWidget,
    )
    name = forms.CharField(max_length=80, required=False, widget=UnfoldAdminTextInputWidget)
    into = forms.ModelChoiceField(
        queryset=Filter.objects.filter(engine=Filter.Engine.NETWORK),
        required=False,
        label="New version of",
        help_text="Left empty, it becomes a filter of its own, as a draft.",
        widget=UnfoldAdminSelectWidget,
    )

    def clean_file(self) -> UploadedFile[bytes]:
        """Refuse what is too large before it is read."""
        return _not_larger(self.cleaned_data["file"], LARGEST_MODEL)

    def clean(self) -> dict[str, Any]:
        """A new filter needs a name."""
        if not self.cleaned_data.get("into") and not is_name(self.cleaned_data.get("name", "")):
            raise forms.ValidationError(
                "Give the filter a name with at least one letter or digit, or choose the filter it is a new version of."
            )
        return self.cleaned_data


class DeepFilterNameForm(forms.Form):
    """A filter at the DeepFilter service."""

    deepfilter_name = forms.CharField(
        max_length=300,
        label="Name there",
        help_text="For example gan_vogh, the slug of another Rotoscope's filter, or data://.my/models/mine.t7.",
        widget=UnfoldAdminTextInputWidget,
    )
    title = forms.CharField(max_length=120, label="Name here", widget=UnfoldAdminTextInputWidget)
    cost_per_image = forms.DecimalField(
        min_value=0, max_digits=10, decimal_places=6, initial=Decimal(0), widget=UnfoldAdminDecimalFieldWidget
    )

    def clean_title(self) -> str:
        """As of every filter."""
        return _name(self.cleaned_data["title"])


def _name(said: str) -> str:
    if not is_name(said):
        raise forms.ValidationError("A filter needs a name with at least one letter or digit.")
    return said


def _not_larger(file: UploadedFile[bytes], largest: int) -> UploadedFile[bytes]:
    if (file.size or 0) > largest:
        raise forms.ValidationError(f"The file is larger than {largest >> 20} MB.")
    return file
