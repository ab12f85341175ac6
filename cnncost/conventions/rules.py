"""A convention made of rules: an expression of the spec language for each layer type, evaluated at every layer."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from cnncost.conventions.base import Convention, Unit, Written
from cnncost.conventions.quantities import QUANTITIES, LayerCall, field_names, field_value
from cnncost.errors import SpecError
from cnncost.language.expressions.arithmetic import BUILTINS
from cnncost.language.expressions.tokens import tokenize
from cnncost.language.expressions.values import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnncost.errors import Span
    from cnncost.graph.graph import Node
    from cnncost.language.expressions.expression import Expression
    from cnncost.language.expressions.values import Value
    from cnncost.layers.base.costs import Operations

_EXACT = 2**53
"""From here on a floating-point number may stand for an integer beside the right one."""


class Rule(NamedTuple):
    """An expression, where it stands, and the layer types and families that it counts, as they are written."""

    layers: tuple[str, ...]
    expression: Expression
    span: Span

    @property
    def text(self) -> str:
        """The expression in one line."""
        return " ".join(self.expression.text.split())


class RuleBook(NamedTuple):
    """The rules of a convention.

    Attributes:
        rules: in the order of the file. otherwise: of the layers that none of them counts.
        by_type: the rule of each layer type that has one.
        variables: names for expressions, each of which sees those before it.
    """

    rules: tuple[Rule, ...]
    otherwise: Rule
    by_type: Mapping[str, Rule]
    variables: Mapping[str, Rule]


class RuleConvention(Convention):
    """A convention that is data, as the file that it was read from states it.

    >>> from cnncost.conventions import CONVENTIONS
    >>> CONVENTIONS["fvcore"].rule_of("batchnorm").text
    'input * ((5 if training else 2) if affine else (4 if training else 1))'
    """

    arithmetic = False

    def __init__(
        self,
        name: str,
        *,
        unit: Unit,
        flops_per_mac: int,
        source: str,
        about: str,
        quirks: tuple[str, ...],
        book: RuleBook,
        span: Span,
    ) -> None:
        self.name = name
        self.unit = unit
        self.flops_per_mac = flops_per_mac
        self.source = source
        self.quirks = quirks
        self.book = book
        self.span = span
        self._about = about

    @property
    def about(self) -> str:
        return self._about

    def rule_of(self, type_: str) -> Rule:
        """The rule that counts a layer type."""
        return self.book.by_type.get(type_, self.book.otherwise)

    def count(self, node: Node, operations: Operations, batch: int, training: bool) -> int:
        rule = self.rule_of(node.type)
        scope = LayerScope(LayerCall(node, operations, batch, training), self.book.variables)
        with _at(self.name, node.name):
            return _whole(rule.expression.evaluate(scope, rule.span), rule)

    def written(self, node: Node, operations: Operations, batch: int, training: bool) -> Written:
        rule = self.rule_of(node.type)
        scope = LayerScope(LayerCall(node, operations, batch, training), self.book.variables)
        with _at(self.name, node.name):
            return Written(
                rule.text, substituted(rule.text, scope), _whole(rule.expression.evaluate(scope, rule.span), rule)
            )


@contextmanager
def _at(convention: str, layer: str) -> Iterator[None]:
    """What goes wrong inside is told with the layer that was counted."""
    try:
        yield
    except SpecError as error:
        error.chain = (f"the convention {convention}", f"the layer {layer}")
        raise


class LayerScope:
    """The names of a rule, with their values at one layer."""

    __slots__ = ("_place", "_values", "_variables")

    def __init__(self, place: LayerCall, variables: Mapping[str, Rule]) -> None:
        self._place = place
        self._variables = variables
        self._values: dict[str, Value] = {}

    def lookup(self, name: str) -> Value:
        """The value of `name`; raises KeyError when it has none."""
        if name in QUANTITIES:
            return QUANTITIES[name].value(self._place)
        if name in self._variables:
            return self._variable(name)
        if name in field_names(self._place.node.layer):
            return field_value(self._place.node, name)
        raise KeyError(name)

    def _variable(self, name: str) -> Value:
        """The value of a variable, computed once: each may be read many times by those that come after it."""
        if name not in self._values:
            variable = self._variables[name]
            self._values[name] = variable.expression.evaluate(self, variable.span)
        return self._values[name]

    def names(self) -> Iterable[str]:
        """Every name that has a value here."""
        return [*QUANTITIES, *self._variables, *field_names(self._place.node.layer)]


def substituted(text: str, scope: LayerScope) -> str:
    """An expression with values for its names; evaluated, it gives what the expression gives in the scope."""
    parts, end = [], 0
    for token in tokenize(text):
        if token.kind == "name" and token.text not in BUILTINS:
            parts += [text[end : token.start], _literal(scope.lookup(token.text))]
            end = token.end
    return "".join([*parts, text[end:]])


def _literal(value: Value) -> str:
    """A value as expressions write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, str):
        return f"'{value}'"
    return f"({value})" if value < 0 else str(value)


def _whole(value: Value, rule: Rule) -> int:
    """The count that a rule came to.

    Raises:
        SpecError: it is no whole number. One below zero may be what a tool really says.
    """
    if type(value) is float and value.is_integer():
        if abs(value) > _EXACT:
            hint = "`/` gives a fraction, which holds 15 digits; `//` gives a whole number"
            raise SpecError("the count is too large to be exact as a fraction", rule.span, hint=hint)
        value = int(value)
    if type(value) is float:
        hint = "`floor`, `ceil` or `round` make it whole"
        raise SpecError(f"a count must be a whole number, and this is {value}", rule.span, hint=hint)
    if type(value) is not int:
        raise SpecError(f"a count must be a whole number, not {describe(value)}", rule.span)
    return value
