"""What the numbers of a class are: the same everywhere, a parameter of its constructor, or computed from one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cnncost.exporters.pytorch.code.expressions import Literal, Name, Operation
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_CHANNELS = {
    *("in_channels", "out_channels", "num_features", "num_channels", "in_features", "out_features", "groups"),
    *("normalized_shape", "embed_dim", "embedding_dim", "num_parameters", "channels"),
}
_CALLED = {"num_features": "channels", "num_channels": "channels", "normalized_shape": "channels"}
"""Parameters that a class of several layers calls otherwise."""
_UNNAMED = {"int": "size", "float": "value", "tuple": "sizes"}
"""What numbers are called that are given by position."""
_LARGEST_FACTOR = 64

Binding = Any
"""An expression: a literal, a parameter, or one made of a parameter."""


class Slot(NamedTuple):
    """A parameter of a constructor."""

    name: str
    annotation: str
    """Its type, in Python's words."""
    is_channels: bool
    """Whether it counts channels, or what is like them."""
    column: tuple[Any, ...]
    """Its value for every body."""

    @property
    def default(self) -> Any:
        """What it is for most of the bodies; ``None`` for channels and for what has no name that says what it is."""
        if self.is_channels or _is_unnamed(self.name):
            return None
        value, times = Counter(self.column).most_common(1)[0]
        return value if 2 * times >= len(self.column) else None


def bind(rows: Sequence[Sequence[tuple[str, str, Any]]]) -> tuple[list[Binding], list[Slot], list[tuple[Any, ...]]]:
    """What every number of a class is bound to.

    Args:
        rows: for each body the numbers in the order of the class, with the argument that each is and whose.

    Returns:
        For each number the expression in its place; the parameters; and for each body the arguments.

    >>> from cnncost.exporters.pytorch.code.expressions import text_of
    >>> narrow = [("in_channels", "conv", 8), ("out_channels", "conv", 16), ("kernel_size", "conv", 3)]
    >>> wide = [("in_channels", "conv", 32), ("out_channels", "conv", 64), ("kernel_size", "conv", 3)]
    >>> bindings, parameters, arguments = bind([narrow, wide])
    >>> [text_of(binding) for binding in bindings], arguments
    (['in_channels', '2 * in_channels', '3'], [(8,), (32,)])
    """
    bindings: list[Binding] = []
    parameters: list[Slot] = []
    for entries in zip(*rows, strict=True):
        argument, whose, first = entries[0]
        column = tuple([value for _, _, value in entries])
        if all(_same(value, first) for value in column):
            bindings.append(Literal(first))
            continue
        bound = _of_another(argument, column, parameters)
        if bound is None:
            name = _name(argument, whose, type(first).__name__, [slot.name for slot in parameters])
            parameters.append(Slot(name, _annotation(column), argument in _CHANNELS - {"groups"}, column))
            bound = Name(name)
        bindings.append(bound)
    parameters.sort(key=lambda slot: (not slot.is_channels, slot.default is not None))
    arguments = [tuple([slot.column[number] for slot in parameters]) for number in range(len(rows))]
    return bindings, parameters, arguments


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) and type(one) is type(other)


def _of_another(argument: str, column: tuple[Any, ...], parameters: Sequence[Slot]) -> Binding | None:
    """A parameter that it always equals, or of which it is a multiple or a part; ``None`` if there is none."""
    alike = [slot for slot in parameters if _may_be_one(argument, slot)]
    for slot in alike:
        if all(_same(one, other) for one, other in zip(column, slot.column, strict=True)):
            return Name(slot.name)
    if argument == "padding":
        return _half_of_kernel(column, parameters)
    if argument not in _CHANNELS:
        return None
    for slot in alike:
        bound = _multiple(column, slot)
        if bound is not None:
            return bound
    return None


def _may_be_one(argument: str, slot: Slot) -> bool:
    """Whether two numbers that are always the same are so because they mean the same."""
    if _is_unnamed(argument) or _is_unnamed(slot.name):
        return True
    if argument in _CHANNELS and slot.is_channels:
        return True
    return slot.name == argument or {slot.name, argument} == {"padding", "dilation"}


def _is_unnamed(argument: str) -> bool:
    return not argument or argument.rstrip("_0123456789") in _UNNAMED.values()


def _half_of_kernel(column: tuple[Any, ...], parameters: Sequence[Slot]) -> Binding | None:
    for slot in parameters:
        if slot.name.endswith("kernel_size") and slot.annotation == "int":
            halves = [kernel // 2 for kernel in slot.column]
            if [*column] == halves:
                return Operation("//", Name(slot.name), Literal(2))
    return None


def _multiple(column: tuple[Any, ...], slot: Slot) -> Binding | None:
    pairs = [*zip(column, slot.column, strict=True)]
    if not all(isinstance(one, int) and isinstance(other, int) and one and other for one, other in pairs):
        return None
    times, part = pairs[0][0] // pairs[0][1], pairs[0][1] // pairs[0][0]
    if 1 < times <= _LARGEST_FACTOR and all(one == times * other for one, other in pairs):
        return Operation("*", Literal(times), Name(slot.name))
    if 1 < part <= _LARGEST_FACTOR and all(part * one == other for one, other in pairs):
        return Operation("//", Name(slot.name), Literal(part))
    return None


def _annotation(column: Sequence[Any]) -> str:
    kinds = {_kind(value) for value in column}
    return " | ".join(sorted(kinds, key=("int", "float").index if kinds <= {"int", "float"} else None))


def _kind(value: Any) -> str:
    if isinstance(value, tuple):
        inner = " | ".join(sorted({_kind(item) for item in value}))
        return f"tuple[{inner}, ...]"
    return type(value).__name__


def _name(argument: str, whose: str, kind: str, taken: Sequence[str]) -> str:
    """The argument's own name, with that of the module in front where it is taken."""
    wanted = _CALLED.get(argument, argument) or _UNNAMED[kind]
    if wanted in taken and whose:
        wanted = f"{whose}_{wanted}"
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name
