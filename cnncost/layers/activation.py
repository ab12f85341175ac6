"""Activations: one function of one element each.

Operations follow each function's definition. The textbook convention counts one per element all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cnncost.autograd import views
from cnncost.autograd.backward import differences, passed, products
from cnncost.errors import LayerError
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.counterpart import torch_of
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.one_channel import Line, unchanged
from cnncost.layers.base.specifiers import choice, flag, real
from cnncost.layers.base.tensor import ANY_LAYOUT, Tensor
from cnncost.layers.base.window import Reach, Reads

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value


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
    """A function of one element: a layer type names PyTorch's module and the operations per element."""

    source = "PyTorch's definition of the function"

    module: ClassVar[str]
    per_element: ClassVar[Operations]
    keeps: ClassVar[str] = "input"
    """What autograd keeps of it for backward: its ``input``, its ``output``, or ``nothing``."""
    keeps_in_place: ClassVar[str] = ""
    """The same where its result takes the place of its input, unless that makes no difference."""

    def __init_subclass__(
        cls, *, keyword: str | None = None, module: str = "", per_element: Operations | None = None, **kwargs: Any
    ) -> None:
        if keyword and not (module and per_element):
            raise TypeError(f"activation {keyword!r} does not state its module and its operations per_element")
        if per_element:
            cls.module, cls.per_element = module, per_element
        super().__init_subclass__(keyword=keyword, **kwargs)

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """The operations of the function's definition, for every element."""
        return self.per_element.times(y.elements)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        keeps = self.overwrites and self.keeps_in_place
        return tape.elementwise(self.keyword, x, keeps or self.keeps, self.overwrites)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return getattr(nn, self.module)()


def _in_place() -> Any:
    """The field of activations whose result may take the place of what they read, as PyTorch's `inplace`."""
    return flag("whether the result takes the place of the input", default=False)


class InPlace(Activation):
    """Activations that PyTorch can compute where their input lies; their fields stand in the order of its arguments."""

    inplace: bool = _in_place()

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return getattr(nn, self.module)(*[getattr(self, name) for name in self.fields])


class Relu(InPlace, keyword="relu", module="ReLU", per_element=Operations(cmp=1)):
    """max(x, 0)."""

    keeps = "output"


class Relu6(InPlace, keyword="relu6", module="ReLU6", per_element=Operations(cmp=2)):
    """min(max(x, 0), 6)."""


class LeakyRelu(InPlace, keyword="leaky_relu", module="LeakyReLU", per_element=Operations(cmp=1, mul=1)):
    """x above zero, a slope times x below."""

    keeps_in_place = "output"

    slope: float = real("slope below zero", default=0.01)
    inplace: bool = _in_place()


class RRelu(InPlace, keyword="rrelu", module="RReLU", per_element=Operations(cmp=1, mul=1)):
    """x above zero, a slope times x below: one drawn between two bounds in training, their mean in inference."""

    source = "Xu et al. 2015, section 2.4"

    lower: float = real("least slope", default=0.125)
    upper: float = real("largest slope", default=1 / 3)
    inplace: bool = _in_place()

    def check(self, x: Tensor) -> None:
        if self.lower > self.upper:
            raise LayerError(f"slopes from {self.lower:g} to {self.upper:g} are none", field="lower")

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """In training it keeps its slopes besides, one an element."""
        keeps = [x, tape.make(x.elements, x.dtype)] if tape.training else [x]
        into = x if self.inplace else None
        return tape.run("rrelu", [x], x.elements, keeps=keeps, into=into, strides=x.strides)


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

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """The gradient of the slopes is made for every element, and summed; autocast runs it in lower precision."""
        slopes = self.parameters(y)
        sizes = [1] * (1 + len(y.dims))
        sizes[min(1, len(y.dims) - 1)] = slopes
        x, slope = tape.lower(x), tape.lower(tape.parameter(slopes, sizes=sizes))
        return tape.combine("prelu", x, slope, keeps=[x, slope], backward=products)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.PReLU(self.parameters(x))


class Elu(InPlace, keyword="elu", module="ELU", per_element=Operations(cmp=1, exp=1, add=1, mul=1)):
    """x above zero, exp(x) - 1 below."""

    keeps_in_place = "output"

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.ELU(inplace=self.inplace)


class Celu(InPlace, keyword="celu", module="CELU", per_element=Operations(cmp=1, exp=1, add=1, mul=1, div=1)):
    """x above zero, a (exp(x / a) - 1) below."""

    keeps_in_place = "output"

    alpha: float = real("minus the limit below zero", symbol="a", default=1.0)
    inplace: bool = _in_place()

    def check(self, x: Tensor) -> None:
        if self.alpha == 0:
            raise LayerError("`celu` divides by `alpha`, which must not be 0", field="alpha")


class Selu(InPlace, keyword="selu", module="SELU", per_element=Operations(cmp=1, exp=1, add=1, mul=2)):
    """elu times a constant that keeps the variance."""

    keeps_in_place = "output"


class Gelu(Activation, keyword="gelu", module="GELU", per_element=Operations(exp=1, add=1, mul=3)):
    """x / 2 (1 + erf(x / sqrt(2))), the error function as one transcendental."""


class Silu(InPlace, keyword="silu", module="SiLU", per_element=Operations(exp=1, add=1, div=1)):
    """x / (1 + exp(-x)), also called swish."""


class Mish(InPlace, keyword="mish", module="Mish", per_element=Operations(exp=3, add=1, mul=1)):
    """x tanh(log(1 + exp(x)))."""


class Sigmoid(Activation, keyword="sigmoid", module="Sigmoid", per_element=Operations(exp=1, add=1, div=1)):
    """1 / (1 + exp(-x))."""

    keeps = "output"


class Tanh(Activation, keyword="tanh", module="Tanh", per_element=Operations(exp=1)):
    """Hyperbolic tangent, one transcendental."""

    keeps = "output"


class Tanhshrink(Activation, keyword="tanhshrink", module="Tanhshrink", per_element=Operations(exp=1, add=1)):
    """x - tanh(x)."""

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return tape.combine("sub", x, tape.elementwise("tanh", x, "output"), backward=differences)


class Softsign(Activation, keyword="softsign", module="Softsign", per_element=Operations(cmp=1, add=1, div=1)):
    """x / (1 + |x|), the absolute value as one comparison."""

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        size = tape.elementwise("abs", x, "input")
        return tape.divide(x, tape.elementwise("add", size, "nothing", backward=passed))


class LogSigmoid(Activation, keyword="logsigmoid", module="LogSigmoid", per_element=Operations(exp=2, add=1)):
    """-log(1 + exp(-x))."""

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """On CPUs it keeps exp(-|x|) besides."""
        keeps = [x, tape.make(x.elements, x.dtype)] if tape.device == "cpu" else [x]
        return tape.run("log_sigmoid", [x], x.elements, keeps=keeps, strides=x.strides and x.strides.packed())


class Softplus(Activation, keyword="softplus", module="Softplus", per_element=Operations(exp=2, add=1)):
    """log(1 + exp(x))."""

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return tape.elementwise("softplus", tape.single(x, on="cuda"), "input")


class Hardswish(InPlace, keyword="hardswish", module="Hardswish", per_element=Operations(cmp=2, add=1, mul=1, div=1)):
    """x min(max(x + 3, 0), 6) / 6."""


class Hardsigmoid(InPlace, keyword="hardsigmoid", module="Hardsigmoid", per_element=Operations(cmp=2, add=1, div=1)):
    """min(max(x + 3, 0), 6) / 6."""


class Hardtanh(InPlace, keyword="hardtanh", module="Hardtanh", per_element=Operations(cmp=2)):
    """min(max(x, low), high)."""

    low: float = real("least output", default=-1.0)
    high: float = real("largest output", default=1.0)
    inplace: bool = _in_place()

    def check(self, x: Tensor) -> None:
        if self.low >= self.high:
            raise LayerError(f"`high` of {self.high:g} must be above `low` of {self.low:g}", field="high")


class Threshold(InPlace, keyword="threshold", module="Threshold", per_element=Operations(cmp=1)):
    """x above a threshold, a value elsewhere."""

    threshold: float = real("what an input must exceed to pass")
    value: float = real("what takes the place of the others")
    inplace: bool = _in_place()


class Shrinking(Activation):
    """Functions that are zero within a distance from zero."""

    threshold: float = real("distance from zero within which the result is zero", default=0.5, low=0)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return getattr(nn, self.module)(self.threshold)


class Hardshrink(Shrinking, keyword="hardshrink", module="Hardshrink", per_element=Operations(cmp=2)):
    """x, and zero within a threshold from zero."""


class Softshrink(Shrinking, keyword="softshrink", module="Softshrink", per_element=Operations(cmp=2, add=1)):
    """x less a threshold above it, x plus it below minus it, zero between."""


class Identity(Elementwise, keyword="identity"):
    """x: a place for an activation, left empty; or a copy of it."""

    source = "by definition"
    is_view = True  # a copy might be overwritten all the same, which is refused for it too

    copies: str = choice(
        "where its result is a copy with its numbers in the order of the axes: never, on a GPU, or anywhere",
        ("never", "gpu", "always"),
        default="never",
    )

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """None."""
        return Operations()

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """PyTorch may copy what the kernel of a GPU has left in another order than that of a CPU."""
        copied = self.copies == "always" or (self.copies == "gpu" and tape.device == "cuda")
        return views.copy(tape, x) if copied else x

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        if self.copies == "never":
            return nn.Identity()
        in_order, everywhere = torch_of(nn).contiguous_format, self.copies == "always"
        return lambda x: x.clone(memory_format=in_order) if everywhere or x.is_cuda else x
