"""What a layer costs: operations by kind, multiply-accumulates of its backward pass, and elements that it stores."""

from __future__ import annotations

from cnncost.records import NamedTuple


class Operations(NamedTuple):
    """Scalar operations by kind, for one sample: what really runs, before any convention calls it FLOPs.

    >>> Operations(mac=10, add=2).times(3)
    Operations(mac=30, add=6, mul=0, div=0, cmp=0, exp=0)
    """

    mac: int = 0
    """Multiply-accumulates of convolutions, linear layers and matrix products."""
    add: int = 0
    """Additions and subtractions."""
    mul: int = 0
    """Multiplications."""
    div: int = 0
    """Divisions."""
    cmp: int = 0
    """Comparisons."""
    exp: int = 0
    """Exponentials and other transcendental functions (logarithm, root, error function)."""

    def times(self, count: int) -> Operations:
        """The same operations, `count` times over."""
        return Operations(*(count * kind for kind in self))

    def plus(self, other: Operations) -> Operations:
        """Both one after the other."""
        return Operations(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class GradientMacs(NamedTuple):
    """Multiply-accumulates of the backward pass of one sample, by what they are the gradient of."""

    weights: int = 0
    """The layer's own weights."""
    inner: int = 0
    """Activations inside the layer, on the way to its weights (attention's queries, keys, values and scores)."""
    inputs: int = 0
    """What the layer reads, for the layers upstream; of a join, each of its inputs."""


class Buffers(NamedTuple):
    """Elements that a layer stores and does not train."""

    statistics: int = 0
    """Floating-point elements: running means and variances, singular vectors of spectral norm."""
    counters: int = 0
    """64-bit integers: batch norm's ``num_batches_tracked``."""
    weights: int = 0
    """Floating-point elements: weights that are given and not trained."""
