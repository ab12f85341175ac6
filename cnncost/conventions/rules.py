"""A convention made of rules: an expression of the spec language for each layer type, evaluated at every layer."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from cnncost.conventions.base import Convention, Written
from cnncost.conventions.counted import whole_count
from cnncost.conventions.quantities import QUANTITIES, LayerCall, field_names, field_value
from cnncost.errors import SpecError
from cnncost.language.expressions.substitution import substituted
from cnncost.layers import REGISTRY
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnncost.conventions.header import Header
    from cnncost.errors import Span
    from cnncost.graph.graph import Node
    from cnncost.language.expressions.expression import Expression
    from cnncost.language.expressions.values import Value
    from cnncost.layers.base.costs import Operations

_MOST_NAMED = 6
"""Layer types that an error names besides the one at fault."""


class Rule(NamedTuple):
    """What one layer counts."""

    layers: tuple[str, ...]
    """The layer types and families that it counts, as they are written."""
    expression: Expression
    """Its count."""
    span: Span
    """Where the expression stands."""

    @property
    def text(self) -> str:
        """The expression in one line."""
        return " ".join(self.expression.text.split())


class RuleBook(NamedTuple):
    """The rules of a convention."""

    rules: tuple[Rule, ...]
    """In the order of the file."""
    free: tuple[str, ...]
    """The layer types and families that count nothing, as they are written."""
    otherwise: Rule | None
    """Of the layers that are in neither; ``None`` where it has none, and refuses them."""
    types: Mapping[str, Rule]
    """The rule of each layer type that has one of its own; of one that is free it is 0."""
    families: Mapping[str, Rule]
    """The rule of each family that has one, for its other types."""
    variables: Mapping[str, Rule]
    """Names for expressions, each of which sees those before it."""

    def rule_of(self, keyword: str) -> Rule | None:
        """The rule that counts a layer type: its own, its family's, or that of all others."""
        family = REGISTRY[keyword].family if keyword in REGISTRY else ""
        return self.types.get(keyword) or self.families.get(family) or self.otherwise

    def uncounted(self) -> list[str]:
        """The layer types that are neither counted nor free."""
        return [keyword for keyword in REGISTRY if self.rule_of(keyword) is None]


class RuleConvention(Convention):
    """A convention that is data, as the file that it was read from states it.

    >>> from cnncost.conventions import CONVENTIONS
    >>> CONVENTIONS["fvcore"].rule_of("batchnorm").text
    'plain * input * ((5 if training else 2) if affine else (4 if training else 1))'
    """

    arithmetic = False
    span: Span

    def __init__(self, header: Header, book: RuleBook, span: Span) -> None:
        self.name = header.name
        self.unit = header.unit
        self.flops_per_mac = header.flops_per_mac
        self.source = header.source
        self.quirks = header.quirks
        self.header = header
        """What its file says of itself."""
        self.book = book
        """Its rules."""
        self.span = span
        self.share()

    def __eq__(self, other: object) -> bool:
        """Whether both were read from the same text."""
        return isinstance(other, RuleConvention) and self.span.source.text == other.span.source.text

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def about(self) -> str:
        return self.header.about

    def rule_of(self, keyword: str) -> Rule:
        """The rule that counts a layer type.

        Raises:
            SpecError: it is neither counted nor free, and there is no rule for the others.
        """
        rule = self.book.rule_of(keyword)
        if rule is None:
            hint = f"give it a rule, name it under `free`, or write `otherwise`{_others(self.book, keyword)}"
            raise SpecError(f"the convention `{self.name}` says nothing of `{keyword}`", self.span, hint=hint)
        return rule

    def knows(self, node: Node) -> bool:
        return self.book.rule_of(node.type) is not None

    def count(self, node: Node, operations: Operations, batch: int, training: bool) -> int:
        scope = LayerScope(LayerCall(node, operations, batch, training), self.book.variables)
        with _at(self.name, node.name):
            return self._count(self.rule_of(node.type), scope)

    def written(self, node: Node, operations: Operations, batch: int, training: bool) -> Written:
        scope = LayerScope(LayerCall(node, operations, batch, training), self.book.variables)
        with _at(self.name, node.name):
            rule = self.rule_of(node.type)
            return Written(rule.text, substituted(rule.text, scope), self._count(rule, scope))

    def _count(self, rule: Rule, scope: LayerScope) -> int:
        value = rule.expression.evaluate(scope, rule.span)
        if value.__class__ is int and value >= 0:
            return value
        return whole_count(value, rule, substituted(rule.text, scope))


def _others(book: RuleBook, keyword: str) -> str:
    """The other layer types of which a convention says nothing, for a hint."""
    others = [f"`{other}`" for other in book.uncounted() if other != keyword]
    more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
    return f"; nor does it name {', '.join(others[:_MOST_NAMED])}{more}" if others else ""


@contextmanager
def _at(convention: str, layer: str) -> Iterator[None]:
    """What goes wrong inside is told with the layer that was counted."""
    try:
        yield
    except SpecError as error:
        error.chain = (f"the convention {convention}", f"the layer {layer}")
        raise


class Constants:
    """The variables of a convention, of which those that read nothing of a layer have a value."""

    __slots__ = ("_values", "_variables")

    def __init__(self, variables: Mapping[str, Rule]) -> None:
        self._variables = variables
        self._values: dict[str, Value] = {}

    def lookup(self, name: str) -> Value:
        """The value of `name`, computed once: each may be read many times by those that come after it.

        Raises:
            KeyError: it has none.
        """
        if name not in self._values:
            variable = self._variables[name]
            self._values[name] = variable.expression.evaluate(self, variable.span)
        return self._values[name]

    def names(self) -> Iterable[str]:
        """Every name that has a value here."""
        return self._variables


class LayerScope(Constants):
    """The names of a rule, with their values at one layer."""

    __slots__ = ("_call",)

    def __init__(self, call: LayerCall, variables: Mapping[str, Rule]) -> None:
        super().__init__(variables)
        self._call = call

    def lookup(self, name: str) -> Value:
        """The value of `name`; raises KeyError when it has none."""
        if name in QUANTITIES:
            return QUANTITIES[name].value(self._call)
        if name in self._variables:
            return super().lookup(name)
        if name in field_names(self._call.node.layer):
            return field_value(self._call.node, name)
        raise KeyError(name)

    def names(self) -> Iterable[str]:
        """Every name that has a value here."""
        return [*QUANTITIES, *self._variables, *field_names(self._call.node.layer)]
