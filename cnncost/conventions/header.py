"""What a convention's file says of itself, beside its rules: read from the YAML, and checked with pydantic.

The files that ship are not checked whenever they are read, which would import pydantic: a test checks all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from cnncost.conventions.catalogue import EVERY
from cnncost.errors import SpecError
from cnncost.language.document.signature import check_name
from cnncost.language.yaml.forms import is_empty
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar, SequenceNode

_FLOPS_PER_MAC = {"FLOPs": 2, "MACs": 1}
"""What a multiply-accumulate counts in the backward pass where the file does not say it, by unit."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a convention's file says of itself."""

    name: str
    """What `--convention` calls it."""
    unit: Literal["FLOPs", "MACs"]
    """What its number is."""
    flops_per_mac: int
    """What a multiply-accumulate counts in the backward pass."""
    source: str
    """The tool and its version, or who published the rules."""
    about: str
    """How it counts, in a sentence without its full stop."""
    quirks: tuple[str, ...] = ()
    """What it gets wrong or leaves out, a sentence each."""


def read_header(root: MappingNode, *, checked: bool) -> Header:
    """What the file says of itself.

    Args:
        root: the file, in which no key that is required is missing.
        checked: whether its values may be wrong.

    Raises:
        SpecError: one is; only if `checked`.
    """
    values = {"name": _text(_node(root, "name")), "unit": _text(_node(root, "unit"))}
    values |= {key: _sentence(_node(root, key)) for key in ("source", "about")}
    values["quirks"] = tuple(map(_sentence, _items(root.get("quirks"))))
    usual = _FLOPS_PER_MAC.get(str(values["unit"]), 2)
    values["flops_per_mac"] = _whole(_node(root, "flops_per_mac")) if "flops_per_mac" in root else usual
    if checked:
        _refuse_wrong_types(root, values)
        _refuse_wrong_values(root, values["name"], values["flops_per_mac"], usual)
    return Header(**values | {"about": values["about"].rstrip(".")})


def _refuse_wrong_types(root: MappingNode, values: dict[str, Any]) -> None:
    """Raise a SpecError at the first value of the file that does not fit its field."""
    from pydantic import TypeAdapter, ValidationError  # only those who bring a file of their own pay

    try:
        TypeAdapter(Header).validate_python(values)
    except ValidationError as error:
        faults = [_value_at(root, *each["loc"]) for each in error.errors(include_url=False)]
        key, node = min(faults, key=lambda fault: (fault[1].span.line, fault[1].span.column))
        raise SpecError(_wanted(key, node), node.span) from None


def _value_at(root: MappingNode, key: str | int, index: str | int = 0) -> tuple[str, Node]:
    """The key that a fault lies under, and the node at fault."""
    node = _node(root, str(key))
    return str(key), node.items[int(index)] if isinstance(node, SequenceNode) and key == "quirks" else node


def _wanted(key: str, node: Node) -> str:
    """What is wrong with a value."""
    if key == "unit" and isinstance(node, Scalar):
        return f"the unit is `FLOPs` or `MACs`, not `{node.text[:40]}`"
    if key == "flops_per_mac":
        return f"`{key}` must be a whole number, exact to the unit"
    return f"each of `{key}` must be a text" if key == "quirks" else f"`{key}` must be a text"


def _refuse_wrong_values(root: MappingNode, name: str, flops_per_mac: int, usual: int) -> None:
    """Raise a SpecError for a name that cannot be given on the command line, or a count below 1."""
    span = _node(root, "name").span
    if check_name(name, span, "convention") == EVERY:
        raise SpecError("`all` stands for every convention, and names none", span, hint="choose another name")
    if flops_per_mac < 1:
        hint = f"it is {usual} when left out"
        raise SpecError("`flops_per_mac` must be at least 1", _node(root, "flops_per_mac").span, hint=hint)


def _node(root: MappingNode, key: str) -> Node:
    node = root.get(key)
    assert node is not None
    return node


def _items(node: Node | None) -> list[Node]:
    """The items of a list; one alone needs no list."""
    if node is None or is_empty(node):
        return []
    return node.items if isinstance(node, SequenceNode) else [node]


# What does not fit a field is ``None``, which fits none.


def _text(node: Node) -> Any:
    return node.text if isinstance(node, Scalar) and not is_empty(node) else None


def _sentence(node: Node) -> Any:
    """A text in one line, however it was folded."""
    text = _text(node)
    return None if text is None else " ".join(text.split())


def _whole(node: Node) -> Any:
    value = node.value if isinstance(node, Scalar) else None
    return value if type(value) is int else None
