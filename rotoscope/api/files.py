"""Answers that are files rather than JSON, as OpenAPI describes them."""

from __future__ import annotations

from typing import Any


def file_answer(content_type: str) -> dict[str, Any]:
    """`openapi_extra` of an operation whose answer of 200 is a file."""
    content = {content_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"responses": {200: {"description": "The file.", "content": content}}}
