"""Forms with files, weighed before they are read: Django writes their files to disk as soon as anybody looks into one,
be it for the token that says whether it is let in.

Bodies of other kinds need no weighing: Django reads no more of them than DATA_UPLOAD_MAX_MEMORY_SIZE, and of a body
without a length nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.defaultfilters import filesizeformat

from filters.bundle import LARGEST_BUNDLE
from filters.orders import MOST_PICTURES
from rotoscope.api.sentences import NOT_YOURS, SIGN_IN
from videos.forms.training import MOST_BYTES
from videos.uploads.begin import refuse_where_full
from videos.uploads.errors import TooLarge, UploadError

FORM = "multipart/form-data"
UNREAD = ("/upload/plain/", "/v1/")
"""Their views weigh what comes themselves, and nothing looks into it before."""
LEARNING = ("/lab/train/", "/api/trainings")
CURATING = ("/admin/", "/api/filters/import")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class BodiesMiddleware:
    """Refuses forms that are too large for their place and their sender; knows both by the headers alone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Before any `process_view`, of which the check of tokens is one."""
        try:
            _weigh(request)
        except UploadError as refusal:
            if _is_for_others(request):
                return _turned_away(request)
            return _refusal(request, refusal)
        return self.get_response(request)


def _weigh(request: HttpRequest) -> None:
    """Raises UploadError."""
    if request.content_type != FORM or request.path.startswith(UNREAD):
        return
    length = _length(request)
    words = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if length <= words:
        return
    most = words + _files(request)
    if length > most:
        raise TooLarge(f"This is larger than {filesizeformat(most)}, the most that is taken here.")
    refuse_where_full(length)


def _files(request: HttpRequest) -> int:
    """Bytes of files that the sender may hand in at this place."""
    if request.path in LEARNING and request.user.is_authenticated:
        return MOST_PICTURES * MOST_BYTES
    if request.path.startswith(CURATING) and getattr(request.user, "is_staff", False):
        return LARGEST_BUNDLE
    return 0


def _is_for_others(request: HttpRequest) -> bool:
    """Whether files are handed in at this place, but not by this sender: they may be small enough for whoever may."""
    place = request.path in LEARNING or request.path.startswith(CURATING)
    return place and not _files(request)


def _length(request: HttpRequest) -> int:
    """As Django takes it: nothing is read of what tells no length."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _turned_away(request: HttpRequest) -> HttpResponseBase:
    """As the place itself would, had it read the form. Raises PermissionDenied."""
    stranger = not request.user.is_authenticated
    if request.path.startswith("/api/"):
        status, sentence = (401, SIGN_IN) if stranger else (403, NOT_YOURS)
        return JsonResponse({"detail": sentence}, status=status)
    if stranger:
        return redirect_to_login(request.get_full_path())
    raise PermissionDenied


def _refusal(request: HttpRequest, refusal: UploadError) -> HttpResponseBase:
    """In the manner of the place."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": str(refusal)}, status=refusal.status)
    return HttpResponse(str(refusal), status=refusal.status, content_type="text/plain; charset=utf-8")
