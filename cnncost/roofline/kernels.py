"""What a kernel is: what it computes, reads and writes, and what it is to a device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from cnncost.algorithms import ConvolutionCall
    from cnncost.roofline.products import Product

FORWARD, BACKWARD, OPTIMIZER = "forward", "backward", "optimizer"


class Kernel(NamedTuple):
    """What an operation has a device do, for the whole batch."""

    layer: int
    """The node of the graph that runs it; -1 outside the network: the loss, the optimizer."""
    direction: str
    """``forward``, ``backward``, or the part of it: ``input_gradient``, ``weight_gradient``; ``optimizer``."""
    kind: str
    """What it is to a device: one of :data:`cnncost.devices.kinds.KINDS`."""
    operation: str
    """What PyTorch calls it."""
    dtype: str
    """Of the numbers that it reads."""
    channels_last: bool
    """Whether maps lie in memory with their channels last."""
    flops: int
    """Two for each multiply-accumulate of a product; of others one for each element of the output, or of a window."""
    bytes: int
    """What it reads and writes, each tensor once."""
    product: Product | None = None
    """The product of matrices that it is."""
    call: ConvolutionCall | None = None
    """The convolution that it is, or is a gradient of."""
    positions: int = 1
    """Numbers of one channel of one sample of the output: how many lie side by side where channels come first."""

    @property
    def intensity(self) -> float:
        """Operations for each byte that is moved."""
        return self.flops / self.bytes if self.bytes else 0.0
