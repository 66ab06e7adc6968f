"""Begin an upload: everything that can be refused before the first byte is sent."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from rotoscope.common.tags import clean_tags
from videos.models import Profile, Upload, Visibility
from videos.pipeline import removal
from videos.pipeline.receive import Words

from . import parts
from .errors import NoRoom, TooLarge, UploadError
from .metadata import clean_filename

LARGEST = 20 * 1024**3  # bytes of one upload
MOST_UNFINISHED = 50  # uploads of one person
SPARE = 512 * 1024**2  # bytes of the disk that uploads leave free


@dataclass(frozen=True)
class Wishes:
    """What the sender says about the footage: everything may be left out but the visibility."""

    title: str = ""
    visibility: str = Visibility.PRIVATE
    tags: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, values: dict[str, str]) -> Wishes:
        """From metadata or a form; tags are separated by commas. Raises UploadError for an unknown visibility."""
        visibility = values.get("visibility") or Visibility.PRIVATE
        if visibility not in Visibility.values:
            raise UploadError("The visibility may be public, unlisted or private.")
        tags = clean_tags(values.get("tags", "").replace("\x00", "").split(","))
        return cls(values.get("title", "").replace("\x00", "").strip()[:200], visibility, tags)

    def words(self) -> Words:
        """What a video is made with."""
        return Words(self.title, self.visibility, self.tags)

    def stored(self) -> dict[str, str]:
        """What Upload.metadata keeps of them."""
        return {"title": self.title, "visibility": str(self.visibility), "tags": ",".join(self.tags)}


def check(owner: Any, length: int) -> None:
    """Raises TooLarge or NoRoom when this person cannot send a file of `length` bytes now."""
    if length <= 0:
        raise UploadError("This file is empty. Choose the footage itself.")
    if length > LARGEST:
        raise TooLarge(
            f"This file is larger than {filesizeformat(LARGEST)}, the most that one upload may have."
        )
    profile = Profile.of(owner)
    if not profile.room_for(length):
        left = filesizeformat(max(0, profile.quota_bytes - profile.used_bytes()))
        raise TooLarge(
            f"This file needs {filesizeformat(length)}, and {left} of your {filesizeformat(profile.quota_bytes)} "
            f"are left. {_where_room_is(profile, length)}"
        )
    refuse_where_full(length)


def refuse_where_full(length: int) -> None:
    """Raises NoRoom where the disk has none for so many bytes beside those that others may still send."""
    if shutil.disk_usage(parts.folder()).free < Upload.objects.promised_bytes() + length + SPARE:
        raise NoRoom("This server has no room for a file of this size at the moment.")


def _where_room_is(profile: Profile, length: int) -> str:
    """What somebody can do for a file that does not fit."""
    taken = removal.taken_by(profile.user)
    if taken and profile.room_for(length - taken):
        return f"What you deleted lately takes {filesizeformat(taken)}: delete it for good on “Recently deleted”."
    return "Delete footage you no longer need, or ask for more room."


@contextmanager
def alone(owner: Any) -> Iterator[None]:
    """For the block nobody else looks for this person's room, or begins an upload of theirs."""
    Profile.of(owner)
    with transaction.atomic():
        Profile.objects.select_for_update().get(user=owner)
        yield


@contextmanager
def room(owner: Any, length: int) -> Iterator[None]:
    """For the block that makes the row of a file of `length` bytes: nobody else looks for room of this person's until
    it is written. Raises as `check` does."""
    with alone(owner):
        check(owner, length)
        yield


def begin(owner: Any, length: int, values: dict[str, str]) -> Upload:
    """A new upload of `length` bytes; `values` as tus metadata: filename, modified, title, visibility, tags, creation.

    `creation` is a name that the sender makes up: asked again under it, as after a lost answer, this gives what was
    begun then. Raises UploadError with a sentence. Of two at once that fit only one by one, one is refused.
    """
    filename = clean_filename(values.get("filename", ""))
    metadata = {**Wishes.read(values).stored(), "modified": values.get("modified", "")[:40]}
    creation = values.get("creation", "")[:40]
    with alone(owner):
        if creation and (begun := _begun(owner, length, creation)):
            return begun
        check(owner, length)
        if Upload.objects.unfinished().filter(owner=owner).count() >= MOST_UNFINISHED:
            raise TooLarge(
                f"{MOST_UNFINISHED} of your uploads are unfinished. Finish or remove some of them first."
            )
        if creation:
            metadata["creation"] = creation
        upload = Upload.objects.create(owner=owner, filename=filename, length=length, metadata=metadata)
    try:
        parts.create(upload.pk)
    except NoRoom:
        upload.delete()
        raise
    return upload


def _begun(owner: Any, length: int, creation: str) -> Upload | None:
    """The upload that was begun under this name and can be gone on with."""
    going = Upload.objects.unfinished().filter(expires_at__gte=timezone.now())
    return going.filter(owner=owner, length=length, metadata__creation=creation).first()
