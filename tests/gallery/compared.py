"""The page that compares, as its tests ask for it."""

from __future__ import annotations

import json
import re
from typing import Any

from django.test import Client

from videos.models import Video


def address(video: Video) -> str:
    """Of the page that compares what was made of it."""
    return f"{video.get_absolute_url()}compare/"


def player(client: Client, where: str, **query: str) -> dict[str, Any]:
    """What the page at `where` gives its player."""
    page = client.get(where, query).content.decode()
    found = re.search(r'<script id="compare-data" type="application/json">(.*?)</script>', page, re.S)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data
