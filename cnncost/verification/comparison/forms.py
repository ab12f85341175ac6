"""One form for layers that say the same in several ways, so that they can be compared field by field.

What two networks may write differently without computing anything else stands here, and nowhere else: everything that
these functions keep is compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.layers.activation import Identity
from cnncost.layers.base.axes import dimension, dimensions
from cnncost.layers.base.sliding import pads
from cnncost.layers.contractions.conv import Conv, Convolution
from cnncost.layers.contractions.linear import Linear
from cnncost.layers.joins.join import Add, Broadcast
from cnncost.layers.parameter import Parameter
from cnncost.layers.pooling.pool import AvgPool, WindowPool
from cnncost.layers.pooling.pool_adaptive import AdaptiveAvgPool, AdaptivePool, GlobalAvgPool, GlobalMaxPool
from cnncost.layers.regularisation import Dropping, LayerScale, Scale
from cnncost.layers.shapes.order import ChannelShuffle, Flatten, Permute, Reshape
from cnncost.layers.shapes.resize import Upsample
from cnncost.layers.token import ClassToken, PatchTokens, PositionEmbedding, SelectToken
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncost.graph.graph import Node
    from cnncost.layers.base.layer import Layer
    from cnncost.layers.base.sliding import Pairs
    from cnncost.layers.base.tensor import Tensor

CONCAT, RESHAPE, PERMUTE, PARAMETER = "concat", "reshape", "permute", "parameter"
_IGNORED = ("inplace", "ceil")
"""Fields that change no number: where a result lies; and how a pool rounds, which its output shows."""
_ONE = 1


class Form(NamedTuple):
    """A layer, or a part of one, as it is compared."""

    kind: str
    """The layer type, where several say the same the one that stands for them."""
    fields: tuple[tuple[str, Any], ...] = ()
    """Its fields with their values."""
    adds: tuple[Form, ...] = ()
    """Learned tensors that it reads in front of what it reads otherwise."""


def forms_of(node: Node) -> tuple[Form, ...]:
    """The parts of a layer, one behind the other; none where it hands on what it reads.

    >>> from cnncost.language.load import loads
    >>> graph = loads("input: [64, 7, 7]\\nnetwork: [{adaptive_avgpool: 1}, flatten, {dropout: 0.2}]")
    >>> [[(form.kind, form.fields) for form in forms_of(node)] for node in graph.layers]
    [[('global_avgpool', ())], [('reshape', (('size', (64,)),))], []]
    """
    layer = node.layer
    if not node.xs:
        return (_source(layer, node.y),)
    if isinstance(layer, Identity | Dropping) or (layer.joins and len(node.xs) == 1):
        return ()
    for kinds, function in _PARTS:
        if isinstance(layer, kinds):
            return function(node)
    return (_plain(layer, node.xs[0]),)


def without_ones(sizes: Sequence[int]) -> tuple[int, ...]:
    """The sizes of a sample but for axes of size 1, which hold nothing: 2048 x 1 x 1 are 2048."""
    return tuple(size for size in sizes if size != _ONE)


def is_symmetric(layer: Layer) -> bool:
    """Whether the order of what it reads makes no difference."""
    return isinstance(layer, Broadcast) and not layer.needs_all_inputs


def _source(layer: Layer, y: Tensor) -> Form:
    if isinstance(layer, Parameter):
        return Form(PARAMETER, (("shape", without_ones(y.dims)), ("fixed", layer.fixed)))
    return Form(layer.keyword, _fields(layer))


def _plain(layer: Layer, x: Tensor) -> Form:
    """A layer with its fields, axes by the number of those of the sample that are longer than 1."""
    fields = dict(_fields(layer))
    if "axis" in fields:
        fields["axis"] = len(without_ones(x.dims[: dimension(fields["axis"], x)]))
    if "axes" in fields:
        fields["axes"] = tuple([len(without_ones(x.dims[:place])) for place in dimensions(fields["axes"], x)])
    return Form(layer.keyword, tuple(fields.items()))


def _fields(layer: Layer) -> tuple[tuple[str, Any], ...]:
    return tuple((name, value) for name, value in layer.arguments.items() if name not in _IGNORED)


def _convolution(node: Node) -> tuple[Form, ...]:
    """Padding in numbers; dilation of a kernel of 1 is none; and with a 1x1 kernel it is linear over the channels."""
    layer: Any = node.layer
    x, fields = node.xs[0], dict(_fields(layer))
    fields["padding"] = padding = pads(layer, x)
    steps = zip(layer.kernel, layer.dilation, strict=True)
    fields["dilation"] = tuple([1 if size == 1 else step for size, step in steps])
    if _is_padded(padding):
        return (Form(layer.keyword, tuple(fields.items())),)
    if "padding_mode" in fields:
        fields["padding_mode"] = "zeros"
    if isinstance(layer, Conv) and {*layer.kernel, *layer.stride, layer.groups} == {1}:
        linear = Linear(**{name: value for name, value in fields.items() if name in Linear.fields})
        return (_plain(linear, x),)
    return (Form(layer.keyword, tuple(fields.items())),)


def _pool(node: Node) -> tuple[Form, ...]:
    """Padding in numbers; a mean of all positions in one window is global."""
    layer: Any = node.layer
    padding = pads(layer, node.xs[0])
    if _is_padded(padding):
        return (Form(layer.keyword, tuple({**dict(_fields(layer)), "padding": padding}.items())),)
    if isinstance(layer, AvgPool) and layer.kernel == node.xs[0].spatial and node.y.positions == 1:
        return (Form(GlobalAvgPool.keyword),)
    fields = {**dict(_fields(layer)), "padding": padding}
    if "count_include_pad" in fields:
        fields["count_include_pad"] = True
    return (Form(layer.keyword, tuple(fields.items())),)


def _is_padded(padding: Pairs) -> bool:
    return any(map(any, padding))


def _resampled(node: Node) -> tuple[Form, ...]:
    """Without the size, which its output shows, however it is said."""
    fields = dict(_fields(node.layer))
    for name in ("size", "scale", "like"):
        fields.pop(name, None)
    return (Form(node.type, tuple(fields.items())),)


def _adaptive(node: Node) -> tuple[Form, ...]:
    """One bin is the whole map; as many as there are positions are the positions themselves."""
    layer: Any = node.layer
    if layer.size == node.xs[0].spatial:
        return ()
    if node.y.positions == 1:
        return (Form((GlobalAvgPool if isinstance(layer, AdaptiveAvgPool) else GlobalMaxPool).keyword),)
    return (Form(layer.keyword, _fields(layer)),)


def _reshaped(node: Node) -> tuple[Form, ...]:
    return (_reshape(node.y.dims),)


def _permuted(node: Node) -> tuple[Form, ...]:
    layer: Any = node.layer
    return _permute(node.xs[0].dims, layer.axes)


def _shuffled(node: Node) -> tuple[Form, ...]:
    """ShuffleNet's way to write it: groups as an axis of their own, which trades places with their channels."""
    layer: Any = node.layer
    x = node.xs[0]
    grouped = (layer.groups, x.channels // layer.groups, *x.spatial)
    axes = (1, 0, *range(2, len(grouped)))
    return (_reshape(grouped), *_permute(grouped, axes), _reshape(node.y.dims))


def _patches(node: Node) -> tuple[Form, ...]:
    x = node.xs[0]
    flat = (x.channels, x.positions)
    return (_reshape(flat), *_permute(flat, (1, 0)))


def _class_token(node: Node) -> tuple[Form, ...]:
    return (Form(CONCAT, (("axis", 0),), (_learned((node.y.channels,)),)),)


def _positions(node: Node) -> tuple[Form, ...]:
    return (Form(Add.keyword, (), (_learned(node.y.dims),)),)


def _scaled(node: Node) -> tuple[Form, ...]:
    return (_plain(Scale(learned="channels"), node.xs[0]),)


def _selected(node: Node) -> tuple[Form, ...]:
    layer: Any = node.layer
    return (Form("select", (("index", layer.i), ("axis", 0))),)


def _learned(sizes: Sequence[int]) -> Form:
    return Form(PARAMETER, (("shape", without_ones(sizes)), ("fixed", False)))


def _reshape(sizes: Sequence[int]) -> Form:
    return Form(RESHAPE, (("size", without_ones(sizes)),))


def _permute(sizes: Sequence[int], axes: Sequence[int]) -> tuple[Form, ...]:
    """Axes in another order, those of size 1 aside; nothing where the others keep theirs."""
    longer = [axis for axis in range(len(sizes)) if sizes[axis] != _ONE]
    moved = tuple([longer.index(axis) for axis in axes if axis in longer])
    return () if moved == tuple(range(len(moved))) else (Form(PERMUTE, (("axes", moved),)),)


_PARTS = (
    (Convolution, _convolution),
    (WindowPool, _pool),
    (AdaptivePool, _adaptive),
    (Upsample, _resampled),
    (Flatten, _reshaped),
    (Reshape, _reshaped),
    (Permute, _permuted),
    (ChannelShuffle, _shuffled),
    (PatchTokens, _patches),
    (ClassToken, _class_token),
    (PositionEmbedding, _positions),
    (LayerScale, _scaled),
    (SelectToken, _selected),
)
