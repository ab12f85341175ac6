"""Convolutions: on a card whose library is known, with what it holds while it computes them.

Where only tensors count there is no more to them than to other operations: their backward makes the gradients of the
input, of the weights and of the bias.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.autograd.backward import Gradients
    from cnncost.autograd.engine import Engine
    from cnncost.autograd.operation import Gradient, Operation, Rule
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.layer import Layer
    from cnncost.layers.base.tensor import Tensor

    Workspace = Callable[["Site", str, str], int]


class Site(NamedTuple):
    """A convolution where it stands."""

    layer: Layer
    """With its fields."""
    x: Tensor
    """The shape of one sample that it reads."""
    y: Tensor
    """The shape of one sample that it writes."""


def run_convolution(tape: Tape, reads: Sequence[Value], site: Site) -> Value:
    """A convolution of the first tensor with the second, and perhaps a bias, which keeps those two."""
    y = tape.run("convolution", reads, tape.batch * site.y.elements, keeps=reads[:2], backward=_backward_at(site))
    _hold_meanwhile(tape, site, "forward", y.dtype)
    return y


def _backward_at(site: Site) -> Rule:
    def rule(engine: Engine, operation: Operation) -> Gradients:
        x, weight, *bias = operation.inputs
        made = [
            _made(engine, operation, x, site, "input_gradient"),
            _made(engine, operation, weight, site, "weight_gradient"),
        ]
        return [*made, *[engine.new(each) if each.needs_gradient else None for each in bias]]

    return rule


def _made(engine: Engine, operation: Operation, read: Value, site: Site, direction: str) -> Gradient | None:
    """The gradient of what was read. A library reads the output's as it lies in memory: where it does not, a copy."""
    if not read.needs_gradient:
        return None
    received = operation.received[0]
    assert received is not None
    copied = engine.tape.workspace is not None and received.strides is not None
    copy = engine.heap.allocate(received.bytes, _KIND) if copied else None
    made = engine.new(read)
    _hold_meanwhile(engine.tape, site, direction, read.dtype)
    if copy is not None:
        engine.heap.release(copy)
    return made


def _hold_meanwhile(tape: Tape, site: Site, direction: str, dtype: str) -> None:
    """Allocate what the library holds while it computes, and free it again."""
    size = tape.workspace(site, direction, dtype) if tape.workspace is not None else 0
    if size:
        tape.heap.release(tape.heap.allocate(size, _KIND))


_KIND = "workspace"
