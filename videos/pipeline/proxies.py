"""Proxies in storage: made beside the film, under a name that nothing else ever has."""

from __future__ import annotations

import secrets
from fractions import Fraction
from pathlib import Path

from rotoscope import loose
from videos.media.proxy import make_proxy, proxy_size
from videos.media.transcode import Progress, ShouldStop


def store_proxy(
    film: Path,
    ref: str,
    size: tuple[int, int],
    *,
    rate: Fraction,
    frame_count: int,
    progress: Progress | None = None,
    should_stop: ShouldStop,
) -> str:
    """The name in storage of a new proxy of ``film``, columns and lines of which are ``size``; "" where it needs none.

    It is written beside the film first. Raises EncodeError or Stopped.
    """
    small = proxy_size(*size)
    if small is None:
        return ""
    proxy = film.with_name("proxy.mp4")
    make_proxy(
        film, proxy, small, rate=rate, frame_count=frame_count, progress=progress, should_stop=should_stop
    )
    return loose.store(proxy, f"proxies/{ref}/{secrets.token_hex(4)}.mp4")
