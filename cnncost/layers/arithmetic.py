"""Arithmetic on single elements, as PyTorch's functions of a tensor and a number have it.

Operations follow each function's definition. The textbook convention counts one per element all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cnncost.autograd.backward import after
from cnncost.errors import LayerError
from cnncost.layers.activation import Activation
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.counterpart import torch_of
from cnncost.layers.base.specifiers import real

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.tensor import Tensor


class Function(Activation):
    """A function of one element that is no activation: a layer type names PyTorch's, and what it takes per element."""

    family = "arithmetic"

    autocasts: ClassVar[bool] = False
    """Whether autocast runs it in single precision, which it does on GPUs only."""
    uses: ClassVar[tuple[str, ...]] = ()
    """Dtypes of what its backward makes on the way to the gradient, "" for the gradient's own."""

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        x = tape.single(x, on="cuda") if self.autocasts else x
        return tape.elementwise(self.module, x, self.keeps, backward=after(*self.uses))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        function = getattr(torch_of(nn), self.module)
        arguments = [getattr(self, name) for name in self.fields]
        return lambda inputs: function(inputs, *arguments)


class Absolute(Function, keyword="abs", module="abs", per_element=Operations(cmp=1)):
    """|x|, as one comparison."""

    uses = ("",)


class Negative(Function, keyword="neg", module="neg", per_element=Operations(add=1)):
    """-x, as one subtraction."""

    keeps = "nothing"


class Reciprocal(Function, keyword="reciprocal", module="reciprocal", per_element=Operations(div=1)):
    """1 / x."""

    keeps = "output"
    autocasts = True
    uses = ("", "")


class Square(Function, keyword="square", module="square", per_element=Operations(mul=1)):
    """x times itself."""

    autocasts = True
    uses = ("", "")


class Sqrt(Function, keyword="sqrt", module="sqrt", per_element=Operations(exp=1)):
    """The square root."""

    keeps = "output"
    uses = ("",)


class Rsqrt(Function, keyword="rsqrt", module="rsqrt", per_element=Operations(exp=1, div=1)):
    """1 over the square root."""

    keeps = "output"
    autocasts = True
    uses = ("", "")


class Power(Function, keyword="power", module="pow", per_element=Operations(exp=1)):
    """x to the power of a number, one transcendental."""

    autocasts = True
    uses = ("", "")

    exponent: float = real("the power", symbol="p")


class Exponential(Function, keyword="exp", module="exp", per_element=Operations(exp=1)):
    """The exponential."""

    keeps = "output"
    autocasts = True


class Logarithm(Function, keyword="log", module="log", per_element=Operations(exp=1)):
    """The natural logarithm."""

    autocasts = True


class Sine(Function, keyword="sin", module="sin", per_element=Operations(exp=1)):
    """The sine, of radians."""

    uses = ("",)


class Cosine(Function, keyword="cos", module="cos", per_element=Operations(exp=1)):
    """The cosine, of radians."""

    uses = ("", "")


class ErrorFunction(Function, keyword="erf", module="erf", per_element=Operations(exp=1)):
    """The error function of Gauss, one transcendental."""

    uses = ("", "", "", "")


class Floor(Function, keyword="floor", module="floor", per_element=Operations(cmp=1)):
    """The next whole number below, as one comparison."""

    keeps = "nothing"


class Ceil(Function, keyword="ceil", module="ceil", per_element=Operations(cmp=1)):
    """The next whole number above, as one comparison."""

    keeps = "nothing"


class Round(Function, keyword="round", module="round", per_element=Operations(cmp=1)):
    """The nearest whole number, the even one of two, as one comparison."""

    keeps = "nothing"


class Sign(Function, keyword="sign", module="sign", per_element=Operations(cmp=2)):
    """1 above zero, -1 below, and 0 at zero."""

    keeps = "nothing"


class Clamp(Function, keyword="clamp", module="clamp", per_element=Operations(cmp=2)):
    """min(max(x, low), high), where one of the bounds may be absent.

    >>> from cnncost.layers.base.tensor import Tensor
    >>> x = Tensor(8, (4, 4))
    >>> Clamp(low=0.0).operations(x, y=x).cmp, Clamp(low=0.0, high=1.0).operations(x, y=x).cmp
    (128, 256)
    """

    low: float | None = real("least output; none when absent", default=None)
    high: float | None = real("largest output; none when absent", default=None)

    def check(self, x: Tensor) -> None:
        if self.low is None and self.high is None:
            hint = "`clamp: 0` bounds it below, `clamp: {high: 1}` above, `clamp: [0, 1]` on both sides"
            raise LayerError("`clamp` needs `low`, `high` or both", hint=hint)
        if self.low is not None and self.high is not None and self.low > self.high:
            raise LayerError(f"`high` of {self.high:g} must not be below `low` of {self.low:g}", field="high")

    @property
    def bounds(self) -> int:
        """How many there are."""
        return sum(bound is not None for bound in (self.low, self.high))

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """Backward compares with each of the bounds again."""
        return tape.elementwise("clamp", x, "input", backward=after(*["bool"] * self.bounds))

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """A comparison with each of the bounds, for every element."""
        return Operations(cmp=self.bounds * y.elements)
