"""The API's description as people read it: OpenAPI's paths and schemas, in the order and words of a page."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

Told = Mapping[str, Any]
"""A part of an OpenAPI 3.1 document."""

JSON = "application/json"
NOTHING: Any = {"string": "…", "integer": 1, "number": 1.0, "boolean": True, "array": [], "object": {}}
FILE = "(a file)"
FORMATS = {"date-time": "(date and time)", "binary": FILE, "uri": "(an address)"}
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Kind:
    """What a value is, such as “list of” and the shape “VideoOut”, “or null”."""

    words: str
    shape: str = ""
    after: str = ""


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a body or a shape."""

    name: str
    kind: Kind
    says: SafeString
    needed: bool
    place: str = ""  # "path" or "query"; "" for fields of a body
    default: str = ""
    examples: tuple[str, ...] = ()  # of a parameter that may be there several times all that are shown

    @property
    def is_file(self) -> bool:
        """Whether it is one, or several, sent as they are."""
        return FILE in self.kind.words


@dataclass(frozen=True)
class Answer:
    """One status that an operation may answer with."""

    status: int
    says: SafeString
    kind: Kind

    @property
    def good(self) -> bool:
        """Whether it is what was asked for."""
        return self.status < HTTPStatus.BAD_REQUEST


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    name: str
    method: str
    path: str
    says: SafeString
    open: bool  # to whoever asks, without a key
    parameters: list[Field]
    body: list[Field]
    media_type: str  # of the body; "" without one
    sent: str  # the least body there is, as JSON; "" where it is none
    answers: list[Answer]

    @property
    def command(self) -> str:
        """How curl asks for it; the key and the address of the server are in the environment."""
        words = ["curl -s", *([f"-X {self.method}"] if self.method != self._usual else [])]
        words += ["-OJ"] if any(answer.good and "/" in answer.kind.words for answer in self.answers) else []
        words += [f'"$ROTOSCOPE{self.path}{self._query}"', *([] if self.open else ['-H "$AUTH"'])]
        if self.sent:
            words += [f"-H 'Content-Type: {JSON}'", f"-d {shlex.quote(self.sent)}"]
        elif self.media_type:
            words += [
                f"-F {field.name}={'@FILE' if field.is_file else next(iter(field.examples), '…')}"
                for field in self.body
                if field.needed or field.is_file
            ]
        return " ".join(words)

    @property
    def _usual(self) -> str:
        """The method that curl takes by itself."""
        return "POST" if self.media_type else "GET"

    @property
    def _query(self) -> str:
        needed = [field for field in self.parameters if field.needed and field.place == "query"]
        said = [f"{field.name}={value}" for field in needed for value in field.examples or ("…",)]
        return "?" + "&".join(said) if said else ""

    @property
    def steps(self) -> list[str]:
        """The address, to be broken before each slash where a screen is narrow."""
        return [f"/{step}" for step in self.path.strip("/").split("/")]


@dataclass(frozen=True)
class Group:
    """Operations of one subject."""

    name: str
    operations: list[Operation]

    @property
    def slug(self) -> str:
        """Its name as part of an address."""
        return self.name.replace(" ", "-")


@dataclass(frozen=True)
class Shape:
    """An object that is sent or answered, by its fields."""

    name: str
    says: SafeString
    fields: list[Field]


def groups(schema: Told) -> list[Group]:
    """All operations by their subject, as they come."""
    found: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                told = methods[method]
                found.setdefault(told["tags"][0], []).append(_operation(schema, method, path, told))
    return [Group(name, operations) for name, operations in found.items()]


def shapes(schema: Told) -> list[Shape]:
    """All objects by name."""
    named = sorted(schema["components"]["schemas"].items())
    return [Shape(name, _says(told), list(_fields(told))) for name, told in named]


def _operation(schema: Told, method: str, path: str, told: Told) -> Operation:
    media_type, body = _body(schema, told)
    return Operation(
        name=told["operationId"],
        method=method.upper(),
        path=path,
        says=_says(told),
        open={} in told["security"],
        parameters=[_parameter(one) for one in told.get("parameters", [])],
        body=list(_fields(body)),
        media_type=media_type,
        sent=json.dumps(_least(schema, body), ensure_ascii=False) if media_type == JSON else "",
        answers=sorted(_answers(told["responses"]), key=lambda answer: answer.status),
    )


def _body(schema: Told, told: Told) -> tuple[str, Told]:
    """The media type and the schema of what is sent; "" and {} where nothing is."""
    for media_type, content in told.get("requestBody", {}).get("content", {}).items():
        return media_type, _meant(schema, content["schema"])
    return "", {}


def _meant(schema: Told, told: Told) -> Told:
    """The schema itself where `told` only names it."""
    named: Told = schema["components"]["schemas"][_name(told)] if "$ref" in told else told
    return named


def _name(told: Told) -> str:
    return str(told["$ref"]).rpartition("/")[2]


def _parameter(told: Told) -> Field:
    return Field(
        name=told["name"],
        kind=kind(told["schema"]),
        says=_says(told),
        needed=told.get("required", False),
        place=told["in"],
        default=_default(told["schema"]),
        examples=tuple(
            told["schema"].get("x-values", ())
        ),  # OpenAPI has another form for those of parameters
    )


def _fields(told: Told) -> Iterator[Field]:
    for name, one in told.get("properties", {}).items():
        needed = _is_sent(told) and name in told.get("required", [])
        examples = tuple(map(str, one.get("examples", ())))
        yield Field(name, kind(one), _says(one), needed, default=_default(one), examples=examples)


def _is_sent(told: Told) -> bool:
    """Whether it is a wish, of which some may be left out: those alone refuse fields that there are not."""
    return told.get("additionalProperties") is False


def _says(told: Told) -> SafeString:
    """Its description; what stands between backticks is code."""
    words, *rest = told.get("description", "").split("`")
    said = format_html("{}", words)
    for code, after in zip(rest[::2], rest[1::2], strict=True):
        said = format_html("{}<code>{}</code>{}", said, code, after)
    return said


def _default(told: Told) -> str:
    """As it stands in JSON; "" where there is none, or nothing is the default."""
    value = told.get("default")
    return "" if value in (None, "", []) else json.dumps(value, ensure_ascii=False)


def _answers(told: Told) -> Iterator[Answer]:
    for status, one in told.items():
        if status != "default":
            content = one.get("content", {})
            what = [_content(media_type, told) for media_type, told in content.items()]
            says = mark_safe("") if one["description"] == HTTPStatus(int(status)).phrase else _says(one)
            yield Answer(int(status), says, what[0] if what else Kind(""))


def _content(media_type: str, told: Told) -> Kind:
    return kind(told.get("schema", {})) if media_type == JSON else Kind(media_type)


def kind(told: Told) -> Kind:
    """What a value of this schema is, in words."""
    if "$ref" in told:
        return Kind("", _name(told))
    if "anyOf" in told or "oneOf" in told:
        return _either([kind(one) for one in told.get("anyOf", told.get("oneOf", []))])
    if "enum" in told:
        return Kind(" or ".join(json.dumps(value) for value in told["enum"]))
    if "const" in told:
        return Kind(json.dumps(told["const"]))
    if told.get("type") == "array":
        item = kind(told.get("items", {}))
        return Kind(f"list of {item.words}".rstrip(), item.shape, item.after)
    return Kind(" ".join(filter(None, [told.get("type", "anything"), _format(told), _limits(told)])))


def _either(kinds: list[Kind]) -> Kind:
    """One of several; of shapes the first is linked, and what stands beside it is said after it."""
    first, *others = kinds
    words = "".join(f" or {other.words or other.shape}" for other in others)
    return Kind(first.words, first.shape, words) if first.shape else Kind(first.words + words)


def _format(told: Told) -> str:
    return FORMATS.get(told.get("format", ""), "")


def _limits(told: Told) -> str:
    least, most = told.get("minimum"), told.get("maximum")
    if least is not None and most is not None:
        return f"{least} to {most}"
    if least is not None:
        return f"from {least}"
    return "" if most is None else f"to {most}"


def _least(schema: Told, told: Told) -> Any:
    """A value with all that is needed and nothing besides."""
    told = _meant(schema, told)
    if "examples" in told:
        return told["examples"][0]
    if "default" in told or "const" in told:
        return told.get("default", told.get("const"))
    if "enum" in told:
        return told["enum"][0]
    if "anyOf" in told:
        return _least(schema, told["anyOf"][0])
    if told.get("type") == "array":
        return [_least(schema, told.get("items", {}))]
    if told.get("type") == "object":
        needed = told.get("required", list(told.get("properties", {}))[:1])
        return {name: _least(schema, told["properties"][name]) for name in needed}
    return told.get("minimum", NOTHING.get(told.get("type", "string"), "…"))
