"""What an owner may say about footage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

from rotoscope.common.changed import compare_with_page
from videos.forms import texts
from videos.forms.who import WHO
from videos.models import Video

if TYPE_CHECKING:
    VideoModelForm = forms.ModelForm[Video]
else:  # Django's own class cannot be subscripted while running
    VideoModelForm = forms.ModelForm

MOST_TAGS = 12
LONGEST_TAG = 40
SEPARATION = [("1", "1"), ("2", "2"), ("5", "5"), ("12", "12"), ("source", "every frame")]


class TagsField(forms.CharField):
    """Words separated by commas; lower case, each once, in the order given."""

    def prepare_value(self, value: object) -> object:
        """A stored list as the text people edit."""
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: object) -> list[str]:
        """The list of tags, or a sentence."""
        words = [" ".join(word.split()).lower() for word in str(super().clean(value) or "").split(",")]
        tags = list(dict.fromkeys(word for word in words if word))
        if len(tags) > MOST_TAGS:
            raise forms.ValidationError(f"At most {MOST_TAGS} tags, please; these are {len(tags)}.")
        for tag in tags:
            if len(tag) > LONGEST_TAG:
                raise forms.ValidationError(
                    f"“{tag[:20]}…” is too long for a tag: at most {LONGEST_TAG} letters."
                )
        return tags


class VideoForm(VideoModelForm):
    """Title, description, tags, and who may look."""

    tags = TagsField(required=False, help_text="Separated by commas.")

    class Meta:
        model = Video
        fields = ["title", "description", "tags", "visibility"]
        error_messages = {"title": {"required": "Footage needs a title."}}
        widgets = {"description": forms.Textarea(attrs={"rows": 4}), "visibility": forms.RadioSelect}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["visibility"].choices = WHO  # type: ignore[attr-defined]
        texts.limit(self.fields["description"])
        compare_with_page(self.fields.values())


class SeparateForm(forms.Form):
    """At which rate images are separated from footage."""

    images_per_second = forms.ChoiceField(
        choices=SEPARATION, error_messages={"invalid_choice": "Choose one of the offered rates."}
    )

    def rate(self) -> int | str:
        """Images a second, or “source” for every frame."""
        value: str = self.cleaned_data["images_per_second"]
        return value if value == "source" else int(value)
