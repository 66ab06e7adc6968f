"""Deliver a stored file to somebody who may have it: whole or a range, by us, by nginx or by S3 itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import content_disposition_header, parse_http_date_safe

from videos.http_range import ByteRange, Unsatisfiable, parse
from videos.media.errors import DecodeError
from videos.small import small_jpeg
from videos.stored import StoredFile, look_up

PUBLIC_SECONDS = 600  # for which shared caches may keep what everybody may see
PRESIGNED_SECONDS = 3600
INTERNAL = "/protected-media/"  # nginx's `internal` location over the media folder


@dataclass(frozen=True)
class Parcel:
    """What is delivered. `filename`: to be kept under this name, not shown; `public`: everybody may see it."""

    name: str
    content_type: str
    public: bool = False
    filename: str = ""

    @property
    def disposition(self) -> str:
        """The value of Content-Disposition, or nothing."""
        return content_disposition_header(True, self.filename) or "" if self.filename else ""


def deliver(request: HttpRequest, parcel: Parcel) -> HttpResponseBase:
    """The answer to GET or HEAD. Raises Http404 when storage does not have the file."""
    if settings.MEDIA_DELIVERY == "presigned" and parcel.name:
        return _presigned(request, parcel)
    try:
        stored = look_up(parcel.name)
    except FileNotFoundError:
        raise Http404 from None
    if settings.MEDIA_DELIVERY == "x-accel":
        return _labelled(_handed_over(parcel), parcel, stored)
    kept = get_conditional_response(request, stored.etag, stored.modified)
    return _labelled(kept if kept is not None else _answer(request, stored), parcel, stored)


def deliver_small(request: HttpRequest, parcel: Parcel, longest: int) -> HttpResponseBase:
    """A picture with at most `longest` pixels a side, made here wherever it is stored; whole where that cannot be."""
    try:
        stored = look_up(parcel.name)
    except FileNotFoundError:
        raise Http404 from None
    small = replace(stored, etag=f'{stored.etag[:-1]}-{longest}"')
    answer: HttpResponseBase | None = get_conditional_response(request, small.etag, small.modified)
    if answer is None:
        try:
            data = small_jpeg(stored.name, stored.etag, longest)
        except (DecodeError, OSError):
            return deliver(request, parcel)
        answer = HttpResponse(b"" if request.method == "HEAD" else data)
        answer["Content-Length"] = str(len(data))
    labelled = _labelled(answer, replace(parcel, content_type="image/jpeg"), small)
    labelled["Accept-Ranges"] = "none"
    return labelled


def _answer(request: HttpRequest, stored: StoredFile) -> HttpResponseBase:
    try:
        part = _wanted(request, stored)
    except Unsatisfiable:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{stored.size}"
        return refused
    chosen = part or ByteRange(0, stored.size, stored.size)
    answer: HttpResponseBase
    if request.method == "HEAD":
        answer = HttpResponse()
    else:
        answer = StreamingHttpResponse(stored.read(chosen.start, chosen.length))
    answer["Content-Length"] = str(chosen.length)
    if part is not None:
        answer.status_code = 206
        answer["Content-Range"] = part.header
    return answer


def _wanted(request: HttpRequest, stored: StoredFile) -> ByteRange | None:
    """The range asked for, if what the client already has of the file is of this very file."""
    if request.method != "GET" or "Range" not in request.headers:  # RFC 9110: Range is defined for GET alone
        return None
    if not _still_the_same(request.headers.get("If-Range", "").strip(), stored):
        return None
    return parse(request.headers["Range"], stored.size)


def _still_the_same(condition: str, stored: StoredFile) -> bool:
    """If-Range: a strong tag, or a date, must match exactly."""
    if not condition:
        return True
    if condition.startswith(('"', "W/")):
        return condition == stored.etag
    return parse_http_date_safe(condition) == stored.modified


def _labelled(answer: HttpResponseBase, parcel: Parcel, stored: StoredFile) -> HttpResponseBase:
    """The headers that every answer about the file has."""
    if answer.status_code not in (304, 412, 416):
        answer["Content-Type"] = parcel.content_type
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = stored.etag
    answer["Last-Modified"] = stored.last_modified
    answer["X-Content-Type-Options"] = "nosniff"
    if parcel.disposition:
        answer["Content-Disposition"] = parcel.disposition
    if parcel.public:
        patch_cache_control(answer, public=True, max_age=PUBLIC_SECONDS)
    else:
        patch_cache_control(answer, private=True, no_cache=True)
    return answer


def _handed_over(parcel: Parcel) -> HttpResponse:
    """nginx sends the bytes, with ranges and conditions of its own."""
    answer = HttpResponse()
    answer["X-Accel-Redirect"] = INTERNAL + quote(parcel.name)
    return answer


def _presigned(request: HttpRequest, parcel: Parcel) -> HttpResponse:
    """S3 sends the bytes; the address works for PRESIGNED_SECONDS and this method, and nobody may keep the redirect."""
    wishes = {"ResponseContentType": parcel.content_type, "ResponseCacheControl": "private, max-age=600"}
    if parcel.disposition:
        wishes["ResponseContentDisposition"] = parcel.disposition
    address = default_storage.url(  # type: ignore[call-arg]
        parcel.name, parameters=wishes, expire=PRESIGNED_SECONDS, http_method=request.method
    )
    answer = HttpResponseRedirect(address)
    patch_cache_control(answer, private=True, no_store=True)
    return answer
