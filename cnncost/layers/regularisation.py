"""Regularisation: layers that act in training; and numbers that multiply, as of a residual branch, or are added."""

from __future__ import annotations

from operator import add, mul
from typing import TYPE_CHECKING, Any, ClassVar

from cnncost.autograd.backward import passed
from cnncost.errors import LayerError
from cnncost.layers.activation import Elementwise
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.counterpart import module_of, parameter
from cnncost.layers.base.specifiers import choice, flag, real
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.tensor import Tensor

_LEARNED = ("scalar", "channels")


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

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """CUDA draws a mask of single bytes, unless it works in place; else noise is drawn as x has numbers."""
        if not tape.training or self.p == 0:
            return x
        if tape.device == "cuda" and not self.inplace and self.p < 1:
            mask = tape.make(x.elements, "bool")
            return tape.run("dropout", [x], x.elements, keeps=[mask], strides=x.strides and x.strides.packed())
        noise = tape.make(x.elements if self.p < 1 else 1, x.dtype)
        return tape.run("mul", [x], x.elements, keeps=[noise], into=x if self.inplace else None, strides=x.strides)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.Dropout(self.p, self.inplace)


class StochasticDepth(Dropping, keyword="stochastic_depth"):
    """Drops whole samples of a residual branch."""

    source = "Huang et al. 2016, section 3; torchvision's mode `row`"

    p: float = real("probability of dropping", symbol="p", low=0, high=1)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        if not tape.training:
            return x
        return tape.multiply(x, tape.make(tape.batch, x.dtype, sizes=(tape.batch, *[1] * len(y.dims))))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        kept = 1 - self.p

        def forward(module: Any, x: Any) -> Any:
            if not module.training:
                return x
            mask = x.new_empty(x.shape[0], *[1] * (x.dim() - 1)).bernoulli_(kept)
            return x * mask.div_(kept or 1)

        return module_of(nn, forward)


class LearnedOrGiven(Elementwise):
    """Layers that multiply by a number or add one, which may be learned: one in all, or one per channel."""

    family = "regularisation"

    number: ClassVar[str]
    """The field that holds the number."""

    learned: str | None

    def check(self, x: Tensor) -> None:
        name, given = self.keyword, getattr(self, self.number)
        if given is None and self.learned is None:
            hint = f"`{name}: 0.1`, `{name}: {{learned: scalar}}` or `{name}: {{learned: channels}}`"
            raise LayerError(f"`{name}` needs one of `{self.number}` and `learned`", hint=hint)
        if given is not None and self.learned is not None:
            message = f"`{name}` is by a `{self.number}` or by a `learned` one, not by both"
            raise LayerError(message, field="learned")

    def parameters(self, x: Tensor) -> int:
        """The learned numbers: C of them, one, or none."""
        return {"channels": x.channels, "scalar": 1, None: 0}[self.learned]

    def shape(self, x: Tensor) -> tuple[int, ...]:
        """The shape of what is learned."""
        return _per_channel(x) if self.learned == "channels" else (1,)

    def record_learned(self, tape: Tape, x: Tensor) -> Value:
        """What is learned, as it is read."""
        return _record_learned(tape, self.number, self.shape(x), x)


class Scale(LearnedOrGiven, keyword="scale"):
    """x times a number, or times a learned factor: one in all (ReZero's alpha), or one per channel.

    >>> from cnncost.layers.base.tensor import Tensor
    >>> Scale.make({"learned": "channels"}, rank=2).parameters(Tensor(64, (56, 56)))
    64
    """

    source = "Lim et al. 2017 (EDSR), section 3.3; Bachlechner et al. 2021 (ReZero), section 3; Tan et al. 2020 (BiFPN)"
    number = "factor"

    factor: float | None = real("the number that everything is multiplied by", default=None)
    learned: str | None = choice(
        "whether the factor is learned: one in all, or one per channel", _LEARNED, default=None
    )

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One product per element."""
        return Operations(mul=y.elements)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        if self.learned is None:
            return tape.elementwise("mul", x, "nothing")
        return tape.multiply(x, self.record_learned(tape, y))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        factor = self.factor
        return (lambda x: x * factor) if self.learned is None else _learned(nn, mul, "factor", self.shape(x))


class Shift(LearnedOrGiven, keyword="shift"):
    """x plus a number, or plus a learned one: one in all, or one per channel, a bias of its own.

    >>> from cnncost.layers.base.tensor import Tensor
    >>> Shift.make({"offset": 0.0001}, rank=2).operations(Tensor(3, (1, 1)), y=Tensor(3, (1, 1))).add
    3
    """

    source = "Tan et al. 2020 (BiFPN), section 3.3 (an epsilon); Karras et al. 2019 (StyleGAN), figure 1 (a bias)"
    number = "offset"

    offset: float | None = real("the number that is added everywhere", default=None)
    learned: str | None = choice(
        "whether the offset is learned: one in all, or one per channel", _LEARNED, default=None
    )

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One addition per element."""
        return Operations(add=y.elements)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        if self.learned is None:
            return tape.elementwise("add", x, "nothing", backward=passed)
        return tape.add(x, self.record_learned(tape, y))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        offset = self.offset
        return (lambda x: x + offset) if self.learned is None else _learned(nn, add, "offset", self.shape(x))


class LayerScale(Elementwise, keyword="layer_scale"):
    """A learned factor per channel, gamma: `scale` with `learned: channels`."""

    family = "regularisation"
    source = "Touvron et al. 2021 (CaiT), section 2; Liu et al. 2022 (ConvNeXt)"

    def parameters(self, x: Tensor) -> int:
        """The factor of every channel."""
        return x.channels

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One product per element."""
        return Operations(mul=y.elements)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        return tape.multiply(x, _record_learned(tape, "gamma", _per_channel(y), y))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return _learned(nn, mul, "gamma", _per_channel(x))


def _per_channel(x: Tensor) -> tuple[int, ...]:
    """The shape of one number for every channel of a sample."""
    return (x.channels, *(() if x.layout == "tokens" else (1,) * len(x.spatial)))


def _record_learned(tape: Tape, name: str, shape: tuple[int, ...], x: Tensor) -> Value:
    """A learned tensor of that shape, as it is broadcast to a batch of `x`."""
    return tape.parameter(product(shape), name, (1,) * (1 + len(x.dims) - len(shape)) + shape)


def _learned(nn: Any, function: Callable[[Any, Any], Any], name: str, shape: tuple[int, ...]) -> Any:
    """A module that computes a function of what it reads and of a learned tensor of that name."""
    return module_of(nn, lambda module, x: function(x, getattr(module, name)), **{name: parameter(nn, *shape)})
