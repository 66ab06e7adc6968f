"""The API itself, put together."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from rotoscope.api import arrangements, curating, errors, filters, mixes, removed, renders, trainings, videos
from rotoscope.api.auth import Share
from rotoscope.api.strict import strictly

ABOUT = """Everything that the pages of Rotoscope can do, for programs.

Make a key on *API keys* in your menu and send it as `Authorization: Bearer KEY`. What is public can be read
without one; what somebody shared can be read with `?share=TOKEN`. Errors are `{"detail": "a sentence"}`.
The same address also takes the key for uploads (tus 1.0) and for media files.
"""


PROBLEM = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
EVERYWHERE: dict[int | str, Any] = {
    401: {"description": "No key where one is needed, or a wrong one.", "content": PROBLEM},
    422: {"description": "What was asked makes no sense, or is not known.", "content": PROBLEM},
    "default": {"description": "Any other error.", "content": PROBLEM},
}
UNREADABLE = {400: {"description": "The body cannot be read, or is larger than 8 MB.", "content": PROBLEM}}


class TryOut(Swagger):
    """Ninja's page, with the token that a signed-in browser needs; Ninja looks for it where we name no auth."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """The page."""
        settings = {**self.settings, "url": self.get_openapi_url(api, kwargs)}
        told = {"swagger_settings": json.dumps(settings, indent=1), "api": api, "add_csrf": True}
        return render(request, self.template, told)


class Rotoscope(NinjaAPI):
    """An operation is called what its function is called, and whatever goes wrong is told as a Problem."""

    def get_openapi_schema(self, **where: Any) -> OpenAPISchema:
        """With what holds for all operations: the errors that any may have, and that a key may be left out."""
        schema = super().get_openapi_schema(**where)
        for operations in schema["paths"].values():
            for told in operations.values():
                told["responses"] |= UNREADABLE if "requestBody" in told else {}
                told["responses"] = EVERYWHERE | told["responses"]
                if {Share.__name__: []} in told["security"]:
                    told["security"].append({})  # whoever may read without a key may read without anything
        return schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Such as list_videos: what generated clients call their methods."""
        return operation.view_func.__name__


api = Rotoscope(
    title="Rotoscope", version="1", description=ABOUT, docs=TryOut(), docs_url="/try", urls_namespace="api"
)
errors.add_to(api)
api.add_decorator(strictly, mode="view")
for router in (
    curating.before,
    filters.router,
    trainings.router,
    mixes.router,
    videos.router,
    renders.router,
    arrangements.comparisons,
    arrangements.collections,
    arrangements.sharing,
    removed.router,
):
    api.add_router("", router)
