"""Group-equivariant layers: one set of weights, rotated (and mirrored) into a bank of filters, and what follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.autograd import views
from cnncost.errors import LayerError
from cnncost.layers.base.costs import Buffers, Operations
from cnncost.layers.base.counterpart import module_of, parameter, torch_of
from cnncost.layers.base.sliding import Pairs, check_windows, pads, sliding_windows
from cnncost.layers.base.specifiers import choice, count, flag, padding, real, sizes
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Grouped, Reads
from cnncost.layers.contractions.contraction import Contraction
from cnncost.layers.contractions.conv import Conv
from cnncost.layers.normalisation.batchnorm import BatchNormalisation
from cnncost.layers.pooling.pool_adaptive import ChannelMaxPool
from cnncost.symbolic.dims import product, window_count

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line
    from cnncost.layers.base.window import Reach

_ORDER = {"p4": 4, "p4m": 8}
_TURNS = 4
_SOURCE = "Cohen & Welling 2016, sections 6 and 7"


def _whole_groups(x: Tensor, group: str, hint: str | None = None) -> None:
    """Refuse channels that are no whole number of groups."""
    if x.channels % _ORDER[group]:
        message = f"the {_ORDER[group]} elements of {group} do not divide the {x.channels} input channels"
        raise LayerError(message, field="group", hint=hint)


class GroupConv(Contraction, keyword="group_conv"):
    """Convolution over the group of quarter turns (p4), or of turns and reflections (p4m).

    The output has `out` channels for every element of the group, side by side. A lifting convolution takes a plain
    map to such channels; every other takes them as it finds them.

    >>> lift = GroupConv.make({"out": 8, "kernel": 3, "lifting": True}, rank=2)
    >>> x = Tensor(1, (28, 28))
    >>> lift.output(x).dims, lift.parameters(x)
    ((32, 26, 26), 80)
    """

    family = "group-equivariant"
    source = _SOURCE
    is_convolution = True

    out: int = count("output channels per element of the group", symbol="C_o")
    kernel: tuple[int, ...] = sizes("extent of the kernel, which is square", symbol="k")
    group: str = choice("quarter turns, or quarter turns and reflections", tuple(_ORDER), default="p4")
    lifting: bool = flag("whether the input is a plain map", default=False)
    stride: tuple[int, ...] = sizes("step of the window", symbol="s", default=1)
    padding: Pairs | str = padding("zeros around the input", default=0)
    dilation: tuple[int, ...] = sizes("distance between kernel elements", symbol="d", default=1)
    bias: bool = flag("whether a bias is added", default=True)

    @property
    def order(self) -> int:
        """Elements of the group, |G|."""
        return _ORDER[self.group]

    def check(self, x: Tensor) -> None:
        if len(x.spatial) != 2:
            raise LayerError(f"`group_conv` turns maps of 2 axes, and its input {x} has {len(x.spatial)}")
        if self.kernel[0] != self.kernel[1]:
            raise LayerError(f"kernel {list(self.kernel)} is not square, and cannot be turned", field="kernel")
        if not self.lifting:
            _whole_groups(x, self.group, hint="the first group convolution of a network has `lifting: true`")
        check_windows(self, x)

    def output(self, x: Tensor) -> Tensor:
        axes = zip(x.spatial, self.kernel, self.stride, pads(self, x), self.dilation, strict=True)
        return Tensor(self.out * self.order, tuple(window_count(h, k, s, sum(p), d) for h, k, s, p, d in axes))

    def weights(self, x: Tensor) -> int:
        """C_o C_i k^2, where C_i counts the channels of all elements of the group: one filter per `out`."""
        return self.out * x.channels * product(self.kernel)

    def parameters(self, x: Tensor) -> int:
        """Weights, and one bias per `out`: the turned filters share them."""
        return self.weights(x) + self.bias * self.out

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """Those of the planar convolution with all |G| C_o turned filters."""
        return Operations(mac=self.order * self.weights(x) * y.positions, add=self.bias_additions(x, y))

    def column_elements(self, x: Tensor, y: Tensor) -> int:
        """The im2col matrix of the planar convolution, (C_i k^2) x (H_o W_o)."""
        return x.channels * product(self.kernel) * y.positions

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (sliding_windows(self, x),)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        """A padded copy is convolved with a bank of the filters, each moved by every element of the group."""
        assert x.shape is not None
        spatial = [
            size + before + after for size, (before, after) in zip(x.shape.spatial, pads(self, x.shape), strict=True)
        ]
        weight = tape.parameter(self.weights(x.shape))
        filters = [self._record_filters(tape, weight, element) for element in range(self.order)]
        bank = tape.run("stack", filters, self.order * weight.elements)
        biases = []
        if self.bias:
            biases.append(tape.run("repeat_interleave", [tape.parameter(self.out, "bias")], y.channels))
        padded = views.image(tape, "pad", x, Tensor(x.shape.channels, tuple(spatial)))
        padded, bank, *biases = tape.lower_all(padded, bank, *biases)
        return tape.run("convolution", [padded, bank, *biases], tape.batch * y.elements, keeps=[padded, bank])

    def _record_filters(self, tape: Tape, weight: Value, element: int) -> Value:
        """The filters moved in the plane, and along the group's axis by indices, which are kept."""
        if element >= _TURNS:
            weight = tape.run("flip", [weight], weight.elements)
        turned = tape.run("rot90", [weight], weight.elements)
        if self.lifting:
            return turned
        return tape.run("index", [turned], weight.elements, keeps=[tape.make(self.order, "int64")])

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        elements = 1 if self.lifting else self.order
        sides = tuple(side for pair in reversed(pads(self, x)) for side in pair)  # PyTorch takes the last axis first
        order, stride, dilation, lifting, has_bias = self.order, self.stride, self.dilation, self.lifting, self.bias

        def forward(module: Any, x: Any) -> Any:
            stack = torch_of(nn).stack
            bank = stack([_turned(module.weight, element, order, lifting) for element in range(order)], 1)
            filters = bank.flatten(2, 3).flatten(0, 1)
            bias = module.bias.repeat_interleave(order) if has_bias else None
            return nn.functional.conv2d(nn.functional.pad(x, sides), filters, bias, stride, 0, dilation)

        weight = parameter(nn, self.out, x.channels // elements, elements, *self.kernel)
        return module_of(nn, forward, weight=weight, bias=parameter(nn, self.out) if has_bias else None)

    def one_channel(self, nn: Any, line: Line, x: Tensor, y: Tensor) -> Any:
        """Turned filters of ones are what they were: it is a plain convolution."""
        plain = Conv(**{name: getattr(self, name) for name in Conv.fields if name in self.fields})
        return plain.one_channel(nn, line, x, y=y)


class GroupBatchNorm(BatchNormalisation, keyword="group_batchnorm"):
    """Batch normalisation of a group convolution's output: the channels of all elements of the group are one channel.

    >>> norm, x = GroupBatchNorm.make({"group": "p4m"}, rank=2), Tensor(64, (32, 32))
    >>> norm.parameters(x), norm.buffers(x)
    (16, Buffers(statistics=16, counters=1, weights=0))
    """

    family = "group-equivariant"
    source = f"{_SOURCE}; Ioffe & Szegedy 2015, algorithm 1"

    group: str = choice("quarter turns, or quarter turns and reflections", tuple(_ORDER), default="p4")
    affine: bool = flag("whether a gain and a bias are learned", default=True)
    eps: float = real("added to the variance", default=1e-5, low=0)

    def check(self, x: Tensor) -> None:
        if len(x.spatial) != 2:
            raise LayerError(f"`group_batchnorm` takes maps of 2 axes, and its input {x} has {len(x.spatial)}")
        _whole_groups(x, self.group)

    def parameters(self, x: Tensor) -> int:
        """Gain and bias of every channel, which all elements of the group share."""
        return self.affine * 2 * x.channels // _ORDER[self.group]

    def buffers(self, x: Tensor) -> Buffers:
        """Running mean and variance of every channel, and the number of batches seen."""
        return Buffers(statistics=2 * x.channels // _ORDER[self.group], counters=1)

    def record(self, tape: Tape, x: Value, y: Tensor) -> Value:
        order = _ORDER[self.group]
        channels = y.channels // order
        apart = views.reshape(tape, x, (tape.batch, channels, order, *y.spatial))
        return views.reshape(tape, self.record_norm(tape, apart, channels), (tape.batch, *y.dims))

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        order = _ORDER[self.group]
        norm = nn.BatchNorm3d(x.channels // order, eps=self.eps, affine=self.affine)
        return module_of(nn, lambda module, x: module.norm(x.unflatten(1, (-1, order))).flatten(1, 2), norm=norm)


class GroupMaxPool(ChannelMaxPool, keyword="group_maxpool"):
    """Maximum over the elements of the group, for every channel at every position: what it gives is a plain map."""

    family = "group-equivariant"
    source = "Cohen & Welling 2016, sections 6.3 and 8.1"

    group: str = choice("quarter turns, or quarter turns and reflections", tuple(_ORDER), default="p4")

    def check(self, x: Tensor) -> None:
        _whole_groups(x, self.group)

    def output(self, x: Tensor) -> Tensor:
        return Tensor(x.channels // _ORDER[self.group], x.spatial)

    def operations(self, x: Tensor, y: Tensor) -> Operations:
        """|G| - 1 comparisons per channel and position."""
        return Operations(cmp=x.elements - y.elements)

    def reach(self, x: Tensor, y: Tensor) -> tuple[Reach, ...]:
        return (Grouped(Reads.MIXTURE, y.channels),)

    def index_elements(self, x: Tensor, y: Tensor) -> int:
        """The element of every maximum."""
        return y.elements

    def counterpart(self, nn: Any, x: Tensor) -> Any:
        return lambda x: x.unflatten(1, (-1, _ORDER[self.group])).max(2).values


def _turned(weight: Any, element: int, order: int, lifting: bool) -> Any:
    """The filters (C_o, C_i, |G|, k, k) moved by a group element: in the plane, and along the group's axis."""
    mirrored, turns = divmod(element, 4)
    moved = weight.flip(-1) if mirrored else weight
    moved = moved.rot90(turns, (-2, -1))
    return moved if lifting else moved[:, :, [_relative(element, other) for other in range(order)]]


def _relative(element: int, other: int) -> int:
    """The group element u^-1 h, where element 4 m + r mirrors m times and then makes r quarter turns.

    With h = R^b M^q and u = R^a M^p: u^-1 h = M^p R^(b - a) M^q, and a mirror turns R^k into R^-k as it passes.
    """
    (p, a), (q, b) = divmod(element, 4), divmod(other, 4)
    turns = a - b if p else b - a
    return 4 * ((p + q) % 2) + turns % 4
