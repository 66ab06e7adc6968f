"""The tus 1.0 endpoint: creation (with upload), HEAD, PATCH with checksum, expiration, termination.

Beside the protocol, GET tells as JSON how far an upload and what became of it are. Uploads are their
owners' alone: to anybody else every address is the same 404.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import http_date

from videos.models import Upload
from videos.uploads import metadata
from videos.uploads.append import append, reconcile
from videos.uploads.begin import LARGEST, begin
from videos.uploads.checksum import ALGORITHMS, Checksum
from videos.uploads.errors import Gone, UploadError
from videos.uploads.expiry import terminate
from videos.uploads.finish import finish_here
from videos.uploads.status import status

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
BODY = "application/offset+octet-stream"
DRAIN = 8 * 1024**2  # bytes of a refused body that are read, so that the sender gets to see the answer

View = Callable[..., HttpResponseBase]


def speaks_tus(view: View) -> View:
    """What every answer of the protocol has: the version agreed on, no caching, refusals as one sentence."""

    @wraps(view)
    def speaking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = request.headers.get("X-HTTP-Method-Override") or request.method or ""
        try:
            response = _agreed(request, method) or view(request, method.upper(), *args, **kwargs)
        except UploadError as refusal:
            response = _sentence(str(refusal), refusal.status)
        if response.status_code >= 400:
            _drain(request)
        response["Tus-Resumable"] = VERSION
        add_never_cache_headers(response)
        return response

    return speaking


@speaks_tus
def tus(request: HttpRequest, method: str) -> HttpResponseBase:
    """`/uploads/`: what this server can do, and new uploads."""
    if method == "OPTIONS":
        return _abilities()
    if method == "POST":
        return _create(request)
    return _not_allowed("OPTIONS, POST")


@speaks_tus
def tus_upload(request: HttpRequest, method: str, pk: uuid.UUID) -> HttpResponseBase:
    """`/uploads/<uuid>`: one upload of whoever is signed in."""
    if method == "OPTIONS":
        return _abilities()
    answers: dict[str, Callable[[HttpRequest, Upload], HttpResponseBase]] = {
        "GET": _tell,
        "HEAD": _head,
        "PATCH": _patch,
        "DELETE": _delete,
    }
    if method not in answers:
        return _not_allowed("OPTIONS, GET, HEAD, PATCH, DELETE")
    return answers[method](request, _own_upload(request, pk))


def _own_upload(request: HttpRequest, pk: uuid.UUID) -> Upload:
    """The upload if it is the viewer's; else the one 404. Raises Gone for one that has expired."""
    upload = (
        Upload.objects.standing()
        .select_related("owner", "video")
        .filter(pk=pk, owner=cast(User, request.user))
        .first()
    )
    if upload is None:
        raise Http404
    if upload.video is None and upload.expires_at < timezone.now():
        raise Gone("This upload got no bytes for too long and was given up. Begin it anew.")
    return upload


def _create(request: HttpRequest) -> HttpResponse:
    if "Upload-Defer-Length" in request.headers:
        raise UploadError("The length must be known at the beginning: send Upload-Length.")
    length = _number(request, "Upload-Length")
    values = metadata.decode(request.headers.get("Upload-Metadata", ""))
    has_body = request.content_type == BODY
    if has_body:
        values.pop("creation", None)  # these bytes are the beginning of a new upload, and of no other
    upload = begin(request.user, length, values)
    response = HttpResponse(status=201)
    response["Location"] = request.build_absolute_uri(reverse("tus-upload", args=[upload.pk]))
    if has_body:
        response["Upload-Offset"] = str(_first_piece(request, upload))
        upload.refresh_from_db()
    response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response


def _head(request: HttpRequest, upload: Upload) -> HttpResponse:
    reconcile(upload)
    finish_here(upload)
    response = HttpResponse()
    response["Upload-Offset"] = str(upload.offset)
    response["Upload-Length"] = str(upload.length)
    response["Upload-Metadata"] = metadata.encode({"filename": upload.filename, **upload.metadata})
    response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response


def _patch(request: HttpRequest, upload: Upload) -> HttpResponse:
    if request.content_type != BODY:
        return _sentence(f"The bytes of an upload come as {BODY}.", 415)
    offset = _receive(request, upload, _number(request, "Upload-Offset"))
    response = HttpResponse(status=204)
    response["Upload-Offset"] = str(offset)
    upload.refresh_from_db()
    response["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return response


def _delete(request: HttpRequest, upload: Upload) -> HttpResponse:
    if not terminate(upload):
        return _sentence("This upload is a video already; delete it on its own page.", 403)
    return HttpResponse(status=204)


def _tell(request: HttpRequest, upload: Upload) -> HttpResponse:
    reconcile(upload)
    finish_here(upload)
    return JsonResponse(status(upload))


def _receive(request: HttpRequest, upload: Upload, offset: int) -> int:
    """The new offset after the body of this request; the last byte makes the video."""
    length = _number(request, "Content-Length", missing=411)
    header = request.headers.get("Upload-Checksum", "")
    offset = append(upload, offset, request, length, Checksum.from_header(header) if header else None)
    finish_here(upload)
    return offset


def _first_piece(request: HttpRequest, upload: Upload) -> int:
    """The offset after what came with the creation. Where that fails nobody learns the address, and nobody goes on."""
    try:
        return _receive(request, upload, 0)
    except (UploadError, OSError):
        if not upload.is_whole:  # else its footage is all there, and is made a video later
            terminate(upload)
        raise


def _agreed(request: HttpRequest, method: str) -> HttpResponse | None:
    """An answer for those who speak another version, or are nobody."""
    if method.upper() not in ("OPTIONS", "GET") and request.headers.get("Tus-Resumable") != VERSION:
        response = _sentence(f"This server speaks tus {VERSION}.", 412)
        response["Tus-Version"] = VERSION
        return response
    if method.upper() != "OPTIONS" and not request.user.is_authenticated:
        return _sentence("Sign in to upload; what has arrived is kept.", 401)
    return None


def _abilities() -> HttpResponse:
    response = HttpResponse(status=204)
    response["Tus-Version"] = VERSION
    response["Tus-Extension"] = EXTENSIONS
    response["Tus-Max-Size"] = str(LARGEST)
    response["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
    return response


def _not_allowed(methods: str) -> HttpResponse:
    response = _sentence("This address does not do that.", 405)
    response["Allow"] = methods
    return response


def _sentence(text: str, code: int) -> HttpResponse:
    reason = "Checksum Mismatch" if code == 460 else None
    return HttpResponse(text, status=code, reason=reason, content_type="text/plain; charset=utf-8")


def _number(request: HttpRequest, name: str, *, missing: int = 400) -> int:
    """A header that must be a whole number, 0 or more."""
    value = request.headers.get(name, "").strip()
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        error = UploadError(f"The {name} header must be a whole number.")
        error.status = missing
        raise error
    return int(value)


def _drain(request: HttpRequest) -> None:
    left = DRAIN
    try:
        while left > 0 and (data := request.read(min(left, 64 * 1024))):
            left -= len(data)
    except OSError:
        return  # the sender has gone
