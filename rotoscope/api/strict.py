"""What a request says and nobody would read is refused: a misspelt filter of a list would bring all of it back.

Bodies of JSON refuse it themselves (`wishes.Wish`); here are addresses and forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja.operation import Operation

from rotoscope.api.auth import Share
from rotoscope.api.errors import Refused

EVERYWHERE = {Share.param_name}


def strictly(run: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator of operations for `add_decorator`: whoever may ask at all is told what was not understood."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]
    view = operation.view_func
    asked, sent = _names(operation, "query"), _names(operation, "form", "file")

    @wraps(view)
    def strict(request: HttpRequest, **values: Any) -> Any:
        _refuse(set(request.GET) - EVERYWHERE, asked, "parameter")
        if sent:
            _refuse({*request.POST, *request.FILES}, sent, "field")
        return view(request, **values)

    operation.view_func = strict
    return run


def _names(operation: Operation, *sources: str) -> list[str]:
    """What an operation takes from its address, or from a form, in the order of its description."""
    models: Iterable[Any] = operation.models
    return [
        name
        for model in models
        if model.__ninja_param_source__ in sources
        for name in getattr(model, "__ninja_flatten_map__", model.model_fields)  # files have no map
    ]


def _refuse(given: set[str], known: list[str], kind: str) -> None:
    """Raises Refused with the names that are not known."""
    unknown = sorted(given - set(known))
    if not unknown:
        return
    there_are = f"only {', '.join(known)}" if known else "none at all"
    raise Refused(f"{', '.join(unknown)}: there is no such {kind} here, {there_are}.", 422)
