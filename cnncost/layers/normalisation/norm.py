"""Normalisation by the mean and variance of a sample: layer, group, instance; and local response.

None of them is in the notes: each counts its own definition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cnncost.autograd import views
from cnncost.autograd.backward import passed
from cnncost.autograd.strides import Strides
from cnncost.errors import LayerError
from cnncost.layers.base.axes import check_axes, dimensions, one_channel_along, reads_along, rows_of, size_of
from cnncost.layers.base.costs import Operations
from cnncost.layers.base.counterpart import module_of
from cnncost.layers.base.layer import Layer
from cnncost.layers.base.one_channel import Line, everywhere, unchanged
from cnncost.layers.base.sliding import check_rank
from cnncost.layers.base.specifiers import axes, count, flag, real
from cnncost.layers.base.tensor import ANY_LAYOUT, Layout, Tensor
from cnncost.layers.base.window import Grouped, Reach, Reads
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value

NORMALISED_AXES = "what is normalised together: the channels, or other axes"


class Normalisation(Layer):
    """Layers that shift and scale: the shape stays, and a learned gain and bias per channel when affine."""

    family = "normalisation"
    accepts: ClassVar[tuple[Layout, ...]] = ("map", "flat")

    affine: bool

    def output(self, x: Tensor) -> Tensor:
        return x

    def parameters(self, x: Tensor) -> int:
        """Gain and bias of every channel (notes 004, Computational Summary: 2C)."""
        return self.affine * 2 * x.channels

    def biases(self, x: Tensor) -> int:
        """As many as there are gains."""
        return self.parameters(x) // 2

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        return unchanged


class AxesNorm(Normalisation):
    """Normalisations over the channels, at every position or token on its own, or over other axes."""

    accepts = ANY_LAYOUT

    axes: tuple[int | str, ...]

    def check(self, x: Tensor) -> None:
        check_axes(self, self.axes, x)

    def norm(self, nn: Any, shape: tuple[int, ...]) -> Any:
        """PyTorch's module, for the last axes."""
        raise NotImplementedError

    def normalised(self, x: Tensor) -> int:
        """How many elements are normalised together, each with a gain of its own."""
        return size_of(x, dimensions(self.axes, x))

    def rows(self, x: Tensor) -> int:
        """How often that is done."""
        return rows_of(x, dimensions(self.axes, x))

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """All positions are read by their statistics, like those of a group norm; other axes as they are."""
        if "channels" in self.axes and self.through_statistics():
            return (Grouped(Reads.STATISTICS, 1),)
        if self.through_statistics():
            return (Grouped(Reads.STATISTICS, x.channels),)
        return (reads_along(x, dimensions(self.axes, x)),)

    def through_statistics(self) -> Any:
        return everywhere if {"positions", "tokens"} & {*self.axes} else None

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """What is normalised is turned behind the others first: a view, which is turned back afterwards."""
        places = [1 + place for place in dimensions(self.axes, y)]
        others = [place for place in range(1 + len(y.dims)) if place not in places]
        if others[-1] < places[0]:
            return self.record_norm(tape, x, y)
        there = [*others, *places]
        turned = self.record_norm(tape, views.permute(tape, x, there), y)
        return views.permute(tape, turned, [there.index(place) for place in range(len(there))])

    def record_norm(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """The same of a tensor whose last axes are normalised."""
        raise NotImplementedError

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        places = dimensions(self.axes, x)
        norm = self.norm(nn, tuple(x.dims[place] for place in places))
        last = tuple(range(len(x.dims) - len(places), len(x.dims)))
        if places == last:
            return norm
        # PyTorch normalises the last axes only.
        there, back = [1 + place for place in places], [1 + place for place in last]
        return module_of(nn, lambda module, x: module.norm(x.movedim(there, back)).movedim(back, there), norm=norm)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        return unchanged if self.through_statistics() else one_channel_along(line, x, y, dimensions(self.axes, x))


class LayerNorm(AxesNorm, keyword="layernorm"):
    """Layer normalisation over the channels, at every position or token on its own (ConvNeXt, ViT), or over `axes`."""

    source = "Ba et al. 2016, section 3; Liu et al. 2022 (over the channels of a map)"

    affine: bool = flag("whether a gain and a bias are learned", default=True)
    eps: float = real("added to the variance", default=1e-5, low=0)
    axes: tuple[int | str, ...] = axes(NORMALISED_AXES, default="channels")

    def parameters(self, x: Tensor) -> int:
        """Gain and bias of every channel: of every element that is normalised together (2C)."""
        return self.affine * 2 * self.normalised(x)

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One mean and one variance per position: for all that is normalised together."""
        return standardise(y.elements, statistics=self.rows(x), affine=self.affine)

    def record_norm(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """Mean and inverse deviation of every row are kept with the input."""
        x = tape.single(x, on="cuda")
        weights = record_affine(tape, self.normalised(y), affine=self.affine)
        statistics = record_statistics(tape, tape.batch * self.rows(y), x, weights)
        keeps, strides = [x, *weights, *statistics], x.strides and Strides.of(x.strides.sizes)
        return tape.run("layer_norm", [x, *weights], x.elements, keeps=keeps, strides=strides)

    def norm(self, nn: Any, shape: tuple[int, ...]) -> Any:
        return nn.LayerNorm(shape, self.eps, self.affine)


class PositionStatistics(Normalisation):
    """Normalisations whose statistics are of one sample, over its positions: every unit reads all of them."""

    def through_statistics(self) -> Any:
        return everywhere


class GroupNorm(PositionStatistics, keyword="groupnorm"):
    """Group normalisation: statistics per sample and group of channels, over all positions."""

    source = "Wu & He 2018, section 3"

    groups: int = count("groups of channels with statistics of their own", symbol="g", divides=True)
    affine: bool = flag("whether a gain and a bias are learned", default=True)

    def check(self, x: Tensor) -> None:
        if x.channels % self.groups:
            raise LayerError(f"{self.groups} groups do not divide the {x.channels} input channels", field="groups")
        if x.elements == self.groups:
            raise LayerError(f"`groupnorm` needs more than one element per group, and its input is {x}", field="groups")

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One mean and one variance per group."""
        return standardise(y.elements, statistics=self.groups, affine=self.affine)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Grouped(Reads.STATISTICS, self.groups),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        x = tape.single(x, on="cuda")
        if tape.device == "cuda" or not tape.strides(x).has_channels_last:
            x = views.contiguous(tape, x)
        weights = record_affine(tape, y.channels, affine=self.affine)
        statistics = record_statistics(tape, tape.batch * self.groups, x, weights)
        keeps = [x, *weights[:1], *statistics]
        return tape.run("group_norm", [x, *weights], x.elements, keeps=keeps, strides=x.strides)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.GroupNorm(self.groups, x.channels, affine=self.affine)


class InstanceNorm(PositionStatistics, keyword="instancenorm"):
    """Instance normalisation: statistics per sample and channel, over all positions; none are kept."""

    source = "Ulyanov et al. 2016, section 2; PyTorch's InstanceNorm (no running statistics)"
    accepts = ("map",)

    affine: bool = flag("whether a gain and a bias are learned", default=False)

    def check(self, x: Tensor) -> None:
        check_rank(self, x)
        if x.positions == 1:
            raise LayerError(
                f"`instancenorm` needs more than one position per channel, and its input is {x}",
                hint="over channels it is `layernorm`",
            )

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """One mean and one variance per channel."""
        return standardise(y.elements, statistics=y.channels, affine=self.affine)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Grouped(Reads.STATISTICS, x.channels),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """A batch norm of one sample whose channels are those of all, with gain and bias repeated for each."""
        x, rows = views.contiguous(tape, x), tape.batch * y.channels
        affine = record_affine(tape, y.channels, affine=self.affine)
        weights = [tape.run("repeat", [weight], rows) for weight in affine]
        statistics = record_statistics(tape, rows, x, weights)
        keeps, strides = [x, *weights[:1], *statistics], Strides.of((tape.batch, *y.dims))
        return tape.run("batch_norm", [x, *weights], x.elements, keeps=keeps, strides=strides)

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return getattr(nn, f"InstanceNorm{len(x.spatial)}d")(x.channels, affine=self.affine)


class LocalResponseNorm(Layer, keyword="local_response_norm"):
    """Local response normalisation across `size` neighbouring channels (AlexNet, GoogLeNet)."""

    family = "normalisation"
    source = "Krizhevsky et al. 2012, section 3.3; PyTorch's LocalResponseNorm"

    size: int = count("neighbouring channels in a sum", symbol="n")
    alpha: float = real("factor of the mean square", default=1e-4, low=0)
    beta: float = real("power that divides", default=0.75, low=0)
    k: float = real("added to the mean square", default=1.0, low=0)

    def check(self, x: Tensor) -> None:
        check_rank(self, x)

    def output(self, x: Tensor) -> Tensor:
        return x

    def parameters(self, x: Tensor) -> int:
        return 0

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """Of y = x / (k + alpha / n * sum of n squares)^beta, per element.

        A square, n - 1 additions, a product with alpha / n, the addition of k, a power, a division.
        """
        return Operations(add=self.size, mul=2, exp=1, div=1).times(y.elements)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Reads.NEIGHBOURS,)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """The squares, padded, are pooled over windows of channels, and scaled; x is divided by a power of that."""
        squares = tape.multiply(x, x)
        sizes = (tape.batch, y.channels + self.size - 1, *y.spatial)
        padded = tape.run("pad", [squares], product(sizes), strides=Strides.of(sizes))
        if len(y.spatial) > 1:  # a pool over two axes is in no list of the CPU's autocast
            padded = tape.single(padded, on="cpu")
        mean = tape.run("avg_pool", [padded], x.elements, keeps=[padded])
        scaled = tape.elementwise("add", tape.elementwise("mul", mean, "nothing"), "nothing", backward=passed)
        return tape.divide(x, tape.elementwise("pow", tape.single(scaled, on="cuda"), "input"))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return nn.LocalResponseNorm(self.size, self.alpha, self.beta, self.k)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        return unchanged


def record_affine(tape: Tape, elements: int, *, affine: bool) -> list[Value]:
    """The learned gains and biases, so many each; none unless it is affine."""
    return [tape.parameter(elements, name) for name in ("weight", "bias")] if affine else []


def record_statistics(tape: Tape, rows: int, x: Value, weights: list[Value]) -> tuple[Value, Value]:
    """Mean and inverse deviation of so many rows: on CPUs in the number format of the gains, or of x without them."""
    dtype = "float32" if tape.device == "cuda" else (weights or [x])[0].dtype
    return tape.make(rows, dtype), tape.make(rows, dtype)


def standardise(elements: int, *, statistics: int, affine: bool) -> Operations:
    """Operations of y = (x - mean) / sqrt(var + eps) * gain + bias with so many means and variances of the input.

    With E elements and S statistics: the mean takes E - S additions and S divisions; the difference E subtractions;
    the variance E squares, E - S additions and S divisions; its root S additions of eps and S roots; the quotient
    E divisions; the affine part E products and E additions.

    >>> standardise(8, statistics=2, affine=False)
    Operations(mac=0, add=22, mul=8, div=12, cmp=0, exp=2)
    """
    return Operations(
        add=(3 + affine) * elements - statistics,
        mul=(1 + affine) * elements,
        div=elements + 2 * statistics,
        exp=statistics,
    )
