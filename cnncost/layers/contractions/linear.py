"""The linear (fully connected) layer."""

from __future__ import annotations

from typing import Any

from cnncost.layers.base.costs import Operations
from cnncost.layers.base.one_channel import Line, anything, unchanged
from cnncost.layers.base.specifiers import count, flag
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Reach, Reads
from cnncost.layers.contractions.contraction import FIXED, SPECTRAL_NORM, WEIGHT_NORM, Parametrised


class Linear(Parametrised, keyword="linear"):
    """Fully connected layer over the channels of a flat or token input.

    >>> linear = Linear.make({"out": 120}, rank=0)
    >>> linear.parameters(Tensor(400, (), "flat"))
    48120
    """

    family = "linear"
    source = "notes 004, 8.2 and 11.1; Goodfellow et al. 2016, chapter 6"
    accepts = ("flat", "tokens")

    out: int = count("output features", symbol="C_o")
    bias: bool = flag("whether a bias is added", default=True)
    fixed: bool = flag(FIXED, default=False)
    weight_norm: bool = flag(WEIGHT_NORM, default=False)
    spectral_norm: bool = flag(SPECTRAL_NORM, default=False)

    def output(self, x: Tensor) -> Tensor:
        return Tensor(self.out, x.spatial, x.layout)

    def weights(self, x: Tensor) -> int:
        return self.out * x.channels

    def kernels(self, x: Tensor) -> tuple[int, ...]:
        return self.out, x.channels

    def matrix(self, x: Tensor) -> tuple[int, int]:
        return self.out, x.channels

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One multiply-accumulate per weight, at every token."""
        return Operations(mac=self.weights(x) * y.positions, add=self.bias_additions(x, y))

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.MIXTURE,)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return self.with_form(nn, nn.Linear(x.channels, self.out, self.bias))

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        if y.layout == "tokens":
            return unchanged
        return lambda features: anything(features, (1,))
