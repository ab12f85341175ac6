"""Data from outside, checked: what all records are built on, and what is wrong with one as a sentence.

Only what reads files and writes schemas imports this module, and pydantic with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, Strict, ValidationError, WithJsonSchema

from cnncost.frozen import FrozenDict


class Record(BaseModel):
    """A record that is read from a file, or written to one: immutable, with a docstring below each of its fields.

    Fields that are not known are refused, and nothing is converted: ``"9"`` is not a number.

    >>> class Point(Record):
    ...     x: Count
    >>> Point.model_validate_json('{"x": 9}')
    Point(x=9)
    """

    def model_post_init(self, context: Any) -> None:
        """Let nobody change the mappings either."""
        for name, value in self.__dict__.items():
            if type(value) is dict:
                self.__dict__[name] = FrozenDict(value)

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, serialize_by_alias=True)


Text = Annotated[str, Strict()]
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
"""A whole number of any size."""
Count = Annotated[int, Strict(), Field(ge=0)]
"""A whole number of any size, from 0."""
Positive = Annotated[int, Strict(), Field(ge=1)]
"""A whole number of any size, from 1."""
Fraction = Annotated[float, Strict(), Field(allow_inf_nan=False)]
"""A number that may have a fraction; a whole one becomes a float."""
Number = Annotated[Whole | Fraction, WithJsonSchema({"type": "number"})]
"""A number that may have a fraction; a whole one stays whole."""


def first_fault(error: ValidationError, data: Any) -> str:
    """What is wrong with `data`, in a sentence with the path of the field; how many other faults there are, too.

    >>> class Point(Record):
    ...     x: Count
    >>> class Line(Record):
    ...     points: tuple[Point, ...]
    >>> data = {"points": [{"x": 1}, {"x": "2"}, {"z": 3}]}
    >>> try:
    ...     Line.model_validate(data)
    ... except ValidationError as error:
    ...     print(first_fault(error, data))
    `points[1].x` should be a valid integer; and 2 more
    """
    faults = {_path(each["loc"], data): each for each in reversed(error.errors(include_url=False))}
    path, first = [*faults.items()][-1]
    others = f"; and {len(faults) - 1} more" if len(faults) > 1 else ""
    return _sentence(path, first["type"], first["msg"], first["input"]) + others


def _sentence(path: str, kind: str, message: str, given: object) -> str:
    name = f"`{path}`" if path else "it"
    if kind == "missing":
        return f"{name} is missing"
    if kind == "extra_forbidden":
        return f"{name} is not a known field"
    if given is None:
        return f"{name} has no value"
    if kind == "too_short" and not given:
        return f"{name} is empty"
    return f"{name} {message.removeprefix('Input ').removeprefix('Value error, ')}"


def _path(location: Sequence[str | int], data: Any) -> str:
    """Where in `data` a fault is, as ``layers[0].params``; without the alternatives of a type that was tried there."""
    path, value = "", data
    for place, step in enumerate(location, 1):
        if isinstance(step, int):
            path, value = f"{path}[{step}]", _at(value, step)
        elif isinstance(value, Mapping) and (step in value or place == len(location)):
            path, value = f"{path}.{step}" if path else step, value.get(step)
    return path


def _at(value: Any, index: int) -> Any:
    return value[index] if isinstance(value, Sequence) and index < len(value) else None
