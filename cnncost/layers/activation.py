"""Activations: one function of one element, except softmax.

Operations follow each function's definition. The textbook convention counts one per element all the same.
"""

from __future__ import annotations

from typing import Any, ClassVar

from cnncost.errors import LayerError
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.one_channel import Line, unchanged
from cnncost.layers.base.specifiers import flag, real
from cnncost.layers.base.tensor import ANY_LAYOUT, Tensor
from cnncost.layers.base.window import Reach, Reads


class Elementwise(Layer):
    """Layers that keep the shape, where every output reads its own position. Few have parameters."""

    family = "activation"
    accepts = ANY_LAYOUT

    def output(self, x: Tensor) -> Tensor:
        return x

    def parameters(self, x: Tensor) -> int:
        return 0

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.POINT,)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        return unchanged


class Activation(Elementwise):
    """A function of one element: a subclass names PyTorch's module and the operations per element."""

    source = "PyTorch's definition of the function"

    module: ClassVar[str]
    per_element: ClassVar[Operations]

    def __init_subclass__(cls, *, module: str, per_element: Operations, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.module, cls.per_element = module, per_element

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """The operations of the function's definition, for every element."""
        return self.per_element.times(y.elements)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return getattr(nn, self.module)()


class Relu(Activation, keyword="relu", module="ReLU", per_element=Operations(cmp=1)):
    """max(x, 0)."""


class Relu6(Activation, keyword="relu6", module="ReLU6", per_element=Operations(cmp=2)):
    """min(max(x, 0), 6)."""


class LeakyRelu(Activation, keyword="leaky_relu", module="LeakyReLU", per_element=Operations(cmp=1, mul=1)):
    """x above zero, a slope times x below."""

    slope: float = real("slope below zero", default=0.01)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.LeakyReLU(self.slope)


class PRelu(Activation, keyword="prelu", module="PReLU", per_element=Operations(cmp=1, mul=1)):
    """x above zero, a learned slope times x below: one slope in all as in PyTorch, or one per channel."""

    source = "He et al. 2015, section 2.1"

    channelwise: bool = flag("whether every channel has a slope of its own", default=False)

    def check(self, x: Tensor) -> None:
        if self.channelwise and x.layout == "tokens":
            raise LayerError("`prelu` has no slope per channel on tokens", field="channelwise")

    def parameters(self, x: Tensor) -> int:
        """The slopes: C of them, or one."""
        return self.channelwise * x.channels + (1 - self.channelwise)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.PReLU(self.parameters(x))


class Elu(Activation, keyword="elu", module="ELU", per_element=Operations(cmp=1, exp=1, add=1, mul=1)):
    """x above zero, a (exp(x) - 1) below."""


class Selu(Activation, keyword="selu", module="SELU", per_element=Operations(cmp=1, exp=1, add=1, mul=2)):
    """elu times a constant that keeps the variance."""


class Gelu(Activation, keyword="gelu", module="GELU", per_element=Operations(exp=1, add=1, mul=3)):
    """x / 2 (1 + erf(x / sqrt(2))), the error function as one transcendental."""


class Silu(Activation, keyword="silu", module="SiLU", per_element=Operations(exp=1, add=1, div=1)):
    """x / (1 + exp(-x)), also called swish."""


class Mish(Activation, keyword="mish", module="Mish", per_element=Operations(exp=3, add=1, mul=1)):
    """x tanh(log(1 + exp(x)))."""


class Sigmoid(Activation, keyword="sigmoid", module="Sigmoid", per_element=Operations(exp=1, add=1, div=1)):
    """1 / (1 + exp(-x))."""


class Tanh(Activation, keyword="tanh", module="Tanh", per_element=Operations(exp=1)):
    """Hyperbolic tangent, one transcendental."""


class Softplus(Activation, keyword="softplus", module="Softplus", per_element=Operations(exp=2, add=1)):
    """log(1 + exp(x))."""


class Hardswish(
    Activation, keyword="hardswish", module="Hardswish", per_element=Operations(cmp=2, add=1, mul=1, div=1)
):
    """x min(max(x + 3, 0), 6) / 6."""


class Hardsigmoid(Activation, keyword="hardsigmoid", module="Hardsigmoid", per_element=Operations(cmp=2, add=1, div=1)):
    """min(max(x + 3, 0), 6) / 6."""


class Identity(Elementwise, keyword="identity"):
    """x: a place for an activation, left empty."""

    source = "by definition"

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """None."""
        return Operations()

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.Identity()


class Softmax(Elementwise, keyword="softmax"):
    """exp(x) over its sum, across the channels of every position. No function of one element: it counts its own."""

    source = "Goodfellow et al. 2016, 6.2.2.3"

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """C exponentials, C - 1 additions and C divisions per position."""
        return Operations(exp=y.elements, add=y.elements - y.positions, div=y.elements)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.MIXTURE,)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.Softmax(dim=x.channel_axis)
