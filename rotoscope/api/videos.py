"""Footage: uploads, words, frames."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router, Status

from rotoscope.api.auth import READING, SIGNED_IN, signed_in
from rotoscope.api.errors import Refused
from rotoscope.api.made import made, says_where
from rotoscope.api.paging import Page, Paging, page_of
from rotoscope.api.shapes import FrameOut, Problem, SuggestionOut, UploadOut, VideoOut
from rotoscope.api.told import Told
from rotoscope.api.wishes import NewUpload, Separation, UploadChange, VideoChange
from rotoscope.common.tags import clean_tags
from videos import access
from videos.models import Upload, Video
from videos.pipeline import ingest, removal, separate
from videos.suggestions.suggest import suggestions
from videos.uploads import wishes
from videos.uploads.append import reconcile
from videos.uploads.begin import begin
from videos.uploads.expiry import terminate
from videos.uploads.finish import finish_here

router = Router(tags=["videos"])
NO: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem}


@router.get("/videos", response=Page[VideoOut], auth=READING)
def list_videos(
    request: HttpRequest,
    which: Paging,
    q: str = "",
    tag: str = "",
    owner: str = "",
    mine: bool = False,
    sort: Literal["newest", "looks"] = "newest",
) -> object:
    """Public footage and one's own; newest first, or by `looks` what was looked at most.

    `q` looks in titles, texts, tags, owners and filters.
    """
    found = Video.objects.listed_for(request.user)
    if mine:
        found = found.filter(owner=signed_in(request))
    if tag:
        found = found.tagged(tag)
    if owner:
        found = found.filter(owner__username=owner)
    if q:
        found = found.search(q)
    told = Told(request)
    found = found.most_looked_at() if sort == "looks" else found.newest()
    found = found.select_related("owner")
    return page_of(found, which, told.video, told.expect_footage)


@router.post(
    "/videos",
    response={201: UploadOut, 401: Problem, 413: Problem, 422: Problem, 507: Problem},
    auth=SIGNED_IN,
    openapi_extra=says_where(),
)
def create_video(request: HttpRequest, response: HttpResponse, wish: NewUpload) -> object:
    """Begin an upload. Send the bytes to its `address` by tus 1.0 (PATCH); the last one makes the video.

    The address takes the same key. `GET /uploads/{id}` tells which video it became.
    """
    values = {
        "filename": wish.filename,
        "title": wish.title,
        "visibility": wish.visibility,
        "tags": ",".join(wish.tags),
    }
    upload = begin(request.user, wish.length, values)
    return made(request, response, "get_upload", upload.pk, _upload(request, upload))


@router.get("/uploads", response={200: Page[UploadOut], 401: Problem}, auth=SIGNED_IN)
def list_uploads(request: HttpRequest, which: Paging) -> object:
    """Uploads of one's own that are not whole yet; newest first."""
    found = Upload.objects.unfinished().filter(owner_id=request.user.pk).order_by("-created_at", "pk")
    return page_of(found.select_related("video"), which, lambda upload: _upload(request, upload))


@router.get("/uploads/{id}", response={200: UploadOut, 401: Problem, 404: Problem}, auth=SIGNED_IN)
def get_upload(request: HttpRequest, id: uuid.UUID) -> UploadOut:
    """How far an upload of one's own is, and what became of it."""
    upload = _own_upload(request, id)
    reconcile(upload)
    finish_here(upload)
    return _upload(request, upload)


@router.patch("/uploads/{id}", response={200: UploadOut, 409: Problem, 422: Problem, **NO}, auth=SIGNED_IN)
def change_upload(request: HttpRequest, id: uuid.UUID, wish: UploadChange) -> UploadOut:
    """Change title, tags and visibility of footage whose bytes are still coming."""
    upload = _own_upload(request, id)
    if upload.video_id is not None:
        raise Refused("It is a video already: change that.")
    asked = wish.model_dump(exclude_none=True)
    if "tags" in asked:
        asked["tags"] = clean_tags(asked["tags"])
    wishes.change(upload, replace(wishes.kept(upload), **asked))
    return _upload(request, _own_upload(request, id))


@router.delete("/uploads/{id}", response={204: None, 409: Problem, **NO}, auth=SIGNED_IN)
def delete_upload(request: HttpRequest, id: uuid.UUID) -> object:
    """Give up an upload that is not whole yet, with what has arrived of it."""
    if not terminate(_own_upload(request, id)):
        raise Refused("It is a video already: delete that.")
    return Status(204, None)


@router.get("/videos/{ref}", response={200: VideoOut, 404: Problem}, auth=READING)
def get_video(request: HttpRequest, ref: str) -> VideoOut:
    """One video."""
    return Told(request).video(access.video_or_404(request, ref))


@router.patch("/videos/{ref}", response={200: VideoOut, 422: Problem, **NO}, auth=SIGNED_IN)
def change_video(request: HttpRequest, ref: str, wish: VideoChange) -> VideoOut:
    """Change title, description, tags, visibility."""
    video = access.own_video_or_404(request, ref)
    changes = wish.model_dump(exclude_none=True)
    if "tags" in changes:
        changes["tags"] = clean_tags(changes["tags"])
    if changes:
        Video.objects.filter(pk=video.pk).update(**changes)
    return Told(request).video(access.own_video_or_404(request, ref))


@router.delete("/videos/{ref}", response={204: None, **NO}, auth=SIGNED_IN)
def delete_video(request: HttpRequest, ref: str) -> object:
    """Delete footage with everything made of it. All of it can be brought back for a while, see `GET /removed`."""
    removal.put_away(access.own_video_or_404(request, ref))
    return Status(204, None)


@router.post("/videos/{ref}/retry", response={202: VideoOut, 409: Problem, **NO}, auth=SIGNED_IN)
def retry_video(request: HttpRequest, ref: str) -> object:
    """Try a failed ingest again."""
    video = access.own_video_or_404(request, ref)
    if not ingest.retry(video):
        if video.was_not_kept:
            raise Refused("Its file was refused and not kept. Please upload it again.", 409)
        raise Refused("It has not failed.", 409)
    return Status(202, Told(request).video(access.own_video_or_404(request, ref)))


@router.post(
    "/videos/{ref}/separate", response={202: VideoOut, 409: Problem, 422: Problem, **NO}, auth=SIGNED_IN
)
def separate_video(request: HttpRequest, ref: str, wish: Separation) -> object:
    """Separate its images at another rate."""
    video = access.own_video_or_404(request, ref)
    if video.state != Video.State.READY:
        raise Refused("It is not ready yet.", 409)
    separate.begin(video, wish.images_per_second)
    return Status(202, Told(request).video(access.own_video_or_404(request, ref)))


@router.get("/videos/{ref}/frames", response={200: Page[FrameOut], 404: Problem}, auth=READING)
def list_frames(request: HttpRequest, ref: str, which: Paging) -> object:
    """Its separated images, in order."""
    video = access.video_or_404(request, ref)
    return page_of(video.frames.select_related("video").order_by("index"), which, Told(request).frame)


@router.get("/videos/{ref}/suggestions", response={200: list[SuggestionOut], 404: Problem}, auth=READING)
def list_suggestions(request: HttpRequest, ref: str, count: int = 4) -> list[SuggestionOut]:
    """Filters that suit this footage, with reasons; the best first, at most ten.

    Reckoned from its separated images and from what each filter did to standing pictures; nothing is painted.
    """
    video = access.video_or_404(request, ref)
    found = suggestions(access.viewer_of(request), video, min(max(count, 1), 10))
    return [Told(request).suggestion(one) for one in found]


def _own_upload(request: HttpRequest, pk: uuid.UUID) -> Upload:
    """An upload of the asker's own. Raises Http404."""
    mine = Upload.objects.standing().select_related("owner", "video")
    upload = mine.filter(pk=pk, owner_id=request.user.pk).first()
    if upload is None:
        raise Http404
    return upload


def _upload(request: HttpRequest, upload: Upload) -> UploadOut:
    kept = wishes.kept(upload)
    return UploadOut(
        title=kept.title,
        visibility=kept.visibility,
        tags=kept.tags,
        id=str(upload.pk),
        address=request.build_absolute_uri(reverse("tus-upload", args=[upload.pk])),
        filename=upload.filename,
        offset=upload.offset,
        length=upload.length,
        expires_at=upload.expires_at,
        video=upload.video.ref if upload.video else None,
    )
