"""Axes by name: which dimension of a sample one is, and what layers have in common that work along any of them.

An axis is named as everywhere in the language: `channels`, or its number behind the channels, from 0; `positions` are
all of those. A dimension is its place in PyTorch's order, without the batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError
from cnncost.layers.base.tensor import Tensor
from cnncost.layers.base.window import Contracted, Reach, Reads
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.layers.base.layer import Layer
    from cnncost.layers.base.one_channel import Line

AxisName = int | str
"""An axis as a field holds it."""


def channel_dimension(x: Tensor) -> int:
    """The dimension that holds the channels."""
    return len(x.spatial) if x.layout == "tokens" else 0


def dimension(axis: AxisName, x: Tensor) -> int:
    """The dimension that an axis is; of `positions` and `tokens`, the first behind the channels.

    >>> image, tokens = Tensor(64, (14, 7)), Tensor(64, (49,), "tokens")
    >>> dimension("channels", image), dimension(1, image), dimension("channels", tokens), dimension("tokens", tokens)
    (0, 2, 1, 0)
    """
    if axis == "channels":
        return channel_dimension(x)
    place = axis if isinstance(axis, int) else 0
    return place if x.layout == "tokens" else place + 1


def dimensions(axes: Sequence[AxisName], x: Tensor) -> tuple[int, ...]:
    """The dimensions that axes are, in order; `positions` and `tokens` are all those behind the channels.

    >>> dimensions(("positions",), Tensor(64, (14, 7))), dimensions((1, "channels"), Tensor(64, (14, 7)))
    ((1, 2), (0, 2))
    """
    first = 0 if x.layout == "tokens" else 1
    found: set[int] = set()
    for axis in axes:
        found |= {*range(first, first + len(x.spatial))} if axis in _ALL_BEHIND else {dimension(axis, x)}
    return tuple(sorted(found))


def axis_of(place: int, x: Tensor) -> AxisName:
    """What a dimension is called: the axis that :func:`dimension` finds it by.

    >>> [axis_of(place, Tensor(64, (14, 7))) for place in range(3)], axis_of(0, Tensor(64, (49,), "tokens"))
    (['channels', 0, 1], 0)
    """
    if place == channel_dimension(x):
        return "channels"
    return place if x.layout == "tokens" else place - 1


_ALL_BEHIND = ("positions", "tokens")


def check_axis(layer: Layer, axis: AxisName, x: Tensor, field: str = "axis") -> None:
    """Refuse an axis that the input does not have, or that is several."""
    axes = len(x.spatial)
    if axis == "positions" and axes > 1:
        hint = "`axis: 0` is the first of them; `patch_tokens` or `reshape: [channels, -1]` lays them in a row"
        message = f"`{layer.keyword}` along positions has {axes} axes of {x} to choose from"
        raise LayerError(message, field=field, hint=hint)
    _refuse_missing(layer, axis, x, field)


def check_axes(layer: Layer, axes: Sequence[AxisName], x: Tensor, field: str = "axes") -> None:
    """Refuse axes that the input does not have, or that are named twice."""
    for axis in axes:
        _refuse_missing(layer, axis, x, field)
    count = sum(len(x.spatial) if axis in _ALL_BEHIND else 1 for axis in axes)
    if count > len(dimensions(axes, x)):
        raise LayerError(f"`{field}` of `{layer.keyword}` names an axis of {x} twice", field=field)


def _refuse_missing(layer: Layer, axis: AxisName, x: Tensor, field: str) -> None:
    axes = len(x.spatial)
    if axis == "tokens" and x.layout != "tokens":
        raise LayerError(f"`{layer.keyword}` along tokens takes tokens, not {x.layout} {x}", field=field)
    if axis != "channels" and dimension(axis, x) >= (axes if x.layout == "tokens" else axes + 1):
        counted = f", counted from 0 to {axes - 1}" if axes else ""
        behind = "1 axis" if axes == 1 else f"{axes} axes"
        message = f"`{layer.keyword}` has no axis `{axis}`: {x.layout} {x} has {behind} behind the channels{counted}"
        raise LayerError(message, field=field)


def size_of(x: Tensor, places: Sequence[int]) -> int:
    """The product of the sizes of some dimensions."""
    return product(x.dims[place] for place in places)


def rows_of(x: Tensor, places: Sequence[int]) -> int:
    """The product of the sizes of all other dimensions: how often a layer works along these."""
    return product(size for place, size in enumerate(x.dims) if place not in places)


def resized(x: Tensor, sizes: dict[int, int]) -> Tensor:
    """The shape with other sizes of some dimensions."""
    dims = tuple([sizes.get(place, size) for place, size in enumerate(x.dims)])
    return Tensor(dims[-1], dims[:-1], x.layout) if x.layout == "tokens" else Tensor(dims[0], dims[1:], x.layout)


def without(x: Tensor, places: Sequence[int]) -> Tensor:
    """The shape without some dimensions: flat where one is left, tokens where they keep their channels, else a map.

    >>> without(Tensor(64, (14, 7)), [1]), without(Tensor(64, (49,), "tokens"), [0])
    (Tensor(channels=64, spatial=(7,), layout='map'), Tensor(channels=64, spatial=(), layout='flat'))
    """
    dims = tuple([size for place, size in enumerate(x.dims) if place not in places])
    if len(dims) == 1:
        return Tensor(dims[0], (), "flat")
    if x.layout == "tokens" and channel_dimension(x) not in places:
        return Tensor(dims[-1], dims[:-1], "tokens")
    return Tensor(dims[0], dims[1:])


def reads_along(x: Tensor, places: Sequence[int], *, dropped: bool = False) -> Reach:
    """How units read `x` that take all there is along some dimensions, and their own place along the others."""
    if tuple(places) == (channel_dimension(x),) and not dropped:
        return Reads.MIXTURE
    follows: list[int | None] = []
    for place in range(len(x.dims)):
        before = sum(other < place for other in places) if dropped else 0
        follows.append(None if place in places else place - before)
    return Contracted(tuple(follows))


def one_channel_along(line: Line, x: Tensor, y: Tensor, places: Sequence[int]) -> Callable[[Any], Any]:
    """What one channel shows of a layer that takes all there is along some dimensions.

    Raises:
        LayerError: the output has no such channels, which one channel cannot show.
    """
    channels = channel_dimension(x)
    if channels in places and len(y.dims) < len(x.dims):
        raise LayerError("the channels are gone, which one channel cannot show")
    along = [1 + place for place in places if place != channels]
    dims = line.thin(y).dims

    def seen(lit: Any) -> Any:
        together = lit.amax(along, keepdim=True) if along else lit
        return together.flatten(1).unflatten(1, dims) if len(y.dims) < len(x.dims) else together.expand(-1, *dims)

    return seen
