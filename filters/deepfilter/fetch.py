"""One picture from the web, without becoming anybody's way into our own network."""

from __future__ import annotations

import ipaddress
import socket
import time
from urllib.parse import SplitResult, urlsplit

import urllib3

from filters.deepfilter.problem import Problem

PORTS = (80, 443)
SECONDS = 20.0
TIMEOUT = urllib3.Timeout(connect=5.0, read=10.0)
CHUNK = 1 << 16


def fetch(address: str, largest: int) -> bytes:
    """The bytes at an http(s) address, at most `largest`. Raises Problem.

    Only public addresses: the name is resolved once, refused if any of its addresses is not a public one,
    and the connection goes to the address that was checked. Redirects are not followed.
    """
    parts = _split(address)
    assert parts.hostname is not None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if port not in PORTS:
        raise Problem("pictures are fetched from ports 80 and 443 only")
    pool = _pool(parts.scheme, parts.hostname, checked_address(parts.hostname, port), port)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with pool, pool.request(
            "GET", target, headers={"Host": parts.netloc}, redirect=False, retries=False, preload_content=False
        ) as response:  # fmt: skip
            if response.status != 200:
                raise Problem(f"{parts.hostname} answered with status {response.status}")
            return _read(response, largest)
    except urllib3.exceptions.HTTPError as error:
        raise Problem(f"the picture cannot be fetched from {parts.hostname}") from error


def checked_address(host: str, port: int) -> str:
    """The first IP address of a host. Raises Problem where it has none, or one that is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Problem(f"there is no host {host[:80]}") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(map(is_public, addresses)):
        raise Problem(f"{host[:80]} is not a public address")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_global and not (mapped or ip).is_multicast


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as error:
        raise Problem("this address cannot be read") from error
    if not parts.hostname or parts.username is not None:
        raise Problem("this address names no host")
    return parts


def _pool(scheme: str, host: str, address: str, port: int) -> urllib3.HTTPConnectionPool:
    if scheme == "http":
        return urllib3.HTTPConnectionPool(address, port, timeout=TIMEOUT)
    return urllib3.HTTPSConnectionPool(
        address, port, timeout=TIMEOUT, server_hostname=host, assert_hostname=host, cert_reqs="CERT_REQUIRED"
    )


def _read(response: urllib3.BaseHTTPResponse, largest: int) -> bytes:
    until = time.monotonic() + SECONDS
    parts: list[bytes] = []
    size = 0
    # read1 gives what has come; a stream would wait for a whole chunk, however slowly it drips in.
    while part := response.read1(CHUNK, decode_content=False):
        size += len(part)
        parts.append(part)
        if size > largest or time.monotonic() > until:
            raise Problem("the picture is too large, or comes too slowly")
    return b"".join(parts)
