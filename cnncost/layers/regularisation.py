"""Regularisation: layers that act in training, and ConvNeXt's layer scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.layers.activation import Elementwise
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.counterpart import module_of, parameter
from cnncost.layers.base.specifiers import flag, real

if TYPE_CHECKING:
    from cnncost.layers.base.tensor import Tensor


class Dropping(Elementwise):
    """Layers that drop at random in training, and do nothing in inference."""

    family = "regularisation"
    is_view = True

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """None in inference: the scaling is done in training."""
        return Operations()

    def training_operations(self, x: Tensor, y: Tensor) -> Operations:
        """One product with the scaled mask per element."""
        return Operations(mul=y.elements)


class Dropout(Dropping, keyword="dropout"):
    """Drops single elements."""

    source = "Srivastava et al. 2014, section 4; scaled in training as in PyTorch"

    p: float = real("probability of dropping", symbol="p", default=0.5, low=0, high=1)
    inplace: bool = flag("whether the result takes the place of the input", default=False)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.Dropout(self.p, self.inplace)


class StochasticDepth(Dropping, keyword="stochastic_depth"):
    """Drops whole samples of a residual branch."""

    source = "Huang et al. 2016, section 3; torchvision's mode `row`"

    p: float = real("probability of dropping", symbol="p", low=0, high=1)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        kept = 1 - self.p

        def forward(module: Any, x: Any) -> Any:
            if not module.training:
                return x
            mask = x.new_empty(x.shape[0], *[1] * (x.dim() - 1)).bernoulli_(kept)
            return x * mask.div_(kept or 1)

        return module_of(nn, forward)


class LayerScale(Elementwise, keyword="layer_scale"):
    """A learned factor per channel, gamma."""

    family = "regularisation"
    source = "Touvron et al. 2021 (CaiT), section 2; Liu et al. 2022 (ConvNeXt)"

    def parameters(self, x: Tensor) -> int:
        """The factor of every channel."""
        return x.channels

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One product per element."""
        return Operations(mul=y.elements)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        inner = () if x.layout == "tokens" else (1,) * len(x.spatial)
        return module_of(nn, lambda module, x: x * module.gamma, gamma=parameter(nn, x.channels, *inner))
