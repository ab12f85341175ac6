"""Arguments to fields: what a layer is made of, and the nodes that it follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.language.expressions.values import Opaque
from cnncost.language.yaml.nodes import Node, Scalar, SequenceNode
from cnncost.layers.base.choices import Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnncost.language.expansion.arguments import Argument
    from cnncost.language.expansion.flow import Flow
    from cnncost.language.expansion.scopes.environment import Environment
    from cnncost.layers.base.fields import Field

    Resolve = Callable[[Node], Flow]


_WORDS_OF_PADDING = {
    "same": "`same` is a padding of `conv` and `maxpool`; a `pad` before other layers adds zeros, `padding` as many",
    "valid": "`valid` is a padding of `conv` and `maxpool`; elsewhere it is 0",
}


class FieldArguments:
    """What stands for the fields of a layer, worked out once however often its step runs."""

    __slots__ = ("all_fixed", "arguments", "fixed", "spans")

    def __init__(self, fields: Mapping[str, Field], arguments: dict[str, Argument]) -> None:
        self.arguments = arguments
        """By the names of the fields."""
        self.spans = {name: argument.span for name, argument in arguments.items()}
        """Where each stands."""
        known = {name: _fixed(fields[name], argument.node) for name, argument in arguments.items()}
        self.fixed = {name: value for name, value in known.items() if value is not None}
        """The values that are the same in every turn: numbers, truth values, and words that a field knows."""
        self.all_fixed = len(self.fixed) == len(arguments)
        """Whether no turn has anything to evaluate."""


def _fixed(field: Field, node: Node | None) -> Any:
    """The value of a node for a field wherever the step runs; ``None`` where it is not known before."""
    if not isinstance(node, Scalar) or isinstance(field, Reference):
        return None
    if _is_literal(field, node.text):
        return node.text
    try:
        return None if isinstance(node.value, str) else node.value
    except SpecError:  # a number that is too large: an error when its turn comes
        return None


def _is_literal(field: Field, text: str) -> bool:
    """Whether a field takes a text as it stands."""
    return field.is_literal or text in field.literals


def field_values(
    fields: Mapping[str, Field], given: FieldArguments, environment: Environment, resolve: Resolve | None
) -> tuple[dict[str, Any], list[int]]:
    """The values that a layer is made of, and the nodes that it follows and so reads besides.

    `resolve` finds the nodes that an argument names, for a field that follows another step.

    Raises:
        SpecError: an expression without a value, a value that no field can be, or a name of no step.
    """
    values: dict[str, Any] = {}
    followed: list[int] = []
    for name, argument in given.arguments.items():
        field = fields[name]
        if name in given.fixed:
            values[name] = given.fixed[name]
        elif isinstance(field, Reference):
            followed.append(_followed(argument, resolve, is_first=not values))
            values[name] = True
        else:
            values[name] = _field_value(field, argument, environment)
    return values, followed


def _field_value(field: Field, argument: Argument, environment: Environment) -> Any:
    """An argument's value for a field: a literal where the field knows the word, else an expression."""
    literal = getattr(argument.node, "text", None)
    if literal is not None and _is_literal(field, literal):
        return literal
    if isinstance(argument.node, SequenceNode) and field.takes_list and field.literals:
        return [
            _field_value(field, argument._replace(node=item, span=item.span), environment)
            for item in argument.node.items
        ]
    try:
        value = argument.value(environment)
    except SpecError:
        if literal in _WORDS_OF_PADDING:
            raise field.refuse(literal, hint=_WORDS_OF_PADDING[literal]).at(argument.span, {}) from None
        raise
    if isinstance(value, Opaque):
        raise SpecError(f"`{field.name}` must be {field.wanted}; {value.describe()}", argument.span)
    return value


def _followed(argument: Argument, resolve: Resolve | None, *, is_first: bool) -> int:
    """The one node that an argument names."""
    if argument.node is None or resolve is None:
        raise SpecError(f"`{argument.name}` needs the name of a step", argument.span)
    if not isinstance(getattr(argument.node, "value", ""), str):
        hint = None if is_first else "a list gives the parameters in order; one value per axis is `{size: [28, 28]}`"
        raise SpecError(f"`{argument.name}` needs the name of a step, not a number", argument.span, hint=hint)
    found = resolve(argument.node)
    if len(found) != 1:
        raise SpecError(f"`{argument.name}` names one step, not {len(found)}", argument.span)
    return found[0]
