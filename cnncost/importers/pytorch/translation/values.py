"""What the operators of a model read and give: outputs of layers, and what is computed from weights alone."""

from __future__ import annotations

from typing import Any, TypeAlias

from cnncost.records import NamedTuple


class Activation(NamedTuple):
    """The output of a layer, or an input of the network."""

    node: int
    """Its node in the graph."""
    shape: tuple[int, ...]
    """Its shape in PyTorch, of the whole batch."""


class Weight(NamedTuple):
    """A tensor that does not depend on the input: a parameter or buffer, or what is computed from some."""

    shape: tuple[int, ...]
    """Its shape in PyTorch."""
    parameters: tuple[str, ...] = ()
    """The parameters that it is computed from, by their names in the module."""
    buffers: tuple[str, ...] = ()
    """The buffers that it is computed from."""
    stored: bool = False
    """Whether its numbers are those that are stored, all of them and each once, in whatever order."""
    form: str = ""
    """What it is computed by, where layers know that: ``weight_norm``, ``spectral_norm``."""

    @property
    def elements(self) -> int:
        """Numbers in it."""
        count = 1
        for size in self.shape:
            count *= size
        return count


Value: TypeAlias = Any
"""An :class:`Activation`, a :class:`Weight`, a number, a text, ``None``, or a list of these."""


def activations(value: Value) -> list[Activation]:
    """The activations in a value, and in lists."""
    if isinstance(value, Activation):
        return [value]
    if type(value) in (list, tuple):
        return [found for item in value for found in activations(item)]
    return []


def weights(value: Value) -> list[Weight]:
    """The weights in a value, and in lists."""
    if isinstance(value, Weight):
        return [value]
    if type(value) in (list, tuple):
        return [found for item in value for found in weights(item)]
    return []


def combined(shape: tuple[int, ...], parts: list[Weight], stored: bool = False) -> Weight:
    """What is computed from some weights."""
    parameters = dict.fromkeys(name for part in parts for name in part.parameters)
    buffers = dict.fromkeys(name for part in parts for name in part.buffers)
    return Weight(shape, tuple(parameters), tuple(buffers), stored)
