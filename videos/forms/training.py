"""What a person says about a filter that is to be learned from a picture."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from filters.models import StyleImage
from filters.trainings import Wish
from videos.models import Video

MINUTES = (("2", "2"), ("5", "5"), ("15", "15"), ("45", "45"))
MOST_BYTES = 100_000_000


class TrainingForm(forms.Form):
    """A style image, handed in or chosen, and how to learn from it."""

    picture = forms.FileField(required=False)
    kept = forms.ModelChoiceField(queryset=StyleImage.objects.none(), required=False)
    name = forms.CharField(max_length=120, error_messages={"required": "A filter needs a name."})
    title = forms.CharField(max_length=200, required=False)
    artist = forms.CharField(max_length=200, required=False)
    origin = forms.CharField(max_length=1000, required=False)
    licence = forms.CharField(max_length=100, required=False)
    minutes = forms.FloatField(
        min_value=0.1,
        max_value=240,
        error_messages={
            "required": "Say how many minutes it may take.",
            "min_value": "Training takes some minutes.",
            "max_value": "At most 240 minutes from here; longer runs start from the command line.",
        },
    )
    style_weight = forms.FloatField(min_value=0.5, max_value=16)
    content_weight = forms.FloatField(min_value=0.1, max_value=8)
    style_scale = forms.FloatField(min_value=0.3, max_value=3)
    seed = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    footage = forms.ModelChoiceField(queryset=Video.objects.none(), required=False, to_field_name="ref")

    def __init__(self, styles: Any, footage: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kept"].queryset = styles  # type: ignore[attr-defined]
        self.fields["footage"].queryset = footage  # type: ignore[attr-defined]

    def clean_picture(self) -> UploadedFile[bytes] | None:
        """Not larger than what anybody would look into."""
        picture: UploadedFile[bytes] | None = self.cleaned_data["picture"]
        if picture is not None and (picture.size or 0) > MOST_BYTES:
            raise forms.ValidationError(
                "This picture's file is larger than 100 MB; please hand in a smaller one."
            )
        return picture

    def clean(self) -> dict[str, Any]:
        """One picture, from either side; a new one wins over a chosen one."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("picture") and not data.get("kept") and "picture" not in self.errors:
            self.add_error("picture", "Hand in a picture to learn from, or choose one of those below.")
        return data

    def wish(self) -> Wish:
        """The settings of a valid form; frames of the chosen footage, at most 160, to learn on."""
        data = self.cleaned_data
        return Wish(
            minutes=data["minutes"],
            style_weight=data["style_weight"],
            content_weight=data["content_weight"],
            style_scale=data["style_scale"],
            images=frames_to_learn_on(data["footage"]) if data["footage"] else (),
        )

    def sentences(self) -> list[str]:
        """Every error once, as sentences for people."""
        return list(dict.fromkeys(str(error) for errors in self.errors.values() for error in errors))


def frames_to_learn_on(video: Video, most: int = 160) -> tuple[str, ...]:
    """Storage names of separated frames, evenly chosen."""
    names = list(video.frames.order_by("index").values_list("image", flat=True))
    return tuple(names[at * len(names) // most] for at in range(most)) if len(names) > most else tuple(names)
