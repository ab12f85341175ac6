"""How the backward of an operation makes the gradients of what it read.

A rule is handed the engine and the operation, which has received the gradients of its outputs, and gives back one
gradient for each of its inputs, or ``None``. Afterwards the engine lets go of the gradients that came, and of what was
saved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.autograd.engine import Engine
    from cnncost.autograd.operation import Gradient, Operation, Rule
    from cnncost.autograd.strides import Strides
    from cnncost.autograd.tensors import Value

    Gradients = list[Gradient | None]


def together(engine: Engine, operation: Operation) -> Gradients:
    """Each input gets a new gradient of its size, all of them from one call: convolutions, normalisations, pools."""
    return [engine.new(read) if read.needs_gradient else None for read in operation.inputs]


def passed(engine: Engine, operation: Operation) -> Gradients:
    """The inputs get the gradient of the output itself: sums of tensors of one shape.

    An operand that was broadcast gets a sum of it, which is new.
    """
    gradient = operation.received[0]
    assert gradient is not None
    made: Gradients = []
    for read in operation.inputs:
        if not read.needs_gradient:
            made.append(None)
        elif read.elements == gradient.elements:
            made.append(engine.share(gradient))
        else:
            made.append(engine.new(read))
    return made


def slices(sizes: tuple[int, ...], axis: int, parts: Sequence[int]) -> Rule:
    """The inputs get slices of a gradient of these sizes, which keep the whole of it alive: concatenations."""

    def rule(engine: Engine, operation: Operation) -> Gradients:
        gradient = operation.received[0]
        assert gradient is not None
        whole = engine.strides(gradient, sizes)
        return [
            engine.view(gradient, read.elements, engine.tape.unusual(whole.narrowed(axis, part)))
            if read.needs_gradient
            else None
            for read, part in zip(operation.inputs, parts, strict=True)
        ]

    return rule


def turned(sizes: tuple[int, ...], back: Callable[[Strides], Strides | None]) -> Rule:
    """The input gets the gradient, of these sizes, in its own shape: a view, or a copy where there is none."""

    def rule(engine: Engine, operation: Operation) -> Gradients:
        gradient, read = operation.received[0], operation.inputs[0]
        assert gradient is not None
        strides = back(engine.strides(gradient, sizes))
        if strides is None:
            return [engine.new(read)]
        return [engine.view(gradient, read.elements, engine.tape.unusual(strides))]

    return rule


def viewed(engine: Engine, operation: Operation) -> Gradients:
    """The input gets the gradient as it is: of views that change no more than sizes of 1."""
    gradient = operation.received[0]
    assert gradient is not None
    return [engine.view(gradient, operation.inputs[0].elements, gradient.strides)]


def after(*temporaries: str) -> Rule:
    """Each input gets a new gradient, made of tensors that go once it is there: their dtypes, "" for its own."""

    def rule(engine: Engine, operation: Operation) -> Gradients:
        return engine.reduced(operation, [_made_of(engine, operation, read, temporaries) for read in operation.inputs])

    return rule


def _made_of(engine: Engine, operation: Operation, read: Value, temporaries: Sequence[str]) -> Gradient | None:
    if not read.needs_gradient:
        return None
    size, dtype = operation.outputs[0]
    used = [engine.new_of(size, temporary or dtype) for temporary in temporaries]
    made = engine.new_of(size, dtype)
    for gradient in used:
        engine.release(gradient)
    return made


def differences(engine: Engine, operation: Operation) -> Gradients:
    """The first input gets the gradient of the output itself, the second minus that: a new one."""
    gradient, made = operation.received[0], passed(engine, operation)
    assert gradient is not None
    if made[1] is not None:
        engine.release(made[1])
        made[1] = engine.new_of(gradient.elements, operation.outputs[0][1])
    return engine.reduced(operation, made)


def quotients(engine: Engine, operation: Operation) -> Gradients:
    """The first input gets the gradient over the second, the second -g (x / y) / y, one factor after the other."""
    return _each(engine, operation, ((), ("", "", "")))


def chosen(engine: Engine, operation: Operation) -> Gradients:
    """Either input gets the gradient where it was chosen, and half of it where both were."""
    return _each(engine, operation, (("bool", ""), ("bool", "")))


def _each(engine: Engine, operation: Operation, temporaries: Sequence[Sequence[str]]) -> Gradients:
    pairs = zip(operation.inputs, temporaries, strict=True)
    return engine.reduced(operation, [_made_of(engine, operation, read, used) for read, used in pairs])


def products(engine: Engine, operation: Operation) -> Gradients:
    """Each input gets the gradient times the other, as large as the product; where it was broadcast, a sum of that."""
    size, dtype = operation.outputs[0]
    made: Gradients = [engine.new_of(size, dtype) if read.needs_gradient else None for read in operation.inputs]
    return engine.reduced(operation, made)
