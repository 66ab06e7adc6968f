"""The page for uploads, and the plain form for browsers without JavaScript."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.datastructures import MultiValueDictKeyError
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect, ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from rotoscope.common.files import work_folder
from videos.forms.who import MEANINGS
from videos.models import Profile, Upload
from videos.uploads import whole
from videos.uploads.begin import LARGEST, Wishes, check
from videos.uploads.errors import UploadError
from videos.uploads.metadata import clean_filename
from videos.uploads.wishes import change

FORM = 64 * 1024  # bytes that the other fields and the boundaries of a form take at most


@login_required
@require_GET
@never_cache
@ensure_csrf_cookie
def upload(request: HttpRequest) -> HttpResponse:
    """Drop files here; what is unfinished is listed."""
    return _page(request)


@login_required
@require_POST
def wishes(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """New title, visibility and tags of an upload of one's own."""
    row = get_object_or_404(Upload.objects.standing(), pk=pk, owner=request.user)
    try:
        change(row, Wishes.read(request.POST.dict()))
    except UploadError as refusal:
        return JsonResponse({"error": str(refusal)}, status=refusal.status)
    return HttpResponse(status=204)


@csrf_exempt  # checked by _plain: before, Django would take the whole file in to look for the token
@login_required
@require_POST
def plain(request: HttpRequest) -> HttpResponse:
    """One file by an ordinary form. What cannot be kept is refused before it is read."""
    try:
        check(request.user, max(1, int(request.META.get("CONTENT_LENGTH") or 0) - FORM))
    except UploadError as refusal:
        return _page(request, str(refusal), refusal.status)
    request.upload_handlers = [TemporaryFileUploadHandler(request)]
    return _plain(request)


@csrf_protect
def _plain(request: HttpRequest) -> HttpResponse:
    try:
        sent = cast(TemporaryUploadedFile, request.FILES["file"])
        filename, wishes = clean_filename(sent.name or ""), Wishes.read(request.POST.dict())
        with work_folder() as folder:
            path = Path(folder) / "upload"
            shutil.move(sent.temporary_file_path(), path)
            video = whole.take(request.user, path, filename, wishes)
    except MultiValueDictKeyError:
        return _page(request, "Choose a file first.", 400)
    except UploadError as refusal:
        return _page(request, str(refusal), refusal.status)
    messages.success(request, f"{filename} has arrived and is being read.")
    return redirect(video)


def _page(request: HttpRequest, error: str = "", status: int = 200) -> HttpResponse:
    profile = Profile.of(request.user)
    used = profile.used_bytes()
    context = {
        "error": error,
        "unfinished": Upload.objects.unfinished()
        .filter(owner=cast(User, request.user))
        .order_by("created_at"),
        "visibilities": MEANINGS,
        "largest": LARGEST,
        "used": used,
        "quota": profile.quota_bytes,
        "left": max(0, profile.quota_bytes - used),
    }
    return render(request, "upload/upload.html", context, status=status)
