"""Deformable convolution: kernels whose elements lie where offsets say, which another layer computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.autograd import views
from cnncost.autograd.backward import after, passed, products
from cnncost.autograd.tensors import wider
from cnncost.errors import LayerError
from cnncost.layers.base.costs import GradientMacs, Operations
from cnncost.layers.base.counterpart import module_of, torch_of, written
from cnncost.layers.base.sliding import Pairs, check_rank, check_windows
from cnncost.layers.base.specifiers import count, flag, padding, sizes
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Grouped, Reach, Reads
from cnncost.layers.contractions.contraction import Contraction
from cnncost.layers.sampling.grid import UNKNOWN_PLACES
from cnncost.symbolic.dims import product, window_count

if TYPE_CHECKING:
    from cnncost.autograd.tape import Tape
    from cnncost.autograd.tensors import Value
    from cnncost.layers.base.one_channel import Line

_INPUTS = ("offsets", "masks")
_MOST_INPUTS = 3


class DeformConv(Contraction, keyword="deform_conv"):
    """Convolution whose kernel elements are moved by offsets, and weighed by a mask where it has one (DCN v1 and v2).

    Read are a map, its offsets and maybe its masks, as maps of the output's size. Offsets have two channels (y and x)
    for each kernel element, a mask one; with several times as many channels, as many groups of the input's channels
    have offsets of their own.

    >>> conv = DeformConv.make({"out": 8, "kernel": 3, "padding": 1}, rank=2)
    >>> x, offsets = Tensor(4, (9, 9)), Tensor(18, (9, 9))
    >>> y = conv.output(x, offsets)
    >>> y.dims, conv.parameters(x, offsets), conv.operations(x, offsets, y=y).mac
    ((8, 9, 9), 296, 23328)
    """

    family = "sampling"
    source = "Dai et al. 2017, section 2.1; Zhu et al. 2019, section 3.2; torchvision, deform_conv2d"
    joins = True
    needs_all_inputs = True
    inputs_share_gradient = True

    out: int = count("output channels", symbol="C_o")
    kernel: tuple[int, ...] = sizes("extent of the kernel", symbol="k", default=1)
    stride: tuple[int, ...] = sizes("step of the window", symbol="s", default=1)
    padding: Pairs = padding("zeros around the input", default=0, same=False)
    dilation: tuple[int, ...] = sizes("distance between kernel elements", symbol="d", default=1)
    groups: int = count("groups of channels that do not mix", symbol="g", default=1, divides=True)
    bias: bool = flag("whether a bias is added", default=True)

    def check(self, *xs: Tensor) -> None:
        if not 1 < len(xs) <= _MOST_INPUTS:
            message = f"`deform_conv` reads a map, its offsets and maybe a mask, not {_outputs(len(xs))}"
            raise LayerError(message, hint="as in `{deform_conv: {out: 64, kernel: 3}, from: [map, offsets]}`")
        x, offsets, *masks = xs
        check_rank(self, x)
        if x.channels % self.groups:
            raise LayerError(f"{self.groups} groups do not divide the {x.channels} input channels", field="groups")
        if self.out % self.groups:
            raise LayerError(f"{self.groups} groups do not divide the {self.out} output channels", field="groups")
        check_windows(self, x)
        for what, moved in zip(_INPUTS, (offsets, *masks), strict=False):
            self._refuse_size(what, moved, self.output(x))
        self._refuse_offsets(x, offsets)
        wanted = self.offset_groups(x, offsets) * product(self.kernel)
        if masks and masks[0].channels != wanted:
            message = f"masks have {wanted} channels, one for each kernel element and group: {masks[0]} are none"
            raise LayerError(message, hint=f"as many as the offsets {offsets} have, by {len(x.spatial)} axes")

    def _refuse_size(self, what: str, moved: Tensor, y: Tensor) -> None:
        """Raise a LayerError unless offsets or masks are a map of the output's size."""
        if moved.layout != "map" or moved.spatial != y.spatial:
            message = f"{what} are a map of the output's size, and {moved} is not as large as {y}"
            raise LayerError(message, hint="a `conv` of the same kernel, stride, padding and dilation makes them")

    def _refuse_offsets(self, x: Tensor, offsets: Tensor) -> None:
        """Raise a LayerError for a number of channels that no number of groups has."""
        each, axes = len(x.spatial) * product(self.kernel), len(x.spatial)
        if offsets.channels % each:
            message = f"offsets have {axes} channels a kernel element, {each} or a multiple: not {offsets.channels}"
            raise LayerError(message, hint=f"the offsets are {offsets}; `conv: {{out: {each}, ...}}` makes them")
        if x.channels % (offsets.channels // each):
            message = f"{offsets.channels // each} groups of offsets do not divide the {x.channels} input channels"
            raise LayerError(message, hint=f"the offsets are {offsets}, {each} channels for a group")

    def offset_groups(self, x: Tensor, offsets: Tensor) -> int:
        """Groups of the input's channels that have offsets of their own."""
        return offsets.channels // (len(x.spatial) * product(self.kernel))

    def output(self, x: Tensor, *_: Tensor) -> Tensor:
        return Tensor(
            self.out,
            tuple(
                window_count(size, kernel, stride, before + after, dilation)
                for size, kernel, stride, (before, after), dilation in zip(
                    x.spatial, self.kernel, self.stride, self.padding, self.dilation, strict=True
                )
            ),
        )

    def weights(self, x: Tensor, *_: Tensor) -> int:
        return self.out * (x.channels // self.groups) * product(self.kernel)

    def parameters(self, x: Tensor, *_: Tensor) -> int:
        return self.weights(x) + self.bias * self.out

    def biases(self, x: Tensor, *_: Tensor) -> int:
        return self.bias * self.out

    def bias_additions(self, *xs: Tensor, y: Tensor) -> int:  # type: ignore[override]  # of several inputs
        """One for every output."""
        return self.bias * y.elements

    def operations(self, *xs: Tensor, y: Tensor) -> Operations:
        """One multiply-accumulate per weight and output position, one addition per biased output; and the sampling.

        Each of the C_i k^2 elements of a window is a weighted sum of 2^rank neighbours, and a product with the mask
        where there is one. Besides, once for the channels of a group: an addition to its place, a rounding, and two
        additions for the weights of a coordinate; a product for every further axis of a neighbour.
        """
        x, offsets, *masks = xs
        rank, columns = len(x.spatial), self.column_elements(*xs, y=y)
        neighbours = 2**rank
        places = self.offset_groups(x, offsets) * product(self.kernel) * y.positions
        sampled = Operations(
            add=3 * rank * places + (neighbours - 1) * columns,
            mul=(rank - 1) * neighbours * places + (neighbours + len(masks)) * columns,
            cmp=rank * places,
        )
        return Operations(mac=self.weights(x) * y.positions, add=self.bias * y.elements).plus(sampled)

    def gradient_macs(self, *xs: Tensor, y: Tensor) -> GradientMacs:
        """As many for the weights as forward, and for the sampled columns, from which all inputs have theirs."""
        macs = self.weights(xs[0]) * y.positions
        return GradientMacs(weights=macs, inputs=macs)

    def column_elements(self, *xs: Tensor, y: Tensor) -> int:
        """The sampled windows as a matrix, (C_i k^2) x (H_o W_o), which torchvision multiplies with the weights."""
        return xs[0].channels * product(self.kernel) * y.positions

    def reach(self, *xs: Tensor, y: Tensor) -> tuple[Reach, ...]:
        """Any position of the map, as the offsets at the output's position say."""
        return (Grouped(Reads.ANYWHERE, self.groups), *(Reads.MIXTURE for _ in xs[1:]))

    def record(self, tape: Tape, x: Value, offsets: Value, *masks: Value, y: Tensor) -> Value:
        """Columns are added up corner by corner, weighed by the mask, and multiplied with the weights.

        It is this definition's memory: torchvision's own function keeps what it reads, and nothing else.
        """
        assert x.shape is not None
        assert offsets.shape is not None
        channels, elements = x.shape.channels, product(self.kernel) * y.positions
        groups = self.offset_groups(x.shape, offsets.shape)
        place = tape.run("add", [offsets], offsets.elements)
        pixels = views.reshape(tape, x, (tape.batch, groups, channels // groups, x.shape.positions))
        columns: list[Value] = []
        for _ in range(2 ** len(y.spatial)):
            before = tape.made
            corner = self._record_corner(tape, place, pixels, tape.batch * groups * elements, channels // groups)
            columns = [tape.run("add", [corner, *columns], corner.elements, backward=passed)]
            tape.let_go(before, *columns)
        for mask in masks:
            columns = [_weighed(tape, columns[0], mask)]
        sizes = {"weight": self.weights(x.shape), "bias": self.bias * self.out}
        weights = [tape.parameter(size, name) for name, size in sizes.items() if size]
        reads = tape.lower_all(*columns, *weights)
        return tape.run("convolution", reads, tape.batch * y.elements, keeps=reads[:2])

    def _record_corner(self, tape: Tape, place: Value, pixels: Value, count: int, channels: int) -> Value:
        """The neighbours at one corner of all places, each times its weight."""
        tape.make(place.elements, place.dtype)
        distance = tape.run("sub", [place], place.elements)
        near = tape.run("rsub", [tape.elementwise("abs", distance, "input", backward=after(""))], place.elements)
        near = tape.single(near, on="cpu")
        single = None if tape.autocast is None else "float32"
        weight = tape.run("prod", [near], count, dtype=single, keeps=[near], keeps_output=True)
        inside = tape.make(count, "bool")
        weight = tape.run("mul", [weight], count, keeps=[inside])
        number = tape.make(count, "int64")
        neighbours = tape.run("gather", [pixels], count * channels, keeps=[pixels, number])
        return _weighed(tape, neighbours, weight)

    def counterpart(self, nn: Any, *xs: Tensor) -> Any:
        x = xs[0]
        conv = getattr(nn, f"Conv{len(x.spatial)}d")
        like = conv(x.channels, self.out, self.kernel, groups=self.groups, bias=self.bias)

        def forward(module: Any, x: Any, offsets: Any, *masks: Any) -> Any:
            windows = (self.kernel, self.stride, [before for before, _ in self.padding], self.dilation)
            columns = deformed_columns(torch_of(nn), x, offsets, [*masks], *windows)
            weight = module.weight.flatten(1).reshape(self.out, -1, 1)
            y = nn.functional.conv1d(columns, weight, module.bias, groups=self.groups)
            return y.reshape(y.shape[0], y.shape[1], *offsets.shape[2:])

        return module_of(nn, forward, weight=like.weight, bias=like.bias)

    def one_channel(self, nn: Any, line: Line, *xs: Tensor, y: Tensor) -> Any:
        """Nothing can stand for it.

        Raises:
            LayerError: always.
        """
        raise LayerError(UNKNOWN_PLACES)


def _weighed(tape: Tape, x: Value, weight: Value) -> Value:
    """The product with weights that the channels of a group share; both are kept."""
    dtype = wider(x.dtype, weight.dtype)
    return tape.run("mul", [x, weight], x.elements, dtype=dtype, keeps=[x, weight], backward=products)


def _outputs(number: int) -> str:
    return "one output" if number == 1 else f"{number} outputs"


@written
def deformed_columns(  # noqa: PLR0917 - it stands alone in the code that calls it
    torch: Any, x: Any, offsets: Any, masks: Any, kernel: Any, stride: Any, padding: Any, dilation: Any
) -> Any:
    """The elements of every window, where the offsets put them: (B, C k^2, positions)."""
    from itertools import product
    from math import prod

    elements, spatial, device = prod(kernel), x.shape[2:], x.device
    inside = [torch.arange(k, device=device) * d for k, d in zip(kernel, dilation, strict=True)]
    counts = zip(offsets.shape[2:], stride, padding, strict=True)
    starts = [torch.arange(n, device=device) * step - before for n, step, before in counts]
    within, windows = (torch.stack(torch.meshgrid(*axes, indexing="ij")).flatten(1) for axes in (inside, starts))
    without_offsets = (within[:, :, None] + windows[:, None]).movedim(0, 1).to(offsets.dtype)
    groups = offsets.shape[1] // (len(spatial) * elements)
    places = offsets.reshape(len(x), groups, elements, len(spatial), -1) + without_offsets
    lowest = places.detach().floor()
    pixels = x.reshape(len(x), groups, x.shape[1] // groups, -1)
    total: Any = 0
    for corner in product((0, 1), repeat=len(spatial)):
        index = lowest + torch.tensor(corner, device=device)[:, None]
        size = torch.tensor(spatial, device=device)[:, None]
        weight = (1 - (places - index).abs()).prod(3) * ((index >= 0) & (index < size)).all(3)
        number = sum(
            index[:, :, :, axis].nan_to_num().clamp(0, extent - 1).long() * prod(spatial[axis + 1 :])
            for axis, extent in enumerate(spatial)
        )
        number, weight = (each.flatten(2)[:, :, None] for each in (number, weight))
        total = total + pixels.gather(3, number.expand(-1, -1, pixels.shape[2], -1)) * weight
    for mask in masks:
        total = total * mask.reshape(len(x), groups, 1, -1)
    return total.reshape(len(x), x.shape[1] * elements, -1)
