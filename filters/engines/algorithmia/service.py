"""The protocol, spoken through the `algorithmia` client with its mends: folders, files, the algorithm."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import requests
from Algorithmia.client import Client
from Algorithmia.errors import AlgorithmException, ApiError

from filters.engines.algorithmia.adapter import Patience, PatientAdapter
from filters.engines.algorithmia.errors import BadAnswer, error_in_answer, raise_for_answer
from filters.engines.base import EngineError

T = TypeVar("T")
ALGORITHM = "deeplearning/DeepFilter/0.6.0"


class LeanClient(Client):  # type: ignore[misc]
    """The client without its copy of REQUESTS_CA_BUNDLE: a file and a descriptor for each, until the process ends."""

    def catCerts(self, customCert: str) -> None:  # noqa: N802, N803 - the client's own names
        """Have requests read the bundle itself, file or folder; what is missing is told at the first request."""
        self.ca_cert = customCert


class Service:
    """One account at one DeepFilter service. Methods raise the errors of errors.py. Shared by threads."""

    def __init__(
        self,
        api_key: str,
        api_address: str,
        patience: Patience,
        *,
        at_once: int = 4,
        algorithm: str = ALGORITHM,
    ) -> None:
        self._stop = threading.Event()
        self._algorithm = algorithm
        self._client = LeanClient(api_key, api_address.rstrip("/"))
        session: requests.Session = self._client.requestSession
        session.auth = _as_it_is  # a ~/.netrc would otherwise replace our Authorization header
        session.headers["Accept-Encoding"] = "identity"  # pictures do not shrink, and answers cannot explode
        session.hooks["response"].append(raise_for_answer)
        adapter = PatientAdapter(patience, self._stop, connections=at_once)
        session.mount("https://", adapter)
        session.mount("http://", adapter)

    def make_folder(self, address: str) -> None:
        """Make `data://.my/name`."""
        _told(lambda: self._client.dir(address).create())

    def remove_folder(self, address: str) -> None:
        """Remove a folder and what is in it."""
        _told(lambda: self._client.dir(address).delete(force=True))

    def put(self, address: str, data: bytes) -> None:
        """Store bytes at a data:// address."""
        _told(lambda: self._client.file(address).put(data))

    def get(self, address: str) -> bytes:
        """The bytes at a data:// address."""
        return bytes(_told(lambda: self._client.file(address).get().content))

    def paint(self, images: Sequence[str], results: Sequence[str], filter_name: str) -> list[str]:
        """Have `images` (addresses) painted and stored at `results`; where they are in truth, in order."""
        asked = {"images": list(images), "savePaths": list(results), "filterName": filter_name}
        answer = _told(lambda: self._client.algo(self._algorithm).pipe(asked)).result
        paths = answer.get("savePaths") if isinstance(answer, dict) else None
        if isinstance(paths, str):
            paths = [paths]
        if not isinstance(paths, list) or len(paths) != len(images) or not all(map(_is_data, paths)):
            raise BadAnswer("The DeepFilter service's answer does not say where the pictures are.")
        # One painting for two frames, or a frame as it was sent.
        if len({*paths, *images}) != 2 * len(images):
            raise BadAnswer(
                "The DeepFilter service's answer names a picture twice, or one that was sent to it."
            )
        return paths

    def stop(self) -> None:
        """End waiting and the reading of answers, in whatever thread."""
        self._stop.set()

    def go_on(self) -> None:
        """Take back `stop`."""
        self._stop.clear()

    def close(self) -> None:
        """Close the connections."""
        self.stop()
        self._client.requestSession.close()


def _told(ask: Callable[[], T]) -> T:
    """Run `ask`, and turn what the client raises into our own errors; those pass as they are."""
    try:
        return ask()
    except EngineError:
        raise
    except AlgorithmException as error:
        raise error_in_answer(str(error.message), error.error_type) from error
    except ApiError as error:
        raise error_in_answer(str(error), None) from error
    except Exception as error:  # the client raises bare Exceptions, and stumbles over answers it cannot parse
        raise BadAnswer("The DeepFilter service's answer cannot be understood.") from error


def _is_data(path: Any) -> bool:
    return isinstance(path, str) and path.startswith("data://")


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
