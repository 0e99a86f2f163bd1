"""The acts of the API as its own document describes them, and bodies made from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

_METHODS = ("get", "post", "put", "patch", "delete")
_BY_FORMAT = {
    "uuid": "6f1d3c5e-0000-4000-8000-000000000000",
    "date": "2026-11-09",
    "date-time": "2026-11-09T10:00:00Z",
    "email": "a@example.test",
}


@dataclass(frozen=True)
class Operation:
    """One act of the document: its method, its address with parts, and the shape of its body."""

    path: str
    method: str
    body: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    def __hash__(self) -> int:
        return hash((self.path, self.method))

    def address(self, ids: Mapping[str, Any]) -> str:
        """Fill the parts of the address."""
        return re.sub(r"{(\w+)}", lambda part: str(ids[part.group(1)]), self.path)

    def properties(self) -> dict[str, Any]:
        """Give the fields of the body with their shapes."""
        return {name: resolved(each) for name, each in self.body.get("properties", {}).items()}

    def id_fields(self) -> list[str]:
        """Name the fields that take an identifier, alone or in a list."""
        return [
            name
            for name, each in self.properties().items()
            if "uuid" in {each.get("format"), resolved(each.get("items", {})).get("format")}
        ]


@cache
def document() -> dict[str, Any]:
    """Make the API's document."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


def operations() -> Iterator[Operation]:
    """List the acts of the document."""
    for path, methods in document()["paths"].items():
        for method in _METHODS:
            if method in methods:
                content = methods[method].get("requestBody", {}).get("content", {})
                shape = content.get("application/json", {}).get("schema", {})
                yield Operation(path, method, resolved(shape))


def resolved(shape: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference, and take the first of several shapes."""
    if "$ref" in shape:
        name = shape["$ref"].rsplit("/", 1)[-1]
        return resolved(document()["components"]["schemas"][name])
    for several in ("allOf", "oneOf", "anyOf"):
        if several in shape:
            return resolved(shape[several][0])
    return shape


def sample(shape: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    """Make a body of this shape; `given` are the values of some of its fields."""
    shape = resolved(shape)
    if not shape:
        return {}
    if shape.get("enum"):
        return shape["enum"][0]
    kind = shape.get("type")
    if kind == "object" or "properties" in shape:
        wanted = set(shape.get("required", [])) | set(given)
        return {
            name: _field(each, given.get(name))
            for name, each in shape.get("properties", {}).items()
            if name in wanted
        }
    if kind == "array":
        return [sample(shape["items"], {})]
    if kind in {"integer", "number"}:
        return shape.get("minimum", 1)
    if kind == "boolean":
        return False
    return _BY_FORMAT.get(shape.get("format", ""), "Sample")


def _field(shape: Mapping[str, Any], given: Any) -> Any:
    if given is None:
        return sample(shape, {})
    return [given] if resolved(shape).get("type") == "array" else given
