"""Classes: bodies that are equal up to numbers are one template, and what differs are its constructor's parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.exporters.pytorch.classes.bindings import bind
from cnncost.exporters.pytorch.code.expressions import Attribute, Call, Literal, Name, children, rebuilt
from cnncost.exporters.pytorch.code.signatures import in_brief, module_name
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnncost.exporters.pytorch.classes.bindings import Binding, Slot
    from cnncost.exporters.pytorch.parts.units import Member, Unit


class Instance(NamedTuple):
    """An expression that makes a module of a class of the file: the body of that number, of that template."""

    template: Template
    number: int


class Body(NamedTuple):
    """What a class holds and does, with the numbers that it has at one place of the network."""

    base: str
    """What it is an instance of: a block, or a layer type."""
    members: tuple[Member, ...]
    """In the order of the constructor."""
    units: tuple[Unit, ...]
    """In the order of the forward pass."""
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    is_layer: bool = False
    """Whether it is that of a single layer, whose values are not the graph's."""

    def expressions(self) -> Iterator[Any]:
        """All expressions, those of the constructor first."""
        yield from [member.expression for member in self.members]
        yield from [unit.result for unit in self.units]

    def key(self) -> Any:
        """What bodies have in common that are equal up to numbers."""
        places: dict[int, Any] = {value: ("input", place) for place, value in enumerate(self.inputs)}
        steps = []
        for number, unit in enumerate(self.units):
            reads = tuple([places[value] for value in unit.inputs])
            steps.append((reads, len(unit.outputs), unit.training_only))
            places |= {value: (number, place) for place, value in enumerate(unit.outputs)}
        returned = tuple([places[value] for value in self.outputs])
        attributes = tuple([member.attribute for member in self.members])
        shapes = tuple([shape_of(expression) for expression in self.expressions()])
        return self.base, attributes, tuple(steps), len(self.inputs), returned, shapes


class Template:
    """A class of the file, with every body that is an instance of it."""

    def __init__(self, name: str, is_layer: bool) -> None:
        self.name = name
        self.is_layer = is_layer
        self.bodies: list[Body] = []
        self.bindings: list[Binding] = []
        self.parameters: list[Slot] = []
        self._arguments: list[tuple[Any, ...]] = []

    def settle(self) -> None:
        """Find the parameters, once all bodies are there and the templates that they use are settled."""
        rows = [[*_slots(body)] for body in self.bodies]
        self.bindings, self.parameters, self._arguments = bind(rows)

    def arguments(self, number: int) -> list[tuple[str, Any]]:
        """What the constructor is given for a body."""
        values = self._arguments[number]
        return [(slot.name, value) for slot, value in zip(self.parameters, values, strict=True)]


class Library:
    """All templates, in the order in which their first bodies were found: what a class uses stands in front of it."""

    def __init__(self, names: Any) -> None:
        self.templates: list[Template] = []
        self._by_key: dict[Any, Template] = {}
        self._names = names

    def instance_of(self, body: Body) -> Instance:
        """An instance of the template of this body, which is a new one where no body so far equals it."""
        key = body.key()
        template = self._by_key.get(key)
        if template is None:
            template = self._by_key[key] = Template(self._names(body.base), body.is_layer)
            self.templates.append(template)
        template.bodies.append(body)
        return Instance(template, len(template.bodies) - 1)


def shape_of(expression: Any) -> Any:
    """What is left of an expression without its numbers: a key."""
    match expression:
        case Literal(value=value):
            return "#" if is_number(value) else repr(value)
        case Instance(template=template):
            return id(template)
        case Name(text=text):
            return text
        case Attribute(base=base, name=name):
            return shape_of(base), name
        case Call(function=function, arguments=arguments):
            return shape_of(function), *[(name, shape_of(argument)) for name, argument in arguments]
    parts = tuple([shape_of(child) for child in children(expression)])
    return type(expression).__name__, getattr(expression, "operator", getattr(expression, "brackets", "")), parts


def is_number(value: Any) -> bool:
    """Whether a value may differ between the instances of a class: a number, or several."""
    if isinstance(value, tuple):
        return bool(value) and all(is_number(item) for item in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def numbers_in(expression: Any) -> list[Any]:
    """All numbers of an expression and of the bodies that it makes instances of: equal for what is equal."""
    match expression:
        case Literal(value=value):
            return [value] if is_number(value) else []
        case Instance(template=template, number=number):
            return [value for part in template.bodies[number].expressions() for value in numbers_in(part)]
    return [value for child in children(expression) for value in numbers_in(child)]


def is_same(one: Any, other: Any) -> bool:
    """Whether two expressions make modules that are the same."""
    return shape_of(one) == shape_of(other) and numbers_in(one) == numbers_in(other)


def _slots(body: Body) -> Iterator[tuple[str, str, Any]]:
    """Every number of a body, with the argument that it is and whose."""
    for member in body.members:
        yield from _slots_of(member.expression, "", member.attribute)
    for unit in body.units:
        yield from _slots_of(unit.result, "", "")


def _slots_of(expression: Any, argument: str, whose: str) -> Iterator[tuple[str, str, Any]]:
    match expression:
        case Literal(value=value):
            if is_number(value):
                yield argument, whose, value
        case Instance(template=template, number=number):
            for name, value in template.arguments(number):
                yield name, whose, value
        case Call(function=function, arguments=arguments):
            yield from _slots_of(function, argument, whose)
            for name, given in arguments:
                yield from _slots_of(given, name or argument, whose)
        case _:
            for child in children(expression):
                yield from _slots_of(child, argument, whose)


def filled(expression: Any, bindings: Iterator[Any]) -> Any:
    """The expression as the class has it: its numbers replaced by what they are bound to, in their order."""
    match expression:
        case Literal(value=value):
            return next(bindings) if is_number(value) else expression
        case Instance(template=template):
            given = [(slot, next(bindings)) for slot in template.parameters]
            return Call(Name(template.name), tuple(_arguments(given)))
    found = rebuilt(expression, lambda part: filled(part, bindings))
    return in_brief(found) if module_name(found) else found


def _arguments(given: Sequence[tuple[Slot, Any]]) -> Iterator[tuple[str, Any]]:
    """The arguments of a class of the file: channels by position, the rest by name where it is not the default."""
    for slot, binding in given:
        if slot.default is None or binding != Literal(slot.default):
            yield "" if slot.is_channels else slot.name, binding


def freed(expression: Any, parameters: Mapping[str, Any]) -> Any:
    """The expression outside the constructor, where its parameters are attributes of the module."""
    if isinstance(expression, Name):
        return parameters.get(expression.text, expression)
    return rebuilt(expression, lambda part: freed(part, parameters))
