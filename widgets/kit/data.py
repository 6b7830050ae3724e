"""Frozen dataclasses to plain JSON data and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints


def plain(value: Any) -> Any:
    """Nested dataclasses, tuples and mappings as dicts and lists; fields at None are left out."""
    if is_dataclass(value):
        pairs = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: plain(item) for name, item in pairs if item is not None}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in cast(Mapping[Any, Any], value).items()}
    return [plain(item) for item in cast(Sequence[Any], value)] if isinstance(value, (tuple, list)) else value


def build(kind: Any, data: Any) -> Any:
    """The inverse of ``plain``, for data that has been checked already: a value of the type ``kind``."""
    if is_dataclass(kind):
        hints = _hints(kind)
        return cast(Any, kind)(**{name: build(hints[name], item) for name, item in data.items()})
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        inner = arguments if arguments[-1] is not Ellipsis else arguments[:1] * len(data)
        return tuple(build(item, value) for item, value in zip(inner, data, strict=True))
    if origin is dict:
        return {key: build(arguments[1], value) for key, value in data.items()}
    if origin in (Union, UnionType) and data is not None:
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        return build(inner, data)
    assert origin in (None, Literal, Union, UnionType), f"{kind} has no plain form"
    return data


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
