"""The file's variables and one-line functions, evaluated in their order."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from cnncost.errors import SpecError
from cnncost.language.expansion.scopes.environment import Environment
from cnncost.language.expressions.expression import Function
from cnncost.language.expressions.values import Fault, Value
from cnncost.language.yaml.forms import is_empty
from cnncost.language.yaml.nodes import Node, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from cnncost.language.document.document import Document
    from cnncost.language.document.signature import Parameter

    Element: TypeAlias = "tuple[tuple[int, ...], Value | Node]"
    """Where an element of a list stands, from outside to inside, and what takes its place: a value, or its text."""


class _Definition:
    """What the body of a function sees beside its parameters: the variables before it."""

    __slots__ = ("environment", "name", "order")

    def __init__(self, name: str, environment: Environment, order: dict[str, int]) -> None:
        self.name = name
        self.environment = environment
        self.order = order

    def lookup(self, name: str) -> Value:
        """The value of `name`; raises KeyError when nothing is called that, Fault when it comes later."""
        if name == self.name:
            raise Fault(f"the function `{name}` calls itself")
        if self.order.get(name, -1) > self.order[self.name]:
            raise Fault(f"the variable `{name}` is defined later, on line {self.environment.globals.lines[name]}")
        return self.environment.lookup(name)

    def names(self) -> Iterator[str]:
        """Every name that has a value here."""
        return self.environment.names()


def define_variables(
    document: Document,
    overrides: Mapping[str, Node],
    environment: Environment,
    values: Mapping[str, Value] = MappingProxyType({}),
    elements: Mapping[str, Sequence[Element]] = MappingProxyType({}),
) -> None:
    """Evaluate the file's variables in their order.

    Args:
        document: the spec.
        overrides: what takes the place of a variable's own expression, and sees what that would see.
        environment: what they see.
        values: what variables are that were evaluated elsewhere.
        elements: what takes the place of elements of variables that are lists, once these are evaluated.

    Raises:
        SpecError: an expression without a value, or one that reads a later variable; an element that is not there.
    """
    globals_ = environment.globals
    globals_.lines = {name: variable.signature.span.line for name, variable in document.variables.items()}
    order = {name: position for position, name in enumerate(document.variables)}
    for name, variable in document.variables.items():
        if name in values:
            globals_.variables[name] = _with_elements(name, values[name], elements.get(name, ()), environment)
            continue
        value = overrides.get(name, variable.value)
        if is_empty(value):
            raise SpecError(f"the variable `{name}` has no value", value.span)
        if variable.is_function:
            seen = _Definition(name, Environment(globals_), order)
            globals_.variables[name] = _function(name, variable.signature.parameters, value, seen)
        else:
            own = environment.evaluate(value)
            globals_.variables[name] = _with_elements(name, own, elements.get(name, ()), environment)


def _with_elements(name: str, value: Value, elements: Sequence[Element], environment: Environment) -> Value:
    """The value of a variable with other elements."""
    for places, given in elements:
        value = _replaced(name, value, places, environment.evaluate(given) if isinstance(given, Node) else given)
    return value


def _replaced(around: str, value: Value, places: tuple[int, ...], number: Value) -> Value:
    """A list with another value in the place of one of its elements, which may lie in a list within."""
    if not places:
        return number
    if not isinstance(value, list):
        raise SpecError(f"`{around}` is not a list, and has no element `[{places[0]}]` to set")
    if places[0] >= len(value):
        raise SpecError(f"there is no `{around}[{places[0]}]` to set: `{around}` has {len(value)} elements")
    inner = _replaced(f"{around}[{places[0]}]", value[places[0]], places[1:], number)
    return [*value[: places[0]], inner, *value[places[0] + 1 :]]


def _function(name: str, parameters: tuple[Parameter, ...], value: Node, seen: _Definition) -> Function:
    if not isinstance(value, Scalar):
        raise SpecError(f"the function `{name}` must be one expression", value.span)
    for parameter in parameters:
        if parameter.default is not None:
            raise SpecError("a function's parameters have no defaults", parameter.default_span)
    names = tuple(parameter.name for parameter in parameters)
    return Function(name, names, seen.environment.globals.expression(value.text, value.span), value.span, seen)
