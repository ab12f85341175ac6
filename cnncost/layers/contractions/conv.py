"""Convolutions of any rank: standard, grouped, depthwise, dilated, and transposed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.autograd import views
from cnncost.autograd.convolution import Site, run_convolution
from cnncost.errors import LayerError
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.sliding import (
    PADDING_MODULES,
    Pairs,
    check_rank,
    check_taken_from_input,
    check_windows,
    constant_pad,
    pad_module,
    pads,
    sliding_windows,
)
from cnncost.layers.base.specifiers import choice, count, flag, padding, sizes, sources
from cnncost.layers.base.spreading import spread_windows
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Grouped, Reach
from cnncost.layers.contractions.contraction import (
    COMPUTED_FROM,
    FIXED,
    SPECTRAL_NORM,
    WEIGHT_NORM,
    Parametrised,
)
from cnncost.symbolic.dims import effective_kernel, product, window_count

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value


class Convolution(Parametrised):
    """What all convolutions share; their fields in the order of the language."""

    family = "convolution"
    is_convolution = True

    out: int = count("output channels", symbol="C_o")
    kernel: tuple[int, ...] = sizes("extent of the kernel", symbol="k", default=1)
    stride: tuple[int, ...] = sizes("step of the window", symbol="s", default=1)
    padding: Pairs | str = padding("zeros around the input", default=0)
    dilation: tuple[int, ...] = sizes("distance between kernel elements", symbol="d", default=1)
    groups: int = count("groups of channels that do not mix", symbol="g", default=1, divides=True)
    bias: bool = flag("whether a bias is added", default=True)
    fixed: bool = flag(FIXED, default=False)
    weight_norm: bool = flag(WEIGHT_NORM, default=False)
    spectral_norm: bool = flag(SPECTRAL_NORM, default=False)
    computed_from: tuple[int, ...] | None = sources(COMPUTED_FROM)

    def check(self, x: Tensor) -> None:
        super().check(x)
        check_rank(self, x)
        if x.channels % self.groups:
            raise LayerError(f"{self.groups} groups do not divide the {x.channels} input channels", field="groups")
        if self.out % self.groups:
            raise LayerError(f"{self.groups} groups do not divide the {self.out} output channels", field="groups")

    def record_convolution(self, tape: Tape, x: Value, sample: Tensor, y: Tensor) -> Value:
        """A convolution with the weights that it has for such a sample."""
        reads = tape.lower_all(x, *self.record_weights(tape, sample))
        return run_convolution(tape, reads, Site(self, sample, y))


class Conv(Convolution, keyword="conv"):
    """Convolution (cross-correlation) over one, two or three axes; depthwise when `groups` is the channel count.

    >>> conv = Conv.make({"out": 128, "kernel": 3, "padding": 1}, rank=2)
    >>> x = Tensor(64, (56, 56))
    >>> conv.output(x).dims, conv.parameters(x), conv.operations(x, conv.output(x)).mac
    ((128, 56, 56), 73856, 231211008)
    """

    source = "notes 004, 9.1, 9.2, 9.6 and Computational Summary; Dumoulin & Visin 2016, section 2"

    padding_mode: str = choice("what the padding holds", ("zeros", *PADDING_MODULES), default="zeros")

    def check(self, x: Tensor) -> None:
        super().check(x)
        check_windows(self, x)
        check_taken_from_input(x, pads(self, x), self.padding_mode, "padding")

    def output(self, x: Tensor) -> Tensor:
        spatial = tuple(
            window_count(size, kernel, stride, before + after, dilation)
            for size, kernel, stride, (before, after), dilation in zip(
                x.spatial, self.kernel, self.stride, pads(self, x), self.dilation, strict=True
            )
        )
        return Tensor(self.out, spatial)

    def weights(self, x: Tensor) -> int:
        return self.out * (x.channels // self.groups) * product(self.kernel)

    def kernels(self, x: Tensor) -> tuple[int, ...]:
        return (self.out, x.channels // self.groups, *self.kernel)

    def matrix(self, x: Tensor) -> tuple[int, int]:
        return self.out, (x.channels // self.groups) * product(self.kernel)

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One multiply-accumulate per weight and output position, one addition per biased output."""
        return Operations(mac=self.weights(x) * y.positions, add=self.bias_additions(x, y))

    def column_elements(self, x: Tensor, y: Tensor) -> int:
        """The im2col matrix, (C_i k^2) x (H_o W_o) (notes 004, 8.3; Chellapilla et al. 2006)."""
        return x.channels * product(self.kernel) * y.positions

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Grouped(sliding_windows(self, x, self.padding_mode), self.groups),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """Padding that PyTorch's convolution does not do itself makes a padded copy, and that is what is convolved."""
        assert x.shape is not None
        sides, sample = pads(self, x.shape), x.shape
        if self.padding_mode != "zeros" or any(before != after for before, after in sides):
            spatial = tuple(size + before + after for size, (before, after) in zip(sample.spatial, sides, strict=True))
            x = self._record_padded(tape, x, Tensor(sample.channels, spatial))
        return self.record_convolution(tape, x, sample, y)

    def _record_padded(self, tape: Tape, x: Value, padded: Tensor) -> Value:
        """Reflection and replication keep what they pad, for its size; the CPU's autocast has them in float32."""
        if self.padding_mode in ("zeros", "circular"):
            return views.image(tape, "pad", x, padded)
        x = tape.single(x, on="cpu")
        return views.image(tape, "pad", x, padded, keeps=[x])

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        rank, before_and_after = len(x.spatial), pads(self, x)
        symmetric = all(before == after for before, after in before_and_after)
        conv = getattr(nn, f"Conv{rank}d")(
            x.channels,
            self.out,
            self.kernel,
            self.stride,
            tuple(before for before, _ in before_and_after) if symmetric else 0,
            self.dilation,
            self.groups,
            self.bias,
            self.padding_mode if symmetric else "zeros",
        )
        conv = self.with_form(nn, conv)
        return conv if symmetric else nn.Sequential(pad_module(nn, before_and_after, self.padding_mode), conv)


class ConvTranspose(Convolution, keyword="conv_transpose"):
    """Transposed convolution: every input position spreads a kernel over the output.

    >>> grow = ConvTranspose.make({"out": 64, "kernel": 2, "stride": 2}, rank=2)
    >>> grow.output(Tensor(128, (28, 28))).dims
    (64, 56, 56)
    """

    source = "notes 004, 9.7; Dumoulin & Visin 2016, section 4"

    out: int = count("output channels", symbol="C_o")
    kernel: tuple[int, ...] = sizes("extent of the kernel", symbol="k")
    stride: tuple[int, ...] = sizes("distance between the kernels of neighbouring inputs", symbol="s", default=1)
    padding: Pairs = padding("rows taken off the output", default=0, same=False)
    output_padding: tuple[int, ...] = sizes("rows added after the output", symbol="p_out", default=0, low=0)
    dilation: tuple[int, ...] = sizes("distance between kernel elements", symbol="d", default=1)
    groups: int = count("groups of channels that do not mix", symbol="g", default=1, divides=True)
    bias: bool = flag("whether a bias is added", default=True)
    fixed: bool = flag(FIXED, default=False)
    weight_norm: bool = flag(WEIGHT_NORM, default=False)
    spectral_norm: bool = flag(SPECTRAL_NORM, default=False)
    computed_from: tuple[int, ...] | None = sources(COMPUTED_FROM)

    def check(self, x: Tensor) -> None:
        super().check(x)
        for extra, stride, dilation in zip(self.output_padding, self.stride, self.dilation, strict=True):
            if extra >= max(stride, dilation):
                raise LayerError(
                    f"output padding of {extra} must be below the stride of {stride} or the dilation of {dilation}",
                    field="output_padding",
                )

    def output(self, x: Tensor) -> Tensor:
        """H_o = (H - 1) s - 2p + d(k - 1) + p_out + 1."""
        spatial = tuple(
            (size - 1) * stride - before - after + effective_kernel(kernel, dilation) + extra
            for size, kernel, stride, (before, after), dilation, extra in zip(
                x.spatial, self.kernel, self.stride, self.padding, self.dilation, self.output_padding, strict=True
            )
        )
        return Tensor(self.out, spatial)

    def weights(self, x: Tensor) -> int:
        return x.channels * (self.out // self.groups) * product(self.kernel)

    def kernels(self, x: Tensor) -> tuple[int, ...]:
        return (x.channels, self.out // self.groups, *self.kernel)

    def lengths(self, x: Tensor) -> int:
        """One per input channel, by which PyTorch's weight tensor begins."""
        return x.channels

    def matrix(self, x: Tensor) -> tuple[int, int]:
        return self.out // self.groups, x.channels * product(self.kernel)

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One multiply-accumulate per weight and *input* position."""
        return Operations(mac=self.weights(x) * x.positions, add=self.bias_additions(x, y))

    def column_elements(self, x: Tensor, y: Tensor) -> int:
        """The product's columns before they are summed into the output, (C_o k^2) x (H_i W_i)."""
        return self.out * product(self.kernel) * x.positions

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """Windows of floor(d(k - 1) / s) + 1 inputs at most, step 1 / s; how many depends on the output's position."""
        return (Grouped(spread_windows(self.kernel, self.stride, self.padding, self.dilation), self.groups),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """Rows that are taken off unlike sides are cut off a whole output: by a copy."""
        assert x.shape is not None
        if all(before == after for before, after in self.padding):
            return self.record_convolution(tape, x, x.shape, y)
        spatial = tuple(size + before + after for size, (before, after) in zip(y.spatial, self.padding, strict=True))
        whole = self.record_convolution(tape, x, x.shape, Tensor(y.channels, spatial))
        return views.image(tape, "pad", whole, y)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        rank = len(x.spatial)
        symmetric = all(before == after for before, after in self.padding)
        conv = getattr(nn, f"ConvTranspose{rank}d")(
            x.channels,
            self.out,
            self.kernel,
            self.stride,
            tuple(before for before, _ in self.padding) if symmetric else 0,
            self.output_padding,
            self.groups,
            self.bias,
            self.dilation,
        )
        conv = self.with_form(nn, conv)
        if symmetric:
            return conv
        # PyTorch takes off the same on both sides only; a negative pad takes off what it is told.
        cut = tuple((-before, -after) for before, after in self.padding)
        return nn.Sequential(conv, constant_pad(nn, cut, 0.0))
