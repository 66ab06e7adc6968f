"""What the API is asked for. What is left out stays as it is, or is as the pages begin with it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from filters.naming import is_name
from rotoscope.common.unkeepable import OF_A_FIELD, cannot_be_kept
from videos.arrangement import LARGEST_ZOOM
from videos.forms.texts import LONGEST
from videos.models.collection import MOST
from videos.pipeline.renders import RenderSettings

Visibility = Literal["public", "unlisted", "private"]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=LONGEST)]
Share = Annotated[float, Field(ge=0, le=1)]
Tags = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=12)]


def _as_filters_are_called(name: str) -> str:
    """The name as it is. Raises PydanticCustomError for one that trainings, mixes and imports refuse as well."""
    if not is_name(name):
        raise PydanticCustomError("name", "it needs at least one letter or digit.")
    return name


FilterName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
    AfterValidator(_as_filters_are_called),
]


class Wish(BaseModel):
    """What a body holds: an object with these fields and no others, and nothing that the database could not keep.

    No Schema of Ninja: those read whatever has attributes, and take the text "sand" for something with a `title`.
    """

    model_config = ConfigDict(extra="forbid")

    @field_validator("*")
    @classmethod
    def without_nul(cls, value: Any) -> Any:
        """The value as it is. Raises PydanticCustomError."""
        if cannot_be_kept(value):
            raise PydanticCustomError("nul", OF_A_FIELD)
        return value


class NewUpload(Wish):
    """An upload to begin."""

    filename: Annotated[str, Field(min_length=1, max_length=255)]
    length: Annotated[int, Field(gt=0, description="Bytes.")]
    title: Annotated[str, Field(max_length=200)] = ""
    visibility: Visibility = "private"
    tags: Tags = []


class VideoChange(Wish):
    """The words of footage, and who may look."""

    title: Title | None = None
    description: Text | None = None
    tags: Tags | None = None
    visibility: Visibility | None = None


class UploadChange(Wish):
    """What is said of footage whose bytes are still coming."""

    title: Annotated[str, Field(max_length=200)] | None = None
    tags: Tags | None = None
    visibility: Visibility | None = None


class FilterChange(Wish):
    """The words of a filter; what its images cost and whether everybody may render with it is for curators."""

    name: FilterName | None = None
    description: Text | None = None
    tags: Tags | None = None
    suits: Tags | None = None
    cost_per_image: Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=6)] | None = None
    state: Literal["published", "retired"] | None = None


class Separation(Wish):
    """At which rate images are separated."""

    images_per_second: Annotated[int, Field(ge=1, le=240)] | Literal["source"]


class RenderWish(Wish):
    """A render, or an estimate of one."""

    filter: Annotated[str, Field(description="The filter's slug.")]
    strength: Share = 1.0
    keep_colours: bool = False
    smoothing: Share = 0.0
    images_per_second: Annotated[int, Field(ge=1)] | None = None
    cross_fade: bool = False
    height: Annotated[int, Field(ge=2)] | None = None
    start_frame: Annotated[int, Field(ge=0)] = 0
    stop_frame: Annotated[int, Field(ge=1)] | None = None
    live: Annotated[bool, Field(description="On the smaller network: faster, a little plainer.")] = False

    def settings(self) -> RenderSettings:
        """As the pipeline takes them."""
        return RenderSettings(**self.model_dump(exclude={"filter"}))


class StillWish(Wish):
    """One frame under one filter."""

    filter: str
    frame: Annotated[int, Field(ge=0)]
    strength: Share = 1.0
    keep_colours: bool = False
    height: Annotated[int, Field(ge=16, le=2160)] = 720


Index = Annotated[int, Field(ge=0)]


class Zoom(Wish):
    """How far, and where: `x` and `y` are the middle of what is seen, as shares of the picture."""

    scale: Annotated[float, Field(ge=1, le=LARGEST_ZOOM)] = 1.0
    x: Share = 0.5
    y: Share = 0.5


class Lens(Wish):
    """Where the loupe stands: its middle, as shares of the stage."""

    x: Share = 0.5
    y: Share = 0.5


class Look(Wish):
    """How a comparison is looked at. Frames are those of the footage; it loops from the first to the last one."""

    frame: Annotated[Index | None, Field(description="Where it opens; null: where it usually does.")] = None
    first_frame: Index | None = None
    last_frame: Index | None = None
    zoom: Zoom = Zoom()
    cut: Annotated[float, Field(ge=0, le=100, description="Where the wipe stands, in per cent.")] = 50.0
    lens: Lens = Lens()


Layout = Literal["wipe", "grid", "blink", "loupe"]
Places = Annotated[list[str | None], Field(min_length=2, max_length=9, examples=[[None, None]])]


class ComparisonWish(Wish):
    """A comparison. Up to nine places; null among the renders is the original."""

    title: Title
    text: Text = ""
    visibility: Visibility = "unlisted"
    layout: Layout = "wipe"
    renders: Places
    look: Look = Look()


class WordsChange(Wish):
    """The words of a comparison or a collection, and who may look."""

    title: Title | None = None
    text: Text | None = None
    visibility: Visibility | None = None


class ComparisonChange(WordsChange):
    """The words of a comparison, who may look, what stands in it and how it is looked at.

    `renders` takes the place of all that stood there. What is left out of `look` stays as it is; null frames are unset.
    """

    layout: Layout | None = None
    renders: Places | None = None
    look: Look | None = None


class CollectionWish(Wish):
    """A collection."""

    title: Title
    text: Text = ""
    visibility: Visibility = "unlisted"


class ItemWish(Wish):
    """What is put into a collection: a render or a comparison, by ref."""

    kind: Literal["render", "comparison"]
    ref: str


class ItemsWish(Wish):
    """All that is to stand in a collection, in this order."""

    items: Annotated[list[ItemWish], Field(max_length=MOST)]


class ShareWish(Wish):
    """A share link."""

    kind: Literal["video", "render", "comparison", "collection"]
    ref: str
    label: Annotated[str, Field(max_length=120)] = ""
    downloads: bool = False
    expires_at: datetime | None = None
