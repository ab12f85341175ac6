"""Normalisation by length, with no mean taken off: L2, root mean square, and global response normalisation."""

from __future__ import annotations

from typing import Any

from cnncost.layers.base.costs import Operations
from cnncost.layers.base.counterpart import module_of, parameter, torch_of
from cnncost.layers.base.sliding import check_rank
from cnncost.layers.base.specifiers import flag, real
from cnncost.layers.base.tensor import ANY_LAYOUT, Tensor
from cnncost.layers.base.window import Grouped, Reach, Reads
from cnncost.layers.normalisation.norm import ChannelNorm, Normalisation, PositionStatistics


class L2Normalize(Normalisation, keyword="l2_normalize"):
    """x over its Euclidean length, across the channels of every position. What is learned after it is a `layer_scale`.

    >>> L2Normalize().operations(Tensor(128, (), "flat"), y=Tensor(128, (), "flat"))
    Operations(mac=0, add=127, mul=128, div=128, cmp=1, exp=1)
    """

    source = "PyTorch's functional.normalize; Liu et al. 2016 (SSD), section 3.1"
    accepts = ANY_LAYOUT

    eps: float = real("least length that is divided by", default=1e-12, low=0)

    def parameters(self, x: Tensor) -> int:
        return 0

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """Of x / max(|x|, eps): C squares, C - 1 additions, a root, a comparison and C divisions per position."""
        return Operations(
            add=y.elements - y.positions, mul=y.elements, div=y.elements, cmp=y.positions, exp=y.positions
        )

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.MIXTURE,)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda inputs: nn.functional.normalize(inputs, dim=x.channel_axis, eps=self.eps)


class RMSNorm(ChannelNorm, keyword="rms_norm"):
    """Root mean square normalisation over the channels, at every position or token on its own: a gain and no bias."""

    source = "Zhang & Sennrich 2019, section 3; PyTorch's RMSNorm"

    affine: bool = flag("whether a gain is learned", default=True)
    eps: float | None = real("added to the mean square; the least step above 1 when absent", default=None, low=0)

    def parameters(self, x: Tensor) -> int:
        """The gain of every channel."""
        return self.affine * x.channels

    def biases(self, x: Tensor) -> int:
        """None."""
        return 0

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """Of y = x / sqrt(mean(x^2) + eps) * gain, with one mean per position.

        C squares, C - 1 additions, a division, the addition of eps, a root, C divisions, and C products when affine.
        """
        return Operations(
            add=y.elements, mul=(1 + self.affine) * y.elements, div=y.elements + y.positions, exp=y.positions
        )

    def norm(self, nn: Any, channels: int) -> Any:
        return nn.RMSNorm(channels, self.eps, self.affine)


class GlobalResponseNorm(PositionStatistics, keyword="grn"):
    """Global response normalisation: channels compete by their lengths over all positions (ConvNeXt V2)."""

    source = "Woo et al. 2023, section 3 and algorithm 1"
    accepts = ("map", "tokens")

    eps: float = real("added to the mean length", default=1e-6, low=0)

    def check(self, x: Tensor) -> None:
        if x.layout == "map":
            check_rank(self, x)

    def parameters(self, x: Tensor) -> int:
        """Gain and bias of every channel."""
        return 2 * x.channels

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """Of y = gain * (x * n) + bias + x, where n = g / (mean(g) + eps) and g is the length of a channel.

        Lengths: C H W squares, C (H W - 1) additions, C roots. Their mean: C - 1 additions and a division, and eps. C
        divisions by it; two products and two additions for every element.
        """
        return Operations(add=3 * y.elements, mul=3 * y.elements, div=1 + y.channels, exp=y.channels)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Grouped(Reads.STATISTICS, 1),)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        tokens = x.layout == "tokens"
        channels, positions = (-1, 1) if tokens else (1, tuple(range(2, 2 + len(x.spatial))))
        inner = () if tokens else (1,) * len(x.spatial)

        def forward(module: Any, x: Any) -> Any:
            length = torch_of(nn).linalg.vector_norm(x, dim=positions, keepdim=True)
            response = length / (length.mean(channels, keepdim=True) + self.eps)
            return module.weight * (x * response) + module.bias + x

        weight, bias = (parameter(nn, x.channels, *inner) for _ in range(2))
        return module_of(nn, forward, weight=weight, bias=bias)
