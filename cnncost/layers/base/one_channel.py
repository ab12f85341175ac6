"""What stands for a layer in a network of one channel where nothing cancels, to see what its units read.

Weights are ones, biases and learned tokens are left out, and inputs are zeros and ones, whose maximum is their union,
so max pools stay what they are. Windows are boxes, whose axes do not interact: one axis is looked at, and along the
others everything has size one. A stand-in is a function of tensors: of what the layer reads, in batches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.errors import LayerError
from cnncost.layers.base.fields import Padding, Sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.layers.base.fields import Field
    from cnncost.layers.base.layer import Layer
    from cnncost.layers.base.tensor import Tensor

    Counted = Callable[[Callable[[], Any]], tuple[Any, int]]

_FORMS_OF_WEIGHTS = ("fixed", "weight_norm", "spectral_norm")
"""Where weights are ones, how they come about does not matter."""


_MOST_NUMBERS = 2**33
"""Numbers that modules of somebody's own compute, to be looked at: a minute or two on a CPU."""
MOST_AT_ONCE = 2**24
"""Numbers that they compute at once: inputs run together in batches that fit."""


def _uncounted(run: Callable[[], Any]) -> tuple[Any, int]:
    """What the function gives, as if it computed all that may be computed at once."""
    return run(), MOST_AT_ONCE


class Line:
    """The axis that is looked at, of so many.

    >>> from cnncost.layers import Tensor
    >>> Line(0, 2).thin(Tensor(64, (56, 28))).dims
    (1, 56, 1)
    """

    def __init__(self, axis: int, axes: int, most_numbers: int = _MOST_NUMBERS, counted: Counted = _uncounted) -> None:
        self.axis = axis
        """Which one."""
        self.axes = axes
        """Spatial axes of the network's input."""
        self.numbers_left = most_numbers
        """Numbers that modules of somebody's own may still compute, all of them together."""
        self.counted = counted
        """Runs a function, and says besides what it gives how many numbers it computed."""

    def thin(self, shape: Tensor) -> Tensor:
        """The shape with one channel, and size one along all other axes of a map that has the input's."""
        if not self.is_along(shape):
            return shape._replace(channels=1)
        spatial = tuple([size if axis == self.axis else 1 for axis, size in enumerate(shape.spatial)])
        return shape._replace(channels=1, spatial=spatial)

    def others(self, y: Tensor) -> list[int]:
        """Where PyTorch holds the axes of `y` that are not looked at, of a map that has the input's."""
        return [2 + axis for axis in range(self.axes) if axis != self.axis] if self.is_along(y) else []

    def is_along(self, shape: Tensor) -> bool:
        """Whether it is a map with the input's axes."""
        return shape.layout == "map" and len(shape.spatial) == self.axes

    def refuse_beyond(self, numbers: int) -> None:
        """Raise a LayerError where so many numbers may not be computed any more."""
        if numbers > self.numbers_left:
            raise LayerError("not measured: it would take too long")

    def spend(self, numbers: int) -> None:
        """Account for numbers that are computed; a LayerError where that are too many."""
        self.refuse_beyond(numbers)
        self.numbers_left -= numbers

    def narrow(self, layer: Layer) -> Layer:
        """The layer with one channel, that does nothing along the other axes."""
        one: dict[str, Any] = {"out": 1, "groups": 1, "bias": False, "computed_from": None}
        one |= dict.fromkeys(_FORMS_OF_WEIGHTS, False)
        values: dict[str, Any] = {name: one.get(name, getattr(layer, name)) for name in layer.fields}
        for name, value in values.items():
            field = layer.fields[name]
            if isinstance(value, tuple) and field.per_axis and len(value) == self.axes:
                values[name] = self._narrowed(field, value)
        return type(layer)(**values)

    def _narrowed(self, field: Field, values: tuple[Any, ...]) -> tuple[Any, ...]:
        neutral: Any = (0, 0) if isinstance(field, Padding) else field.low if isinstance(field, Sizes) else None
        return tuple([value if axis == self.axis else neutral for axis, value in enumerate(values)])


def counterpart_of_one_channel(
    nn: Any, line: Line, layer: Layer, xs: Sequence[Tensor], y: Tensor
) -> Callable[..., Any]:
    """PyTorch's own layer made for one channel: how far it is from what it gives where everything is dark.

    The function raises a RuntimeError where PyTorch refuses the shapes, or where one channel changes nothing.
    """
    thin = [line.thin(x) for x in xs]
    module = line.narrow(layer).counterpart(nn, *thin)
    if isinstance(module, nn.Module):
        module.eval().requires_grad_(False)
        for parameter in module.parameters():
            parameter.fill_(1.0)
    reduced = [] if y.layout == "flat" else [y.channel_axis, *line.others(y)]

    def run(*xs: Any) -> Any:
        lit = next(x for x in xs if x is not None)
        given = [lit.new_zeros(len(lit), *shape.dims) if x is None else x for x, shape in zip(xs, thin, strict=True)]
        dark = module(*[x.new_zeros(1, *x.shape[1:]) for x in given])
        difference = (module(*given) - dark).abs()
        if not difference.any() and not (module(*[x.new_ones(1, *x.shape[1:]) for x in given]) - dark).any():
            raise RuntimeError("it gives the same whatever is lit")
        return difference.amax(reduced, keepdim=True) if reduced else difference

    return run


def unchanged(x: Any) -> Any:
    """What a layer does that stays within one position: one channel passes unchanged."""
    return x


def everywhere(x: Any) -> Any:
    """What a layer does that reads everything: whether anything is lit, at every position."""
    return anything(x, x.shape[1:])


def anything(x: Any, dims: Sequence[int]) -> Any:
    """Whether anything is lit, for every element of a sample of these dimensions."""
    return x.flatten(1).amax(1).reshape(-1, *[1] * len(dims)).expand(-1, *dims)


def one_position(line: Line, x: Tensor, y: Tensor) -> Any:
    """What stands for a layer whose channels and positions trade places: any unit of the one position there is.

    Raises:
        LayerError: there are several, and one channel cannot show which went where.
    """
    if x.positions > 1:
        raise LayerError("channels and positions trade places, which one channel cannot show")
    return lambda units: anything(units, line.thin(y).dims)
