"""Activations of several channels: softmax and what is made of it, and gated linear units.

None is a function of one element, so every convention that counts one an element leaves them their own operations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError
from cnncost.layers.activation import Elementwise
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.window import Reach, Reads

if TYPE_CHECKING:
    from cnncost.layers.base.tensor import Tensor


class AcrossChannels(Elementwise):
    """Layers whose every output reads all channels of its position."""

    source = "Goodfellow et al. 2016, 6.2.2.3"

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.MIXTURE,)


class Softmax(AcrossChannels, keyword="softmax"):
    """exp(x) over its sum, across the channels of every position. No function of one element: it counts its own."""

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """C exponentials, C - 1 additions and C divisions per position."""
        return Operations(exp=y.elements, add=y.elements - y.positions, div=y.elements)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.Softmax(dim=x.channel_axis)


class Softmin(Softmax, keyword="softmin"):
    """exp(-x) over its sum, across the channels of every position: softmax of -x."""

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.Softmin(dim=x.channel_axis)


class LogSoftmax(AcrossChannels, keyword="log_softmax"):
    """x less the logarithm of the sum of exp(x), across the channels of every position: softmax's logarithm."""

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """C exponentials, C - 1 additions, a logarithm and C subtractions per position."""
        return Operations(exp=y.elements + y.positions, add=2 * y.elements - y.positions)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.LogSoftmax(dim=x.channel_axis)


class Glu(Elementwise, keyword="glu"):
    """Gated linear unit: the first half of the channels times the sigmoid of the second.

    >>> from cnncost.layers import Tensor
    >>> Glu().output(Tensor(512, (1600,))).dims
    (256, 1600)
    """

    source = "Dauphin et al. 2017, section 2"

    def check(self, x: Tensor) -> None:
        if x.channels % 2:
            raise LayerError(f"`glu` halves the channels, and its input {x} has {x.channels}")

    def output(self, x: Tensor) -> Tensor:
        return x._replace(channels=x.channels // 2)

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """A sigmoid and a product for each output."""
        return Operations(exp=1, add=1, div=1, mul=1).times(y.elements)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """Two channels: the output's own, and the one half of the channels further on."""
        return (Reads.NEIGHBOURS,)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.GLU(dim=x.channel_axis)
