"""The fields of a layer as a spec gives them: a number for all axes where they agree, and no default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError
from cnncost.importers.writer.steps import Expression
from cnncost.layers import REGISTRY, STEP_TYPES

if TYPE_CHECKING:
    from cnncost.graph.graph import Node
    from cnncost.layers import Layer
    from cnncost.layers.base.fields import Field


def arguments_of(node: Node) -> dict[str, Any]:
    """All fields of a node's layer, as plain values.

    >>> from cnncost import load
    >>> conv = load("resnet50").layers[0]
    >>> [arguments_of(conv)[name] for name in ("out", "kernel", "padding", "bias")]
    [64, 7, 3, False]
    """
    layer = node.layer
    if layer.is_own:
        return {name: _argument_of_own(value) for name, value in layer.arguments.items()}
    return {name: _plain(field, getattr(layer, name)) for name, field in layer.fields.items()}


def is_default(keyword: str, name: str, value: Any, arguments: dict[str, Any]) -> bool:
    """Whether a layer has the value of a field by default, given its other fields."""
    fields = STEP_TYPES[keyword].fields
    if name not in fields:
        return False
    field = fields[name]
    if field.required:
        return False
    if callable(field.default):
        other = arguments.get(str(field.default.__doc__))
        return type(other) is type(value) and bool(other == value)
    return bool(_read(field, field.default) == _read(field, value))


def _read(field: Field, value: Any) -> Any:
    """A value as a layer has it, on as many axes as it takes; the value itself where it is no value of the field."""
    rank = len(value) if isinstance(value, list) and field.per_axis else 1
    try:
        return None if value is None else field.read(value, rank)
    except LayerError:
        return ("no value", value)


def _plain(field: Field, value: Any) -> Any:
    """A field as a spec gives it: one number where all axes have it, and one for both sides of an axis."""
    if not isinstance(value, tuple):
        return value
    items = [_plain_item(item) for item in value]
    if field.per_axis and items and all(item == items[0] for item in items) and not isinstance(items[0], list):
        return items[0]
    if field.takes_list and len(items) == 1:
        return items[0]
    return items


def _argument_of_own(value: Any) -> Any:
    """An argument of a layer of a spec's own: a text is an expression, except for the name of a layer."""
    if isinstance(value, tuple):
        return [_argument_of_own(item) for item in value]
    return Expression(f"'{value}'") if isinstance(value, str) and value not in REGISTRY else value


def _plain_item(item: Any) -> Any:
    if not isinstance(item, tuple):
        return item
    return item[0] if all(side == item[0] for side in item) else list(item)


def is_activation(keyword: str) -> bool:
    """Whether steps of that name may be a parameter of a block."""
    kind: type[Layer] | None = REGISTRY.get(keyword)
    return kind is not None and kind.family == "activation"
