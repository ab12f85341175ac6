"""Who is told of everything that a step runs, besides the memory that it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.autograd.operation import Gradient, Operation
    from cnncost.autograd.tensors import Value


class Observer(Protocol):
    """What a tape and its engine tell while they run."""

    def ran(self, layer: int, name: str, reads: Sequence[Value], keeps: Sequence[Value], output: Value) -> None:
        """An operation of a layer ran forward; its output lies in what it read where that is a view or overwritten."""

    def differentiated(self, operation: Operation, made: Sequence[Gradient | None]) -> None:
        """The backward of an operation made these gradients; what it received is still there."""

    def added(self, layer: int, gradient: Gradient) -> None:
        """A gradient was added to one that had come before."""
