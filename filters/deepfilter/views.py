"""The addresses of the DeepFilter server: the algorithm, and the data around it."""

from __future__ import annotations

import json
import mimetypes
import time
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_http_methods

from filters.deepfilter import algorithm, paths, store
from filters.deepfilter.answers import result, with_key
from filters.deepfilter.keys import count_call
from filters.deepfilter.problem import Problem
from filters.models import DeepFilterKey, DeepFilterObject
from rotoscope.common.unkeepable import cannot_be_kept

LARGEST_CALL = 64 << 20  # bytes of JSON, inline pictures included
LONGEST_CALL = 3000.0  # seconds; what a client may ask for
USUAL_CALL = 300.0
PAGE = 1000  # entries of a listing
SHOWN_AS = ("image/png", "image/jpeg", "application/json", "text/plain")
PRIVATE: dict[str, list[str]] = {"read": []}


@with_key
@require_http_methods(["POST"])
def call(request: HttpRequest, key: DeepFilterKey, version: str = "") -> HttpResponseBase:
    """POST /v1/algo/deeplearning/DeepFilter[/version]; any version is ours."""
    began = time.monotonic()
    if request.GET.get("output", "default") not in ("default", "raw"):
        raise Problem("only the outputs “default” and “raw” are offered")
    asked = algorithm.read_call(key.owner, _json(request))
    saved = algorithm.run(key.owner, asked, seconds=_seconds(request))
    count_call(key, len(saved))
    answer = {"savePaths": saved}
    if request.GET.get("output") == "raw":
        return JsonResponse(answer)
    metadata = {"content_type": "json", "duration": round(time.monotonic() - began, 3)}
    return JsonResponse({"result": answer, "metadata": metadata})


@with_key
@require_http_methods(["GET", "HEAD"])
def about(request: HttpRequest, key: DeepFilterKey) -> HttpResponseBase:
    """GET /v1/algorithms/deeplearning/DeepFilter: that it is there, and the filters it answers with."""
    served = [{"name": one.slug, "title": one.name} for one in algorithm.served_filters()]
    return JsonResponse({"id": "deeplearning/DeepFilter", "name": "DeepFilter", "filters": served})


@with_key
@require_http_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
def data(request: HttpRequest, key: DeepFilterKey, address: str = "") -> HttpResponseBase:
    """/v1/data/…: read, list, make, store, remove."""
    owner = key.owner
    path = paths.clean(address, owner.get_username())
    if request.method in ("GET", "HEAD"):
        return _show(request, key, path)
    if not path:
        raise Problem("the root itself cannot be changed", status=400)
    if request.method == "POST":
        return _make_folder(request, key, path)
    if request.method == "PUT":
        kept = store.put(owner, path, request, size=_length(request))
        return result(f"data://{kept.path}")
    if request.method == "PATCH":
        return _permissions(request, key, path)
    gone = store.remove(owner, path, force=request.GET.get("force") == "true")
    return result({"deleted": gone})


def _show(request: HttpRequest, key: DeepFilterKey, path: str) -> HttpResponseBase:
    if not path:
        home = {"name": key.owner.get_username(), "acl": PRIVATE}
        return _typed(JsonResponse({"folders": [home], "files": []}), "directory")
    found = store.find(key.owner, path)
    if found.is_folder:
        return _typed(JsonResponse(_listing(request, key, path)), "directory")
    guessed = mimetypes.guess_type(path)[0]
    kind = guessed if guessed in SHOWN_AS else "application/octet-stream"
    if request.method == "HEAD":
        return _typed(HttpResponse(content_type=kind, headers={"Content-Length": str(found.size)}), "file")
    try:
        return _typed(FileResponse(found.file.open("rb"), content_type=kind), "file")
    except FileNotFoundError as error:
        raise Problem("no such file", status=404, error_type="NotFoundError") from error


def _listing(request: HttpRequest, key: DeepFilterKey, path: str) -> dict[str, Any]:
    rows = store.children(key.owner, path)
    marker = request.GET.get("marker", "")
    if marker:
        rows = rows.filter(path__gt=f"{path}/{marker}")
    page = list(rows[: PAGE + 1])
    listing: dict[str, Any] = {
        "folders": [{"name": paths.name(row.path), "acl": PRIVATE} for row in page[:PAGE] if row.is_folder],
        "files": [_file(row) for row in page[:PAGE] if not row.is_folder],
    }
    if len(page) > PAGE:
        listing["marker"] = paths.name(page[PAGE - 1].path)
    if request.GET.get("acl") == "true":
        listing["acl"] = PRIVATE
    return listing


def _file(row: DeepFilterObject) -> dict[str, Any]:
    modified = row.created_at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return {"filename": paths.name(row.path), "last_modified": modified, "size": row.size}


def _make_folder(request: HttpRequest, key: DeepFilterKey, path: str) -> HttpResponse:
    asked = _json(request)
    name = asked.get("name") if isinstance(asked, dict) else None
    if not isinstance(name, str) or not name or "/" in name:
        raise Problem("a directory needs a name", status=400)
    _refuse_public(asked)
    made = store.make_folder(key.owner, paths.clean(f"{path}/{name}", key.owner.get_username()))
    return result(f"data://{made.path}")


def _permissions(request: HttpRequest, key: DeepFilterKey, path: str) -> HttpResponse:
    """Everything here is private to the key's owner; asking for that is all that can be asked."""
    _refuse_public(_json(request))
    store.find(key.owner, path)
    return result({"acl": PRIVATE})


def _refuse_public(asked: Any) -> None:
    acl = asked.get("acl") if isinstance(asked, dict) else None
    readers = acl.get("read") if isinstance(acl, dict) else None
    if isinstance(readers, list) and "user://*" in readers:
        raise Problem("public directories are not offered here", status=400)


def _json(request: HttpRequest) -> Any:
    _length(request)
    body = request.read(LARGEST_CALL + 1)
    if len(body) > LARGEST_CALL:
        raise Problem(f"a call has at most {LARGEST_CALL} bytes", status=413)
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Problem("the input is not JSON", status=400) from error
    if cannot_be_kept(asked):
        raise Problem("the input holds a NUL character, or half of a surrogate pair", status=400)
    return asked


def _length(request: HttpRequest) -> int:
    """Content-Length; without one, nothing would be read. Raises Problem 411."""
    announced = request.META.get("CONTENT_LENGTH", "")
    if not str(announced).isdecimal():
        raise Problem("Content-Length is missing", status=411)
    return int(announced)


def _seconds(request: HttpRequest) -> float:
    asked = request.GET.get("timeout", "")
    return min(LONGEST_CALL, float(asked)) if asked.isdecimal() else USUAL_CALL


def _typed(answer: HttpResponseBase, kind: str) -> HttpResponseBase:
    answer["X-Data-Type"] = kind
    return answer
