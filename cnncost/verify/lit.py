"""The network with one channel and nothing that cancels, and which of its units light up for which row of pixels.

Weights are ones, biases and learned tokens zeros, and what works on single positions is left out: the network is
linear, and its response to one row of ones is the derivative of every unit with respect to that row, in forward mode.
All units of all layers are seen at once. After each layer a response becomes one or zero, so that none vanishes on a
long way; a maximum of zeros and ones is their union, so max pools stay what they are.
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncost.layers.conv import Conv
from cnncost.layers.group import GroupConv
from cnncost.layers.join import Concat, Join
from cnncost.layers.resize import PixelShuffle
from cnncost.layers.shape import Permute, Reshape
from cnncost.layers.token import ClassToken
from cnncost.verify.pytorch import import_torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnncost.graph import Graph, Node
    from cnncost.layers.base import Layer
    from cnncost.layers.tensor import Tensor
    from cnncost.passes.receptive_field import Field

    OneChannel = Callable[..., Any]

# Below it is rounding: the least weight of an interpolation that is not zero is far above.
_DARK = 1e-4

_MOST_NUMBERS = 2**20
"""Numbers in one tensor: rows of pixels are lit in turns that fit."""


class Sight(NamedTuple):
    """The first and last pixel that each unit sees along one axis; the first behind the last where it sees none."""

    first: list[int]
    last: list[int]


class Unmeasurable(Exception):
    """A layer that one channel cannot stand for; the text says why."""


class Sights(NamedTuple):
    """What the units of every node see along one axis, by node.

    Attributes:
        local: along the paths that do not read the whole input. all_paths: of nodes where some path does.
        gaps: why a node was not measured.
    """

    local: dict[int, Sight]
    all_paths: dict[int, Sight]
    gaps: dict[int, str]


def sights(graph: Graph, fields: list[Field | None], source: int, axis: int, device: str) -> Sights:
    """What the units of every node see of one axis of the input at index `source`.

    Args:
        graph: the network. fields: what is claimed, which says where the paths that read everything are cut.
        source: the input's node. axis: its spatial axis. device: ``cpu``, or a GPU.
    """
    torch = import_torch()
    probe = _Probe(graph, fields, source, device)
    pixels = graph.nodes[source].y.spatial
    largest = max([node.y.positions for node in graph.nodes])
    turn = max(1, _MOST_NUMBERS // largest)
    together = Sights({}, {}, probe.gaps)
    with torch.no_grad():
        for start in range(0, pixels[axis], turn):
            rows = range(start, min(start + turn, pixels[axis]))
            probe.light(axis, rows, together)
    return together


class _Probe:
    """The one-channel network for one input."""

    def __init__(self, graph: Graph, fields: list[Field | None], source: int, device: str) -> None:
        self.graph, self.fields, self.source, self.device = graph, fields, source, device
        self.gaps: dict[int, str] = {}
        self.layers: dict[int, OneChannel] = {}
        torch = import_torch()
        with torch.device(device):
            for node in graph.layers:
                try:
                    self.layers[node.id] = one_channel(torch.nn, node)
                except Unmeasurable as reason:
                    self.gaps[node.id] = str(reason)

    def light(self, axis: int, rows: range, found: Sights) -> None:
        """Light each of the rows of pixels on its own, and add what sees them to `found`."""
        local: dict[int, Any] = {self.source: self._rows(axis, rows)}
        every: dict[int, Any] = {}
        last_use = {read: node.id for node in self.graph.layers for read in node.inputs}
        self._see(self.graph.nodes[self.source], local, axis, rows, found.local)
        for node in self.graph.layers:
            field = self.fields[node.id]
            if field is not None and node.id not in self.gaps:
                if field.axes is not None:
                    self._run(node, local, local)
                    self._see(node, local, axis, rows, found.local)
                if field.is_global:
                    self._run(node, local | every, every)
                    self._see(node, every, axis, rows, found.all_paths)
            for read in node.inputs:
                if last_use[read] == node.id:
                    local.pop(read, None)
                    every.pop(read, None)

    def _rows(self, axis: int, rows: range) -> Any:
        """A batch of one-channel inputs, each with one row of ones."""
        torch = import_torch()
        y = self.graph.nodes[self.source].y
        batch = torch.zeros(len(rows), *y.spatial, device=self.device, dtype=torch.float32)
        for sample, row in enumerate(rows):
            batch[sample].select(axis, row).fill_(1.0)
        return batch.unsqueeze(y.channel_axis)

    def _run(self, node: Node, read: dict[int, Any], written: dict[int, Any]) -> None:
        """Run a node on what it reads; what it cannot be given, it does without."""
        blocked = [self.gaps[i] for i in node.inputs if i in self.gaps]
        if blocked:
            self.gaps[node.id] = blocked[0]
            return
        if all(i not in read for i in node.inputs):
            return
        try:
            y = self.layers[node.id](*[read.get(i) for i in node.inputs], local=read is written)
        except RuntimeError as error:
            self.gaps[node.id] = f"one channel cannot stand for it: {str(error).splitlines()[0]}"
            return
        written[node.id] = y if y is read.get(node.inputs[0]) else (y.abs() > _DARK).to(y.dtype)

    def _see(self, node: Node, values: dict[int, Any], axis: int, rows: range, found: dict[int, Sight]) -> None:
        """Add to `found` which units of a node light up for which rows."""
        if node.id not in values:
            return
        if node.inputs and values[node.id] is values.get(node.inputs[0]):  # the very tensor that it read
            found[node.id] = found[node.inputs[0]]
            return
        torch = import_torch()
        pixels = self.graph.nodes[self.source].y.spatial
        lit = _units(values[node.id], node.y, axis, len(pixels)) > 0
        field = self.fields[node.id]
        if field is not None and field.placed and len(node.y.spatial) != len(pixels):
            lit = lit.any(1, keepdim=True)  # what is known by its place is one unit there
        row = torch.tensor(rows, device=lit.device)[:, None]
        first = torch.where(lit, row, pixels[axis]).amin(0).tolist()
        last = torch.where(lit, row, -1).amax(0).tolist()
        before = found.get(node.id)
        if before is not None:
            first, last = list(map(min, first, before.first)), list(map(max, last, before.last))
        found[node.id] = Sight(first, last)


def _units(y: Any, shape: Tensor, axis: int, axes: int) -> Any:
    """The units along an axis, whatever lies along the others; all elements where the axes are no longer the input's."""
    if len(shape.spatial) != axes:
        return y.flatten(1)
    spatial = y.squeeze(shape.channel_axis)
    others = [1 + other for other in range(axes) if other != axis]
    return spatial.amax(others) if others else spatial


def one_channel(nn: Any, node: Node) -> OneChannel:
    """What a node does to maps of one channel, as a function of the tensors it reads; ``None`` for one that is dark.

    Told `local=False` it takes the paths that read the whole input too.

    Raises:
        Unmeasurable: channels and positions trade places.
    """
    layer, reaches = node.layer, node.reach()
    if isinstance(layer, Join):
        return _join(nn, node)
    if reaches == ("point",):
        return lambda x, local: x
    if reaches == ("statistics",):
        return lambda x, local: x if local else _everything(x, node.y)
    if reaches[0] in {"whole", "mixture"}:
        return lambda x, local: _everything(x, node.y)
    mixes = isinstance(layer, Reshape) or (isinstance(layer, Permute) and node.y.channels != node.xs[0].channels)
    if mixes and node.xs[0].positions > 1:
        raise Unmeasurable("channels and positions trade places, which one channel cannot show")
    if mixes:
        return lambda x, local: _everything(x, node.y)
    return _windows(nn, node)


def _windows(nn: Any, node: Node) -> OneChannel:
    """PyTorch's own layer, made for one channel."""
    layer = _narrowed(node.layer)
    channels = layer.factor ** len(node.y.spatial) if isinstance(layer, PixelShuffle) else 1
    module = layer.counterpart(nn, *[x._replace(channels=channels) for x in node.xs])
    if isinstance(module, nn.Module):
        module.float().requires_grad_(False)
        for parameter in module.parameters():
            parameter.fill_(0.0 if isinstance(layer, ClassToken) else 1.0)

    def run(*xs: Any, local: bool) -> Any:
        lit = next(x for x in xs if x is not None)
        given = [_dark(lit, shape) if x is None else x for x, shape in zip(xs, node.xs, strict=True)]
        if channels > 1:
            given[0] = given[0].expand(-1, channels, *given[0].shape[2:])
        y = module(*given)
        return y if node.y.layout == "flat" else y.abs().amax(node.y.channel_axis, keepdim=True)

    return run


def _narrowed(layer: Layer) -> Layer:
    """The layer with one channel. Turned filters of ones are what they were: a group convolution is a plain one."""
    kind = Conv if isinstance(layer, GroupConv) else type(layer)
    one = {"out": 1, "groups": 1, "bias": False}
    return kind(**{name: one.get(name, getattr(layer, name, None)) for name in kind.fields})


def _join(nn: Any, node: Node) -> OneChannel:
    """A sum of what is lit. Flat tensors have their elements side by side, unless each is one unit."""
    side_by_side = isinstance(node.layer, Concat) and node.y.layout == "flat"

    def run(*xs: Any, local: bool) -> Any:
        lit = [x for x in xs if x is not None]
        if side_by_side and any(x.shape[1] > 1 for x in lit):
            return nn.modules.module.torch.cat(lit, 1)
        total = reduce(add, lit)
        return total if node.y.layout == "flat" else total.expand(len(total), *_shape(node.y))

    return run


def _everything(x: Any, y: Tensor) -> Any:
    """Whether anything is lit, for every unit of `y`."""
    return x.flatten(1).amax(1).reshape(-1, *[1] * len(_shape(y))).expand(-1, *_shape(y))


def _dark(like: Any, shape: Tensor) -> Any:
    """A tensor that is there for its shape."""
    return like.new_zeros(len(like), *_shape(shape))


def _shape(shape: Tensor) -> tuple[int, ...]:
    """The dimensions of a sample with one channel."""
    return shape._replace(channels=1).dims
