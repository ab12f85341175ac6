"""Products of matrices: their sizes, for convolutions and linear layers alike."""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING

from cnncost.layers.contractions.conv import Convolution, ConvTranspose
from cnncost.records import NamedTuple
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from cnncost.algorithms import ConvolutionCall
    from cnncost.autograd.tensors import Value

INPUT_GRADIENT, WEIGHT_GRADIENT = "input_gradient", "weight_gradient"
"""The parts of the backward of a product."""

_BATCH_OF_MATRICES = 3


class Product(NamedTuple):
    """So many products of a matrix of `rows` × `depth` with one of `depth` × `columns`.

    >>> Product(1, rows=64, columns=1000, depth=512).flops
    65536000
    """

    number: int
    """How many: groups of channels, or matrices in a batch."""
    rows: int
    """Outputs along the first axis: positions of the whole batch."""
    columns: int
    """Outputs along the second: channels of a group."""
    depth: int
    """Numbers that each output is the sum of so many products of."""

    @property
    def flops(self) -> int:
        """Two for each multiply-accumulate."""
        return 2 * self.number * self.rows * self.columns * self.depth

    def towards(self, direction: str) -> Product:
        """The product itself, or that which makes the gradient of its first factor, or of its second.

        >>> Product(1, rows=64, columns=1000, depth=512).towards("weight_gradient")
        Product(number=1, rows=512, columns=1000, depth=64)
        """
        number, rows, columns, depth = self
        if direction == INPUT_GRADIENT:
            return Product(number, rows, depth, columns)
        return Product(number, depth, columns, rows) if direction == WEIGHT_GRADIENT else self


def product_of_convolution(call: ConvolutionCall, direction: str) -> Product:
    """The product that a convolution is, or the gradient of its input or of its weights.

    A transposed convolution makes a window of outputs of every input.

    >>> from cnncost import load
    >>> from cnncost.algorithms import ConvolutionCall
    >>> node = load("resnet18").nodes[5]
    >>> product_of_convolution(ConvolutionCall(node.layer, node.xs[0], node.y, batch=64), "forward")
    Product(number=1, rows=200704, columns=64, depth=576)
    """
    layer, taps = call.layer, product(call.layer.kernel)
    groups = layer.groups if isinstance(layer, Convolution) else 1
    inputs, outputs = call.x.channels // groups, call.y.channels // groups
    if isinstance(layer, ConvTranspose):
        forward = Product(groups, call.batch * call.x.positions, outputs * taps, inputs)
    else:
        forward = Product(groups, call.batch * call.y.positions, outputs, inputs * taps)
    return forward.towards(direction)


def product_of_factors(one: Value, other: Value, elements: int) -> Product:
    """The product of two matrices with so many outputs, or of as many matrices of two batches.

    With r × d, d × c and r × c numbers the depth is the root of r d · d c / r c.
    """
    strides = one.strides
    count = strides.sizes[0] if strides is not None and len(strides.sizes) == _BATCH_OF_MATRICES else 1
    depth = isqrt(one.elements * other.elements // elements // count)
    rows = one.elements // (count * depth)
    return Product(count, rows, elements // (count * rows), depth)


def product_of_attention(query: Value, key: Value) -> Product:
    """The products of queries with keys and of scores with values, as one of twice the depth."""
    assert query.strides is not None
    assert key.strides is not None
    *heads, rows, depth = query.strides.sizes
    return Product(product(heads), rows, key.strides.sizes[-2], 2 * depth)
