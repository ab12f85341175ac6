"""What operators of a file read and give: outputs of layers, and what does not depend on the input."""

from __future__ import annotations

from typing import Any, TypeAlias

from cnncost.records import NamedTuple


class Activation(NamedTuple):
    """The output of a layer, or an input of the network."""

    node: int
    """Its node in the graph."""
    shape: tuple[int, ...]
    """Its shape, of the whole batch."""


class Constant(NamedTuple):
    """What does not depend on the input: a tensor of the file, or what is computed from some."""

    shape: tuple[int, ...]
    """Its shape."""
    numbers: Any = None
    """Its numbers as an array; ``None`` where the file keeps them elsewhere, or they are many."""
    tensors: tuple[str, ...] = ()
    """The tensors of the file that it is computed from, by their names: those that hold weights."""

    @property
    def elements(self) -> int:
        """Numbers in it."""
        count = 1
        for size in self.shape:
            count *= size
        return count


Value: TypeAlias = Activation | Constant | None
"""``None`` stands for an input that an operator leaves out."""
