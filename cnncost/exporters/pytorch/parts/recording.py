"""What a layer's counterpart in PyTorch is made of, seen by handing it a stand-in for ``torch.nn`` that takes notes.

So a layer says in one place what it is in PyTorch, and nothing imports PyTorch to read it. What is done to tensors is
noted too: arithmetic, methods, attributes and indices. What depends on the numbers in a tensor cannot be noted.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.exporters.pytorch.code.expressions import (
    Attribute,
    Call,
    Choice,
    Item,
    Literal,
    Name,
    Negative,
    Operation,
    Series,
    Slice,
    Star,
    children,
    text_of,
)
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cnncost.graph.graph import Node


class Recording(NamedTuple):
    """A layer in PyTorch's words."""

    module: Any
    """The expression that makes its module; ``None`` for a function of tensors, and for a module of its own."""
    parts: tuple[tuple[str, Any], ...] = ()
    """What a module of its own holds, each with the expression that makes it."""
    result: Any = None
    """What it computes of :func:`input_name`, and of its parts as attributes of ``self``; ``None`` for a module."""
    through: tuple[Any, ...] = ()
    """Calls that a module of its own is put through once it is made, with :data:`MADE` in its place."""
    written: tuple[Callable[..., Any], ...] = ()
    """Functions that it calls by name, whose source belongs into the file."""


MADE = Name("<made>")
"""What stands for a module of the layer's own."""


def input_name(place: int) -> Name:
    """What stands for the input of that place in a recording.

    >>> input_name(1).text
    '<1>'
    """
    return Name(f"<{place}>")


def record(node: Node) -> Recording:
    """What the counterpart of a node is.

    Raises:
        SpecError: it depends on more than can be noted.

    >>> from cnncost import load
    >>> from cnncost.exporters.pytorch.code.expressions import text_of
    >>> text_of(record(load("lenet5").layers[0]).module)
    'nn.Conv2d(1, 6, (5, 5), (1, 1), (0, 0), (1, 1), 1, True, "zeros")'
    """
    notes = _Notes(node.layer.reads_indices)
    try:
        made = node.counterpart(_StandIn(notes))
        recording = _recording(made, _inputs(node, notes))
        _refuse_lost_changes(notes, recording)
    except (SpecError, TypeError, ValueError, AttributeError) as error:
        reason = error.message if isinstance(error, SpecError) else error
        message = f"`{node.name}` cannot be written as PyTorch code: {reason}"
        hint = f"what `{node.type}` is in PyTorch must follow from its fields and shapes, not from what tensors hold"
        raise SpecError(message, node.origin, hint=hint) from error
    return recording._replace(written=tuple(notes.written))


def _inputs(node: Node, notes: _Notes) -> list[_Noted]:
    """What stands for what a node reads; for one that reads nothing, how many samples its first input has."""
    if node.layer.is_source:
        return [_Noted(notes, input_name(0)).shape[0]]
    return [_Noted(notes, input_name(place)) for place in range(len(node.inputs))]


def _recording(made: Any, inputs: Sequence[_Noted]) -> Recording:
    if isinstance(made, _Noted):
        return Recording(made.expression)
    if not isinstance(made, _OwnModule):
        if hasattr(made, "named_parameters"):
            raise TypeError("it is a module of your own")
        return Recording(None, (), _expression(made(*inputs)))
    result = _of_both_modes(made, inputs)
    parts = [(name, _expression(part)) for name, part in made.parts.items() if part is not None]
    return Recording(None, tuple(parts), result, tuple(made.through))


def _of_both_modes(made: _OwnModule, inputs: Sequence[_Noted]) -> Any:
    """What a module computes, in training and otherwise."""
    notes = made.notes
    training = _expression(made.forward(*inputs))
    if not notes.asked_for_training:
        return training
    notes.is_training = False
    return Choice(training, _TRAINING, _expression(made.forward(*inputs)))


def _refuse_lost_changes(notes: _Notes, recording: Recording) -> None:
    """Raise a ValueError for something that is changed in place, and of which nothing is used: it would be lost."""
    used: set[int] = set()
    stack = [recording.module, recording.result, *[part for _, part in recording.parts]]
    while stack:
        expression = stack.pop()
        if id(expression) not in used:
            used.add(id(expression))
            stack += children(expression)
    for change in notes.changes:
        if id(change) not in used:
            raise ValueError(f"`{text_of(change)}` changes what is made")


_WITH_GRADIENTS = Call(Attribute(Name("torch"), "is_grad_enabled"), ())
"""What makes no difference to what is computed."""
_TRAINING = Attribute(Name("self"), "training")


class _Notes:
    """What is common to all that is noted of one layer."""

    def __init__(self, reads_indices: bool) -> None:
        self.reads_indices = reads_indices
        self.written: list[Callable[..., Any]] = []
        self.changes: list[Call] = []
        self.is_training = True
        self.asked_for_training = False


class _Noted:
    """Something of PyTorch's, of which is only known how it came to be."""

    notes: _Notes
    expression: Any

    def __init__(self, notes: _Notes, expression: Any) -> None:
        self.__dict__.update(notes=notes, expression=expression)

    def of(self, expression: Any) -> _Noted:
        return _Noted(self.notes, expression)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"it looks at `{name}`")
        if name == "is_floating_point":
            return lambda: not self.notes.reads_indices
        return self.of(Attribute(self.expression, name))

    def __call__(self, *arguments: Any, **named: Any) -> _Noted:
        by_position = [("", _expression(argument)) for argument in arguments]
        by_name = [(name, _expression(argument)) for name, argument in named.items()]
        call = Call(self.expression, (*by_position, *by_name))
        if isinstance(self.expression, Attribute) and self.expression.name.endswith("_"):
            self.notes.changes.append(call)
        return self.of(call)

    def __setattr__(self, name: str, value: Any) -> None:
        raise TypeError(f"it sets `{name}`")

    def __eq__(self, other: object) -> bool:
        raise TypeError("it compares what tensors hold")

    __hash__ = object.__hash__

    def __getitem__(self, index: Any) -> _Noted:
        return self.of(Item(self.expression, _index(index)))

    def __iter__(self) -> Iterator[_Noted]:
        yield self.of(Star(self.expression))

    def __bool__(self) -> bool:
        if self.expression == _TRAINING:
            self.notes.asked_for_training = True
            return self.notes.is_training
        if self.expression == _WITH_GRADIENTS:
            return True
        raise TypeError("it decides by what tensors hold")

    def __neg__(self) -> _Noted:
        return self.of(Negative(self.expression))

    def written_call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> _Noted:
        """The call of a function that is written into the file."""
        self.notes.written.append(function)
        return self.of(Name(function.__name__))(*arguments)


def _binary(operator: str, swapped: bool) -> Any:
    def noted(self: _Noted, other: Any) -> _Noted:
        pair = (_expression(other), self.expression) if swapped else (self.expression, _expression(other))
        return self.of(Operation(operator, *pair))

    return noted


_OPERATORS = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
    "matmul": "@",
}
for _name, _operator in _OPERATORS.items():
    setattr(_Noted, f"__{_name}__", _binary(_operator, False))
    setattr(_Noted, f"__r{_name}__", _binary(_operator, True))


class _OwnModule:
    """What stands for ``nn.Module`` where a layer derives a class from it."""

    notes: _Notes
    parts: dict[str, Any]
    through: list[Any]

    def __init__(self) -> None:
        self.__dict__.update(parts={}, through=[])

    def __setattr__(self, name: str, value: Any) -> None:
        self.parts[name] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"it looks at `{name}`")
        if self.parts.get(name, self) is None:
            return None
        return _Noted(self.notes, Attribute(Name("self"), name))

    def forward(self, *inputs: Any) -> Any:
        raise NotImplementedError

    def written_call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> _OwnModule:
        """The module, to be put through a function that is written into the file."""
        self.notes.written.append(function)
        given = [("", MADE if argument is self else _expression(argument)) for argument in arguments]
        self.through.append(Call(Name(function.__name__), tuple(given)))
        return self


class _StandIn:
    """What stands for ``torch.nn``."""

    def __init__(self, notes: _Notes) -> None:
        self.functional = _Noted(notes, Name("F"))
        self.modules = SimpleNamespace(module=SimpleNamespace(torch=_Noted(notes, Name("torch"))))
        self.Module = type("Module", (_OwnModule,), {"notes": notes})
        self._nn = _Noted(notes, Name("nn"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._nn, name)


def _expression(value: Any) -> Any:
    """What is noted of a value, or the value itself."""
    if isinstance(value, _Noted):
        return value.expression
    if isinstance(value, _StandIn):
        return Name("nn")
    if isinstance(value, list | tuple):
        items = tuple([_expression(item) for item in value])
        is_plain = isinstance(value, tuple) and all(isinstance(item, Literal) for item in items)
        return Literal(value) if is_plain else Series("()" if isinstance(value, tuple) else "[]", items)
    if value is None or isinstance(value, bool | int | float | str):
        return Literal(value)
    raise TypeError(f"it holds a `{type(value).__name__}`")


def _index(index: Any) -> Any:
    if isinstance(index, slice):
        return Slice(_expression(index.start), _expression(index.stop), _expression(index.step))
    if isinstance(index, tuple):
        return Series("()", tuple([_index(item) for item in index]))
    return Name("...") if index is Ellipsis else _expression(index)
