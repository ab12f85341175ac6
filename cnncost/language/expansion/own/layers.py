"""A step that calls a layer of the spec's own: what its definition says is worked out for what the step reads."""

from __future__ import annotations

from math import trunc
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.language.document.definition import KINDS
from cnncost.language.expansion.arguments import give_values
from cnncost.language.expansion.flow import single
from cnncost.language.expansion.own.texts import text_of
from cnncost.language.expansion.own.window import read_window
from cnncost.language.expansion.scopes.environment import OF_THE_TENSOR, Environment
from cnncost.language.expansion.scopes.names import Binding
from cnncost.language.expressions.substitution import substituted
from cnncost.language.expressions.values import Callee, Opaque, Value, describe
from cnncost.language.yaml.nodes import MappingNode, Node, Scalar, SequenceNode
from cnncost.layers import Buffers, Operations, Tensor
from cnncost.layers.base.costs import GradientMacs
from cnncost.layers.own import OwnCall, OwnLayer, Said, Written

if TYPE_CHECKING:
    from cnncost.language.document.definition import Definition
    from cnncost.language.document.steps import Step
    from cnncost.language.expansion.expand import Expansion
    from cnncost.language.expansion.flow import Flow
    from cnncost.language.expansion.scopes.environment import OwnValue
    from cnncost.language.expansion.scopes.scope import Scope

_MOST_AXES = 8
_EXACT = 2**53
"""From here on a floating-point number may stand for an integer beside the right one."""
_OF_KINDS = {"buffers": Buffers, "operations": Operations, "gradient_macs": GradientMacs}
_SHOWN = {"parameters": "params", "buffers": "buffers"}
"""What figures are called in a report, where that is not as in a definition."""


def add_own_layer(
    expansion: Expansion, step: Step, scope: Scope, label: str, reads: Flow, *, value: OwnValue
) -> Binding:
    """Add a layer that a spec defines itself, as its definition says it for what the step reads."""
    definition, builder, first = value.definition, expansion.builder, expansion.builder.size
    environment = Environment(value.globals)
    environment.tensor = x = builder.nodes[single(builder, reads, step)].y
    arguments = expansion.prepared.of_block(step, definition.signature)
    give_values(definition.signature, arguments, step.callee_span, scope.environment, environment)
    key = value.globals, id(definition), repr(environment.values), x
    expansion.calls.enter(label, step, definition, value.name)
    if key not in expansion.own_layers:
        expansion.own_layers[key] = evaluate_definition(definition, environment, x)
    expansion.calls.leave()
    layer, name = expansion.own_layers[key], scope.prefix + label
    node = builder.add(layer, reads, name, containers=scope.containers, origin=step.callee_span)
    return Binding(node, step.line, first, builder.size)


def evaluate_definition(definition: Definition, environment: Environment, x: Tensor) -> OwnLayer:
    """The layer that a definition is, called with the values of the environment, for the input `x`.

    Raises:
        SpecError: an expression without a value, or one that is not what its key wants.
    """
    arguments = tuple([(each.name, environment.values[each.name]) for each in definition.signature.parameters])
    y = _output(definition.output, environment, x)
    environment.values |= {f"output_{name}": value(y) for name, value in OF_THE_TENSOR.items()}
    reader = _Reader(environment)
    operations, gradients = (reader.kinds(key, getattr(definition, key)) for key in ("operations", "gradient_macs"))
    if gradients is None and operations is not None and not operations.mac:
        gradients = GradientMacs()  # what is not multiplied and accumulated has none
    said = Said(
        y,
        reader.number("parameters", definition.parameters),
        reader.kinds("buffers", definition.buffers),
        operations,
        gradients,
        None if definition.window is None else read_window(definition.window, environment, x, y),
        reader.sum("kept", definition.kept),
    )
    name, plain = definition.signature.name, [(each, _plain(each, value, definition)) for each, value in arguments]
    text = text_of(definition, environment.globals)
    return OwnLayer(OwnCall(name, tuple(plain), x, said, tuple(reader.written.items()), definition.module, text))


class _Reader:
    """The numbers of a definition, and how they are written."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.written: dict[str, Written] = {}
        """By the names of the report's figures."""

    def number(self, key: str, node: Node | None, kind: str = "") -> int | None:
        """A whole number of at least 0; ``None`` where nothing is said."""
        if node is None:
            return None
        if isinstance(node, MappingNode):
            raise SpecError(f"`{kind or key}` must be a whole number, or an expression of one", node.span)
        value = self.environment.evaluate(node)
        written = self._written(node)
        self.written[_shown(key, kind)] = written
        return _whole(kind or key, value, node, written)

    def _written(self, node: Node) -> Written:
        """An expression, and the same with its numbers."""
        text = " ".join(getattr(node, "text", "").split())
        is_expression = isinstance(node, Scalar) and isinstance(node.value, str)
        return Written(text, substituted(text, self.environment) if is_expression else text)

    def sum(self, key: str, node: Node | None) -> int | None:
        """A number, or several that are listed, added up."""
        if not isinstance(node, SequenceNode):
            return self.number(key, node)
        numbers = [self.number(f"{key}[{place}]", item) or 0 for place, item in enumerate(node.items)]
        parts = [self.written.pop(f"{key}[{place}]") for place in range(len(numbers))]
        self.written[key] = Written(*[" + ".join(texts) for texts in zip(*parts, strict=True)] if parts else ("0", "0"))
        return sum(numbers)

    def kinds(self, key: str, node: Node | None) -> Any:
        """Numbers by kind, of which those that are not named are none; ``None`` where nothing is said."""
        if node is None:
            return None
        record = _OF_KINDS[key]
        if not isinstance(node, MappingNode):
            return record(self.number(key, node) or 0)
        numbers = {kind: self.number(key, node.get(kind), kind) or 0 for kind in KINDS[key]}
        return record(**numbers)


def _shown(key: str, kind: str) -> str:
    if key == "operations":
        return "macs" if kind == "mac" else f"ops.{kind}"
    return f"{key}.{kind}" if kind else _SHOWN.get(key, key)


def _whole(what: str, value: Value, node: Node, written: Written) -> int:
    """The value as a whole number of at least 0."""
    here = f"with its numbers it is `{written.numbers}`" if written.numbers != written.formula else ""
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        value = trunc(value)
    if isinstance(value, float):
        hint = "; ".join(filter(None, ("`//` divides whole numbers", here)))
        raise SpecError(f"`{what}` must be a whole number, and this is {value:g}", node.span, hint=hint)
    if not isinstance(value, int) or isinstance(value, bool):
        found = value.describe() if isinstance(value, Opaque) else f"this is {describe(value)}"
        raise SpecError(f"`{what}` must be a whole number, and {found}", node.span, hint=here or None)
    if value < 0:
        raise SpecError(f"`{what}` must not be negative, and this is {value:,}", node.span, hint=here or None)
    return value


def _output(node: Node, environment: Environment, x: Tensor) -> Tensor:
    """The shape that a definition says: as many axes as the input has are read as the input's are."""
    if isinstance(node, Scalar) and node.text == "input":
        return x
    value = environment.evaluate(node)
    items = value if isinstance(value, list) else [value]
    flat = [item for part in items for item in (part if isinstance(part, list) else [part])]
    sizes = [_whole("output", item, node, Written("", "")) for item in flat]
    if not 1 <= len(sizes) <= _MOST_AXES:
        raise SpecError(f"an `output` has 1 to {_MOST_AXES} dimensions, not {len(sizes)}", node.span)
    if 0 in sizes:
        raise SpecError(f"a dimension of `output` reaches zero: {sizes}", node.span, hint=f"its input is {x}")
    channels, *spatial = sizes
    if not spatial:
        return Tensor(channels, (), "flat")
    return Tensor(channels, tuple(spatial), "tokens" if x.layout == "tokens" and len(spatial) == 1 else "map")


def _plain(name: str, value: Value, definition: Definition) -> Any:
    """An argument as the module takes it: numbers, texts and lists of them; a layer by its name."""
    if isinstance(value, Callee):
        return value.name
    if isinstance(value, Opaque):
        message = f"`{name}` of `{definition.signature.name}` cannot be a whole step: {value.describe()}"
        raise SpecError(message, definition.signature.span)
    return tuple([_plain(name, item, definition) for item in value]) if isinstance(value, list) else value
