"""Arguments to parameters: a scalar is the first, a list is positional, a mapping is by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.expressions.expression import bracket_hint
from cnncost.language.yaml.forms import is_empty, is_null
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar, SequenceNode
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Sequence as Ordered

    from cnncost.errors import Span
    from cnncost.language.document.signature import Signature
    from cnncost.language.expansion.scopes.environment import Environment
    from cnncost.language.expressions.values import Value
    from cnncost.layers import Layer
    from cnncost.layers.base.fields import Field


class Argument(NamedTuple):
    """What stands for a parameter."""

    name: str
    """The parameter's name."""
    node: Node | None
    """The value; ``None`` for a name alone, which takes the variable of that name."""
    span: Span
    """Where the value stands, or the name alone."""

    def value(self, environment: Environment) -> Value:
        """The argument's value in the environment of the call."""
        if self.node is not None:
            return environment.evaluate(self.node)
        try:
            return environment.evaluate_text(self.name, self.span)
        except SpecError as error:
            error.hint = error.hint or f"without a value, `{self.name}` takes the variable of that name"
            raise


class Parameters:
    """What a layer or a block takes, as far as it says which argument is for what."""

    __slots__ = ("callee", "names", "signature", "takes_whole")

    def __init__(
        self,
        callee: str,
        names: Ordered[str],
        signature: Callable[[], str],
        takes_whole: Callable[[SequenceNode], bool],
    ) -> None:
        self.callee = callee
        """The name of the layer or block."""
        self.names = names
        """The parameters, in order."""
        self.signature = signature
        """How it is called; asked for in errors only."""
        self.takes_whole = takes_whole
        """Whether a list is the value of the first parameter, rather than a list of arguments."""


def layer_parameters(callee: str, kind: type[Layer]) -> Parameters:
    """The parameters of a layer type: the first takes a list whole where it is one and needs no other."""
    return Parameters(
        callee, list(kind.fields), kind.signature, lambda node: _is_first(list(kind.fields.values()), node)
    )


def _is_first(fields: Ordered[Field], node: SequenceNode) -> bool:
    """Whether `node` is a value of the first field; of one per axis, a single number is one for all axes."""
    first, *others = fields
    is_single = len(node.items) == 1 and not isinstance(node.items[0], SequenceNode)
    alone = not any(field.required for field in others)
    return (first.takes_list and alone) or (first.per_axis and not others and not is_single)


def block_parameters(signature: Signature) -> Parameters:
    """The parameters of a block: a single one takes a list whole that can be nothing else."""
    parameters = signature.parameters
    return Parameters(
        signature.name,
        [parameter.name for parameter in parameters],
        signature.__str__,
        lambda node: len(parameters) == 1 and (len(node.items) > 1 or (parameters[0].default or "").startswith("[")),
    )


def match(parameters: Parameters, node: Node | None) -> dict[str, Argument]:
    """The arguments in `node` by the name of the parameter they are for.

    Raises:
        SpecError: more arguments than parameters, or one for no parameter.
    """
    callee, names = parameters.callee, parameters.names
    if node is None or is_null(node):
        return {}
    if not names and not _is_empty_collection(node):
        raise SpecError(f"`{callee}` takes no arguments", node.span)
    if isinstance(node, Scalar):
        return {names[0]: Argument(names[0], node, node.span)}
    if isinstance(node, SequenceNode):
        items = [node] if names and parameters.takes_whole(node) else node.items
        if len(items) > len(names):
            takes = "1 argument" if len(names) == 1 else f"{len(names)} arguments"
            message = f"`{callee}` takes {takes}, not {len(items)}"
            raise SpecError(message, items[len(names)].span, hint=f"it is {parameters.signature()}")
        return {name: Argument(name, item, item.span) for name, item in zip(names, items, strict=False)}
    arguments = {}
    for key, value in node.entries:
        if key.text not in names:
            raise _unknown(parameters, key)
        alone = is_empty(value)
        arguments[key.text] = Argument(key.text, None if alone else value, key.span if alone else value.span)
    return arguments


def match_beside(parameters: Parameters, node: Node | None, beside: MappingNode | None) -> dict[str, Argument]:
    """As :func:`match`, with the arguments that stand beside the name of a join.

    Raises:
        SpecError: one that is given twice, too.
    """
    arguments = match(parameters, node)
    if beside is None:
        return arguments
    others = match(parameters, beside)
    for name, argument in others.items():
        if name in arguments:
            raise SpecError(f"`{name}` is given twice", argument.span)
    return arguments | others


def _is_empty_collection(node: Node) -> bool:
    """Whether `node` is `{}` or `[]`."""
    return (isinstance(node, MappingNode) and not len(node)) or (isinstance(node, SequenceNode) and not node.items)


def _unknown(parameters: Parameters, key: Scalar) -> SpecError:
    commas = bracket_hint(key.text, key.span)
    if commas is not None:
        return SpecError("unbalanced parentheses", key.span, hint=commas)
    from cnncost.layers.base.elsewhere import suggest_parameter  # only a failing run pays for the import

    close, hint = suggest_parameter(key.text, parameters.names)
    message = f"`{parameters.callee}` has no parameter `{key.text[:60]}`{close}"
    return SpecError(message, key.span, hint="; ".join(filter(None, [hint, f"it is {parameters.signature()}"])))


def give_values(
    signature: Signature, arguments: Mapping[str, Argument], span: Span, outer: Environment, inner: Environment
) -> None:
    """Give `inner`, the environment of a block, the values of its parameters.

    Arguments see what the call sees; a default sees the parameters before it, and the size of the block's input.

    Raises:
        SpecError: a missing or ill-formed argument.
    """
    values = inner.values
    for name, default, default_span in signature.parameters:
        if name in arguments:
            values[name] = arguments[name].value(outer)
        elif default is not None:
            values[name] = inner.evaluate_text(default, default_span)
        else:
            raise SpecError(f"`{signature.name}` needs `{name}`", span, hint=f"it is {signature}")
