"""The layers of a network with one channel and nothing that cancels, for its receptive fields.

They are PyTorch's own: weights are ones, biases and learned tokens zeros, and what works on single positions is left
out. Inputs are zeros and ones, whose maximum is their union, so max pools stay what they are. Windows are boxes, whose
axes do not interact: one axis is looked at, and along the others everything has size one.
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncost.layers.activation import Elementwise
from cnncost.layers.base.fields import Padding, Sizes
from cnncost.layers.conv import Conv
from cnncost.layers.group import GroupConv
from cnncost.layers.join import Concat, Join
from cnncost.layers.linear import Linear
from cnncost.layers.norm import GroupNorm, InstanceNorm, LocalResponseNorm, Normalisation
from cnncost.layers.pool import ChannelPool
from cnncost.layers.resize import PixelShuffle, SpaceToDepth
from cnncost.layers.shape import ChannelShuffle, PadChannels, Permute, Reshape, Slice
from cnncost.layers.token import Attention, ClassToken, PositionEmbedding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.graph.graph import Node
    from cnncost.layers.base.fields import Field
    from cnncost.layers.base.layer import Layer
    from cnncost.layers.base.tensor import Tensor

    OneChannel = Callable[..., Any]

# What these do at one position, they do within it: one channel passes unchanged.
_POINTS = (
    Elementwise,
    Normalisation,
    LocalResponseNorm,
    ChannelPool,
    PositionEmbedding,
    Slice,
    PadChannels,
    ChannelShuffle,
)


class Unmeasurable(Exception):  # noqa: N818 - no error: a gap
    """A layer that one channel cannot stand for; the text says why."""


class Line(NamedTuple):
    """The axis that is looked at, of so many."""

    axis: int
    axes: int

    def thin(self, shape: Tensor) -> Tensor:
        """The shape with one channel, and size one along all other axes of a map that has the input's.

        >>> from cnncost.layers.base.tensor import Tensor
        >>> Line(0, 2).thin(Tensor(64, (56, 28))).dims
        (1, 56, 1)
        """
        if shape.layout != "map" or len(shape.spatial) != self.axes:
            return shape._replace(channels=1)
        spatial = tuple([size if axis == self.axis else 1 for axis, size in enumerate(shape.spatial)])
        return shape._replace(channels=1, spatial=spatial)

    def narrow(self, layer: Layer) -> Layer:
        """The layer with one channel, that does nothing along the other axes.

        Turned filters of ones are what they were: a group convolution becomes a plain one.
        """
        kind = Conv if isinstance(layer, GroupConv) else type(layer)
        one: dict[str, Any] = {"out": 1, "groups": 1, "bias": False}
        values: dict[str, Any] = {name: one.get(name, getattr(layer, name, None)) for name in kind.fields}
        for name, value in values.items():
            if isinstance(value, tuple) and kind.fields[name].per_axis and len(value) == self.axes:
                values[name] = self._narrowed(kind.fields[name], value)
        return kind(**values)

    def _narrowed(self, field: Field, values: tuple[Any, ...]) -> tuple[Any, ...]:
        neutral: Any = (0, 0) if isinstance(field, Padding) else field.low if isinstance(field, Sizes) else None
        return tuple([value if axis == self.axis else neutral for axis, value in enumerate(values)])


def one_channel(nn: Any, node: Node, line: Line) -> OneChannel:
    """What a node does to maps of one channel, as a function of the tensors it reads; ``None`` for one that is dark.

    It follows from the kind of layer, never from the reach that is to be checked. Statistics of normalisation are left
    to :func:`through_statistics`.

    Raises:
        Unmeasurable: channels and positions trade places.
    """
    layer, result = node.layer, line.thin(node.y).dims
    tokens = node.y.layout == "tokens"
    if isinstance(layer, Join):
        return _join(nn, node, line)
    if isinstance(layer, _POINTS) or (isinstance(layer, Linear) and tokens):
        return lambda x: x
    if isinstance(layer, Attention):
        return _everywhere
    if isinstance(layer, Linear):
        return lambda x: _anything(x, (1,))
    if isinstance(layer, Reshape) or (isinstance(layer, Permute) and node.y.channels != node.xs[0].channels):
        if node.xs[0].positions > 1:
            raise Unmeasurable("channels and positions trade places, which one channel cannot show")
        return lambda x: _anything(x, result)
    return _counterpart(nn, node, line)


def through_statistics(layer: Layer) -> OneChannel | None:
    """What a layer's means and variances over positions let through, where it has any."""
    return _everywhere if isinstance(layer, (GroupNorm, InstanceNorm)) else None


def _counterpart(nn: Any, node: Node, line: Line) -> OneChannel:
    """PyTorch's own layer, made for one channel."""
    layer, thin = line.narrow(node.layer), [line.thin(x) for x in node.xs]
    others = [2 + axis for axis in range(line.axes) if axis != line.axis] if node.y.layout == "map" else []
    module = layer.counterpart(nn, *thin)
    if isinstance(module, nn.Module):
        module.requires_grad_(False)
        for parameter in module.parameters():
            parameter.fill_(0.0 if isinstance(layer, ClassToken) else 1.0)

    def run(*xs: Any) -> Any:
        lit = next(x for x in xs if x is not None)
        given = [lit.new_zeros(len(lit), *shape.dims) if x is None else x for x, shape in zip(xs, thin, strict=True)]
        y = module(_block(given[0], layer, others), *given[1:])
        return y if node.y.layout == "flat" else y.abs().amax([node.y.channel_axis, *others], keepdim=True)

    return run


def _block(x: Any, layer: Layer, others: list[int]) -> Any:
    """The input of a layer that trades channels for blocks of positions, as large as it needs."""
    if isinstance(layer, PixelShuffle):
        return x.expand(-1, layer.factor ** (x.dim() - 2), *x.shape[2:])
    if isinstance(layer, SpaceToDepth):
        return x.expand([layer.factor if axis in others else -1 for axis in range(x.dim())])
    return x


def _join(nn: Any, node: Node, line: Line) -> OneChannel:
    """A sum of what is lit. Flat tensors have their elements side by side, unless each is one unit."""
    side_by_side = isinstance(node.layer, Concat) and node.y.layout == "flat"
    dims = line.thin(node.y).dims

    def run(*xs: Any) -> Any:
        lit = [x for x in xs if x is not None]
        if side_by_side and any(x.shape[1] > 1 for x in lit):
            return nn.modules.module.torch.cat(lit, 1)
        total = reduce(add, lit)
        return total.expand(-1, *dims) if node.y.layout == "map" else total

    return run


def _everywhere(x: Any) -> Any:
    """Whether anything is lit, at every place."""
    return _anything(x, x.shape[1:])


def _anything(x: Any, dims: Sequence[int]) -> Any:
    """Whether anything is lit, for every element of a sample of these dimensions."""
    return x.flatten(1).amax(1).reshape(-1, *[1] * len(dims)).expand(-1, *dims)
