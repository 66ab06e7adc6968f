"""What a person says about a filter that is to be learned from pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.datastructures import MultiValueDict

from filters import orders, training_queue
from filters.models import StyleImage, TrainingRun
from filters.orders import (
    LAST_SEED,
    LEAST_SCALE,
    LONGEST_NAME,
    MOST_PICTURES,
    MOST_SCALE,
    Piece,
    Wish,
)
from filters.style_images import WORDS
from filters.training.crop import WHOLE, Crop, crop_from
from filters.training.pictures import UnusableStyle
from filters.training.usual import LEAST_FRAME_SIDE
from rotoscope.common.files import work_folder
from videos.forms.texts import InSentences
from videos.models import Frame, Video
from videos.pipeline.separate import image_size

MINUTES = (("2", "2"), ("5", "5"), ("15", "15"), ("45", "45"))
MORE_MINUTES = (("2", "2 minutes"), ("5", "5 minutes"), ("15", "15 minutes"))
LEAST_MINUTES, MOST_MINUTES = 0.1, 240
STYLE_WEIGHTS, CONTENT_WEIGHTS, STYLE_SCALES = (0.5, 48), (0.1, 8), (LEAST_SCALE, MOST_SCALE)
"""From the least that may be asked for to the most."""
MOST_BYTES = 100_000_000
MOST_FRAMES = 160
CROP = re.compile(r"(?:(\d{1,12}):)?([-\d.e,+]{9,200})", re.ASCII)
NEEDED = f"at least {LEAST_FRAME_SIDE} on each side are needed"
TURNS = (
    "A picture is cut by five numbers: left, top, width, height (shares from 0 to 1) and its turn in degrees."
)


WRONG = ("required", "invalid", "min_value", "max_value")
"""What may be amiss with a number: one sentence that names it says what to do about each."""


def _between(ends: tuple[float, float], name: str) -> forms.FloatField:
    least, most = ends
    sentence = f"{name} lies between {least:g} and {most:g}."
    return forms.FloatField(min_value=least, max_value=most, error_messages=dict.fromkeys(WRONG, sentence))


class TrainingForm(InSentences, forms.Form):
    """Style images, handed in or chosen, and how to learn from them.

    `picture` may be there several times, and so may the words about it (`title`, `artist`, …), in the same order.
    `crop` is "left,top,width,height,turn" for each new picture in order, and "ID:…" for one that is kept here.
    """

    kept = forms.ModelMultipleChoiceField(
        queryset=StyleImage.objects.none(),
        required=False,
        error_messages={"invalid_choice": "One of these pictures is not here, or not for you to use."},
    )
    name = forms.CharField(
        max_length=LONGEST_NAME,
        error_messages={
            "required": "A filter needs a name.",
            "max_length": f"A filter's name has at most {LONGEST_NAME} characters.",
        },
    )
    minutes = forms.FloatField(
        min_value=LEAST_MINUTES,
        max_value=MOST_MINUTES,
        error_messages={
            "required": "Say how many minutes it may take.",
            "invalid": "Say how many minutes it may take, as a number.",
            "min_value": "Training takes some minutes.",
            "max_value": f"At most {MOST_MINUTES} minutes from here; longer runs start from the command line.",
        },
    )
    style_weight = _between(STYLE_WEIGHTS, "The strength of the style")
    content_weight = _between(CONTENT_WEIGHTS, "How true it is to the content")
    style_scale = _between(STYLE_SCALES, "The size of strokes")
    seed = forms.IntegerField(
        min_value=0,
        max_value=LAST_SEED,
        error_messages=dict.fromkeys(WRONG, f"A seed is a whole number from 0 to {LAST_SEED}."),
    )
    footage = forms.ModelMultipleChoiceField(
        queryset=Video.objects.none(),
        required=False,
        to_field_name="ref",
        error_messages={"invalid_choice": "Only footage of your own can be learned on, once it is ready."},
    )
    all_footage = forms.BooleanField(required=False)

    def __init__(
        self, styles: QuerySet[StyleImage], footage: QuerySet[Video], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.own = footage
        self.fields["kept"].queryset = styles  # type: ignore[attr-defined]
        self.fields["footage"].queryset = footage  # type: ignore[attr-defined]
        self.crops: list[Crop] = []
        self.kept_crops: dict[int, Crop] = {}
        self.learned_on: list[Video] = []
        self.left_out: list[Video] = []

    def clean(self) -> dict[str, Any]:
        """From one to eight pictures, none of them larger than anybody would look into, their crops, and footage."""
        data: dict[str, Any] = super().clean() or {}
        count = len(self.handed_in) + len(data.get("kept") or ())
        if not count and "kept" not in self.errors:
            self._refuse("Hand in a picture to learn from, or choose one of those below.")
        if count > MOST_PICTURES:
            self._refuse(f"A filter learns from at most {MOST_PICTURES} pictures.")
        if any((picture.size or 0) > MOST_BYTES for picture in self.handed_in):
            self._refuse("A picture's file is larger than 100 MB; please hand in a smaller one.")
        try:
            self._read_crops()
        except ValueError:
            self._refuse(TURNS)
        self._choose_footage(data)
        return data

    @property
    def handed_in(self) -> list[UploadedFile[bytes]]:
        """The new pictures in their order."""
        return list(self.files.getlist("picture")) if isinstance(self.files, MultiValueDict) else []

    def order(self, user: Any) -> TrainingRun | None:
        """The run of a valid form, on the queue; or None with the reason among the errors."""
        data = self.cleaned_data
        try:
            with work_folder() as folder:
                pieces = self.pieces(Path(folder))
                run = orders.order(pieces, data["name"], user, self.wish(), seed=data["seed"])
        except FileNotFoundError:
            self._refuse("One of these pictures is gone.")
            return None
        except (UnusableStyle, orders.CannotTrain) as problem:
            self._refuse(str(problem))
            return None
        training_queue.begin(run)
        return run

    def pieces(self, folder: Path) -> list[Piece]:
        """The pictures of a valid form, new ones first, written into `folder`."""
        new = [
            Piece(
                _written(picture, folder / f"picture-{place}"), self._crop(place), self._words(place, picture)
            )
            for place, picture in enumerate(self.handed_in)
        ]
        wanted = [int(one) for one in self._said("kept") if one.isdecimal()]
        kept = sorted(self.cleaned_data["kept"], key=lambda image: wanted.index(image.pk))
        return new + [Piece(image, self.kept_crops.get(image.pk, WHOLE)) for image in kept]

    def wish(self) -> Wish:
        """The settings of a valid form; frames of the chosen footage to learn on."""
        data = self.cleaned_data
        return Wish(
            minutes=data["minutes"],
            style_weight=data["style_weight"],
            content_weight=data["content_weight"],
            style_scale=data["style_scale"],
            images=frame_names_to_learn_on(self.learned_on),
        )

    def _choose_footage(self, data: dict[str, Any]) -> None:
        """What is too small is refused where it was named, and left out of “all”, as long as that leaves anything."""
        wanted = self.own if data.get("all_footage") else data.get("footage") or ()
        self.learned_on, self.left_out = by_size(wanted)
        if self.left_out and not (data.get("all_footage") and self.learned_on):
            self._refuse(
                f"Nothing can be learned on {named(self.left_out)}: {NEEDED}. "
                "Choose larger footage, or none: drawn landscapes are good enough to begin with."
            )

    def _said(self, name: str) -> list[str]:
        """All values of a name, in their order."""
        return list(self.data.getlist(name)) if isinstance(self.data, MultiValueDict) else []

    def _refuse(self, sentence: str) -> None:
        self.add_error(None, sentence)

    def _crop(self, place: int) -> Crop:
        return self.crops[place] if place < len(self.crops) else WHOLE

    def _words(self, place: int, picture: UploadedFile[bytes]) -> dict[str, str]:
        """What is said of the picture at a place; its title is found in the name of the file where none is given."""
        said = {word: self._said(word) for word in WORDS}
        words = {word: values[place].strip() for word, values in said.items() if place < len(values)}
        stem = re.sub(r"[_-]+", " ", Path(picture.name or "").stem).strip()
        return words | {"title": words.get("title") or stem}

    def _read_crops(self) -> None:
        """Raises ValueError for a crop that is none."""
        for text in self._said("crop"):
            found = CROP.fullmatch(text.strip())
            if found is None:
                raise ValueError(text)
            crop = crop_from([float(one) for one in found[2].split(",")])
            if found[1]:
                self.kept_crops[int(found[1])] = crop
            else:
                self.crops.append(crop)


def by_size(videos: Iterable[Video]) -> tuple[list[Video], list[Video]]:
    """Footage that can be learned on, and footage whose separated images are too small for that."""
    large: list[Video] = []
    small: list[Video] = []
    for video in videos:
        (large if min(image_size(video)) >= LEAST_FRAME_SIDE else small).append(video)
    return large, small


def named(videos: Sequence[Video], most: int = 3) -> str:
    """“A clip” (128 × 72 pixels), “Another” (…) and 4 more: the first few with the size of their images."""
    said = [
        f"“{video.title}” ({width} × {height} pixels)"
        for video in videos[:most]
        for width, height in [image_size(video)]
    ]
    more = len(videos) - len(said)
    return ", ".join(said) + (f" and {more} more" if more else "")


def frame_names_to_learn_on(videos: Sequence[Video], most: int = MOST_FRAMES) -> tuple[str, ...]:
    """Storage names of separated frames, as many of each video as of the others, evenly chosen."""
    frames = Frame.objects.filter(video__in=videos).order_by()
    counts = dict(frames.values_list("video").annotate(count=Count("pk")))
    separated = [video.pk for video in videos if video.pk in counts]
    share = max(1, most // len(separated)) if separated else 0
    return _names_at({pk: _evenly(counts[pk], share) for pk in separated[:most]})


def _evenly(count: int, most: int) -> list[int]:
    """At most so many of `count` places, from the first on."""
    return [at * count // most for at in range(most)] if count > most else list(range(count))


def _names_at(places: dict[int, list[int]]) -> tuple[str, ...]:
    """Storage names of the frames at some places of some videos: one question, and no more names than that."""
    wanted = Q(pk__in=[])
    for pk, those in places.items():
        wanted |= Q(video=pk, place__in=those)
    number = Window(RowNumber(), partition_by="video", order_by="index")
    frames = Frame.objects.filter(video__in=places).annotate(place=number - 1).filter(wanted)
    found = {(pk, at): image for pk, at, image in frames.values_list("video", "place", "image")}
    return tuple(found[pk, at] for pk, those in places.items() for at in those if (pk, at) in found)


def _written(picture: UploadedFile[bytes], path: Path) -> Path:
    with path.open("wb") as file:
        for chunk in picture.chunks():
            file.write(chunk)
    return path
