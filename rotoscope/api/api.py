"""The API itself, put together."""

from __future__ import annotations

from ninja import NinjaAPI
from ninja.operation import Operation

from rotoscope.api import arrangements, errors, filters, mixes, renders, trainings, videos

ABOUT = """Everything that the pages of Rotoscope can do, for programs.

Make a key on your account's page and send it as `Authorization: Bearer KEY`. What is public can be read
without one; what somebody shared can be read with `?share=TOKEN`. Errors are `{"detail": "a sentence"}`.
The same address also takes the key for uploads (tus 1.0) and for media files.
"""


class Rotoscope(NinjaAPI):
    """An operation is called what its function is called."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Such as list_videos: what generated clients call their methods."""
        return operation.view_func.__name__


api = Rotoscope(title="Rotoscope", version="1", description=ABOUT, urls_namespace="api")
errors.add_to(api)
for router in (
    filters.router,
    trainings.router,
    mixes.router,
    videos.router,
    renders.router,
    arrangements.comparisons,
    arrangements.collections,
    arrangements.sharing,
):
    api.add_router("", router)
