"""What forms a node of the tree may have: each helper gives the form back, or says what is wrong with the node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError, did_you_mean
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar
from cnncost.language.yaml.scalars import NULLS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnncost.errors import Span


def is_empty(node: Node) -> bool:
    """Whether nothing was written: the value of `out` in `{out, kernel: 3}`."""
    return isinstance(node, Scalar) and not node.quoted and node.text == ""


def is_null(node: Node | None) -> bool:
    """Whether there is nothing, nothing was written, or YAML's word for nothing: all three of `relu`, as a step."""
    return node is None or (isinstance(node, Scalar) and not node.quoted and node.text in NULLS)


def mapping(node: Node, what: str) -> MappingNode:
    """`node` as a mapping; raises SpecError when it is not one."""
    if not isinstance(node, MappingNode):
        raise SpecError(f"{what} must be a mapping, `key: value`", node.span)
    return node


def plain_text(node: Node, what: str) -> str:
    """`node` as a text; raises SpecError when it is not one."""
    if not isinstance(node, Scalar) or is_empty(node):
        raise SpecError(f"{what} must be a text", node.span)
    return node.text


def refuse_unknown_keys(node: MappingNode, known: Iterable[str], owner: str) -> None:
    """Raise a SpecError for the first key of `node` that `owner` does not have."""
    known = list(known)
    for key, _ in node.entries:
        if key.text not in known:
            close = did_you_mean(key.text, known)
            hint = None if close else f"{owner} has {', '.join(known)}"
            raise SpecError(f"{owner} has no key `{key.text[:60]}`{close}", key.span, hint=hint)


def text_of(node: MappingNode, key: str) -> str | None:
    """The text under a key; ``None`` where there is none; raises SpecError when it is not a text."""
    value = node.get(key)
    return None if value is None else plain_text(value, f"`{key}`")


def whole_number(node: MappingNode, key: str, wanted: str = "a whole number, exact to the unit") -> int | None:
    """The whole number under a key; ``None`` where there is none; raises SpecError when it is something else."""
    figure = node.get(key)
    if figure is None:
        return None
    value = figure.value if isinstance(figure, Scalar) else None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise SpecError(f"`{key}` must be {wanted}", figure.span)
    return value


def text_span(node: Scalar) -> Span:
    """The span of the text itself, without its quotes."""
    return node.span.part(1, node.span.end_column - node.span.column - 1) if node.quoted else node.span
