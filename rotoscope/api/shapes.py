"""What the API answers with. Names in other answers: a video, render, … is named by its `ref`, a filter by its slug."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from rotoscope.api.wishes import Look


class Problem(Schema):
    """Any error: a sentence."""

    detail: str


class Me(Schema):
    """Whoever asks."""

    username: str
    is_staff: bool
    quota_bytes: int
    used_bytes: int


class PictureOut(Schema):
    """A picture that a filter goes back to."""

    title: str
    artist: str
    year: str
    origin: str
    licence: str
    share: float = Field(description="How much it counts there; all shares of a filter sum to 1.")
    image: str


class PartOut(Schema):
    """A filter that another was mixed of."""

    name: str
    sha256: str = Field(description="Of the numbers that were mixed.")
    share: float


class FilterOut(Schema):
    """A filter."""

    slug: str
    name: str
    description: str
    tags: list[str]
    suits: list[str]
    engine: str = Field(description="network or algorithmia")
    state: str
    available: bool
    unavailable_reason: str
    cost_per_image: float
    version: int | None = Field(description="Number of the version that new renders use.")
    live: bool = Field(
        description="Whether it also comes on the smaller network: renders may ask for `live`."
    )
    mine: bool = Field(description="Whether it is the asker's own.")
    metrics: dict[str, Any]
    style_image: str | None = Field(description="Address of the picture it learned from.")
    pictures: list[PictureOut] = Field(description="All pictures it goes back to, the weightiest first.")
    mixed_of: list[PartOut] = Field(description="The filters it was mixed of; empty for others.")
    page: str


class VersionOut(Schema):
    """What a filter is or was painted with; never changed once made."""

    number: int
    kind: str = Field(
        description="style (numbers on a base network), onnx (a whole model) or deepfilter (a name)"
    )
    base: str
    sha256: str = Field(description="Of its weights; empty for deepfilter.")
    current: bool = Field(description="Whether new renders use it.")
    live: bool = Field(description="Whether new renders that ask for `live` use it.")
    metrics: dict[str, Any]
    created_at: datetime


class VideoOut(Schema):
    """Footage. Sizes, rates and addresses are there once it is ready."""

    ref: str
    title: str
    description: str
    tags: list[str]
    visibility: str
    owner: str
    state: str = Field(description="receiving, ingesting, ready or failed")
    stage: str = Field(description="What is being done now.")
    progress: float
    error: str
    before: int = Field(description="How many are before it in the queue.")
    rate: str = Field(description="Frames a second as an exact fraction, such as 24000/1001.")
    frame_count: int
    duration: float = Field(description="Seconds.")
    width: int
    height: int
    has_audio: bool
    codec: str = Field(description="Of the upload, such as hevc.")
    source_name: str = Field(description="What the upload was called; for who may change it.")
    source_size: int = Field(description="Its bytes; for who may change it, else 0.")
    images_per_second: str = Field(description="Separated images a second: a number, or “source”.")
    views: int
    created_at: datetime
    may_change: bool
    may_download: bool = Field(description="Whether `footage` may be kept, with `?download=1`.")
    page: str
    embed: str = Field(
        description="The player for a frame on other pages; opens to whoever may see the page."
    )
    oembed: str
    footage: str | None
    proxy: str | None
    poster: str | None
    filmstrip: str | None


class FrameOut(Schema):
    """An image separated from footage, with what it looks like in figures."""

    index: int
    timestamp: float = Field(description="Seconds.")
    luminance: float = Field(description="Mean luma (BT.709), 0 to 1.")
    contrast: float = Field(description="Standard deviation of luma, 0 to 0.5.")
    colourfulness: float = Field(
        description="M3 of Hasler and Süsstrunk (2003): 0 none, 15 slight, 33 average, 59 quite, 109 extreme."
    )
    sharpness: float = Field(
        description="Variance of the Laplacian of luma over that of luma, at no more than 720 lines: 0 for fog, about "
        "0.05 soft, 0.5 crisp."
    )
    palette: list[Any] = Field(description="[“#rrggbb”, share] for each of up to five colours.")
    image: str


class SuggestionOut(Schema):
    """A filter that suits footage, and why."""

    filter: str = Field(description="Its slug: what a render is asked for with.")
    name: str
    score: float = Field(description="How well it suits, in deviations above the mean of all filters.")
    reasons: list[str] = Field(description="In words, the strongest first; such as “keeps shadows readable”.")
    page: str


class RenderOut(Schema):
    """A video under a filter. `video` and so on are addresses once it is finished."""

    ref: str
    of: str = Field(description="The footage.")
    filter: str
    version: int
    owner: str
    state: str = Field(description="queued, rendering, paused, rebuilding, finished, failed or cancelled")
    error: str
    progress: float
    frames_done: int
    frames_total: int
    before: int = Field(description="How many renders are before it in the queue.")
    seconds_left: float | None
    strength: float
    keep_colours: bool
    smoothing: float
    live: bool = Field(description="Painted by the smaller, faster network.")
    images_per_second: int | None = Field(description="Painted images a second; null for every frame.")
    cross_fade: bool
    width: int
    height: int
    start_frame: int
    stop_frame: int
    duration: float
    engine_seconds: float
    cost: float
    views: int
    created_at: datetime
    finished_at: datetime | None
    may_change: bool
    may_download: bool = Field(description="Whether `video` may be kept, with `?download=1`.")
    page: str
    embed: str = Field(
        description="The player for a frame on other pages; opens to whoever may see the page."
    )
    oembed: str
    video: str | None
    poster: str | None
    preview: str | None
    proxy: str | None


class SegmentOut(Schema):
    """About two seconds of a render."""

    index: int
    start: int
    stop: int
    state: str
    attempts: int
    error: str
    images: int
    images_done: int
    engine_seconds: float
    cost: float
    finished_at: datetime | None


class EstimateOut(Schema):
    """What a render would take."""

    images: int
    seconds: float | None = Field(
        description="On one worker, by what this filter took here before, until then by the machine that measured it; "
        "null where nobody did."
    )
    cost: float
    refused: str = Field(description="Why a render at this price would be refused; empty where it would not.")


class StillOut(Schema):
    """One frame under one filter."""

    id: int
    video: str
    filter: str
    version: int
    frame: int
    strength: float
    keep_colours: bool
    height: int
    state: str = Field(description="queued, finished or failed")
    error: str
    image: str | None


class ComparisonOut(Schema):
    """A chosen set of renders of one video. A null among the renders stands for the original."""

    ref: str
    video: str
    owner: str
    title: str
    text: str
    layout: str = Field(description="wipe, grid, blink or loupe")
    visibility: str
    renders: list[str | None]
    look: Look
    views: int
    created_at: datetime
    may_change: bool
    page: str
    embed: str = Field(
        description="The player for a frame on other pages; opens to whoever may see the page."
    )
    oembed: str


class ItemOut(Schema):
    """One thing in a collection: a render or a comparison."""

    render: str | None
    comparison: str | None


class CollectionOut(Schema):
    """Works that belong together; of those that one may see the first 100 in `items`, and how many there are in all."""

    ref: str
    owner: str
    title: str
    text: str
    visibility: str
    items: list[ItemOut]
    count: int
    created_at: datetime
    may_change: bool
    page: str


class ShareOut(Schema):
    """A share link. Its address is told once, when it is made."""

    id: int
    kind: str
    ref: str
    label: str
    downloads: bool
    opened: int
    is_open: bool
    expires_at: datetime | None
    revoked_at: datetime | None
    last_opened_at: datetime | None
    created_at: datetime


class NewShare(ShareOut):
    """A new share link with its address, which is stored nowhere."""

    address: str


class RemovedOut(Schema):
    """What was deleted and can be brought back."""

    kind: str = Field(description="video, render, comparison or collection")
    ref: str
    title: str
    owner: str
    removed_at: datetime
    kept_until: datetime = Field(description="Then it is removed with its files.")
    takes_bytes: int = Field(
        description="Of its owner’s room, until it is gone for good: the upload of footage."
    )


class RestoredOut(Schema):
    """What is back where it was."""

    kind: str
    ref: str
    page: str


class SharedOut(Schema):
    """What a share link opens: ask for it by its kind and its ref, with the same token."""

    kind: str = Field(description="video, render, comparison or collection")
    ref: str
    downloads: bool
    expires_at: datetime | None
    page: str


class UploadOut(Schema):
    """An upload by tus 1.0: send the bytes to `address` with PATCH."""

    id: str
    address: str
    filename: str
    offset: int
    length: int
    expires_at: datetime
    title: str
    visibility: str
    tags: list[str]
    video: str | None = Field(description="What became of it, once it is whole.")
