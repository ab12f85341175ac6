"""Random layers with inputs for them, derived from the fields of a layer type alone.

A new layer type is generated without a line here: each kind of field has a strategy, and `check` says what fits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from cnncost.errors import LayerError
from cnncost.layers import REGISTRY, Layer, Tensor
from cnncost.layers.base.choices import Axes, Axis, Choice, Equation, Flag, Reference
from cnncost.layers.base.fields import Count, Field, Numbers, Padding, Real, Scales, Sizes
from cnncost.layers.joins.join import Join
from cnncost.symbolic.dims import product

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import DrawFn, SearchStrategy

# Numbers with many divisors: groups, heads and factors often fit.
CHANNELS = (1, 2, 3, 4, 6, 8, 12, 16, 24)

BESIDE_A_SOURCE = Tensor(12, (5, 4))
"""What the fields of a layer that reads nothing are drawn for."""

PATIENT = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


class Placement(NamedTuple):
    """A layer, and the shapes of the samples that it reads."""

    layer: Layer
    xs: tuple[Tensor, ...]

    @property
    def fits(self) -> bool:
        """Whether the layer takes its inputs."""
        try:
            self.layer.check(*self.xs)
        except LayerError:
            return False
        return True


def placements(layer_type: type[Layer], largest: int = 14) -> SearchStrategy[Placement]:
    """A layer of `layer_type` with random fields, and random inputs: they may not fit each other."""
    rare = RARE.get(layer_type.keyword)
    return rare(layer_type, largest) if rare else any_placements(layer_type, largest)


@st.composite
def any_placements(draw: DrawFn, layer_type: type[Layer], largest: int) -> Placement:
    """The same, where fields and inputs do not depend on each other."""
    x = BESIDE_A_SOURCE if layer_type.is_source else draw(tensors(layer_type, largest))
    rank = len(x.spatial)
    given = {name: draw(values(field, rank, x)) for name, field in layer_type.fields.items()}
    written = {name: value for name, value in given.items() if value is not None}
    if layer_type.is_source:
        return Placement(layer_type.make(written, rank=0), ())
    layer = layer_type.make(written, rank).fitted(x)
    if issubclass(layer_type, Join):
        return Placement(layer, (x, *draw(st.lists(relatives(x), max_size=2))))
    follows = any(isinstance(field, Reference) and getattr(layer, name) for name, field in layer_type.fields.items())
    return Placement(layer, (x, draw(relatives(x))) if follows else (x,))


def fitting(layer_type: type[Layer], largest: int = 14) -> SearchStrategy[Placement]:
    """Placements whose layer takes its inputs."""
    return placements(layer_type, largest).filter(lambda placement: placement.fits)


@st.composite
def tensors(draw: DrawFn, layer_type: type[Layer], largest: int) -> Tensor:
    """An input in one of the layouts that the layer type accepts, with one to three axes when it is a map."""
    layout = draw(st.sampled_from(layer_type.accepts))
    rank = {"flat": 0, "tokens": 1}.get(layout) if layout != "map" else draw(st.sampled_from([1, 2, 2, 3]))
    spatial = tuple(draw(st.integers(1, largest)) for _ in range(rank or 0))
    return Tensor(draw(st.sampled_from(CHANNELS)), spatial, layout)


@st.composite
def relatives(draw: DrawFn, x: Tensor) -> Tensor:
    """An input that mostly fits beside `x`: equal, broadcast along some axes, or with one size changed."""
    sizes = [x.channels, *x.spatial]
    kind = draw(st.sampled_from(["equal", "broadcast", "smaller", "unlike"]))
    if kind == "broadcast":
        sizes = [draw(st.sampled_from([1, size])) for size in sizes]
    elif kind == "smaller":
        sizes = [draw(st.integers(1, size)) for size in sizes]
    elif kind == "unlike":
        sizes[draw(st.integers(0, len(sizes) - 1))] += 1
    return Tensor(sizes[0], tuple(sizes[1:]), x.layout)


def values(field: Field, rank: int, x: Tensor) -> SearchStrategy[Any]:
    """What a spec may write for `field`; ``None`` leaves it out."""
    written = _named(field, rank, x) if isinstance(field, Axis | Equation) else _written(field, rank, x)
    return written if field.required else st.none() | written


def _named(field: Axis | Equation, rank: int, x: Tensor) -> SearchStrategy[Any]:
    """A name for axes."""
    if isinstance(field, Equation):
        return equations(len(x.dims))
    axis = st.integers(0, rank) | st.sampled_from(field.literals)
    return axis | st.lists(axis, min_size=1, max_size=3) if isinstance(field, Axes) else axis


def _written(field: Field, rank: int, x: Tensor) -> SearchStrategy[Any]:
    low = getattr(field, "low", 0)
    number = st.integers(-6 if low is None else low, 6)
    match field:
        case Scales():
            factor = number | st.sampled_from([0.3, 0.5, 0.75, 1.25, 1.5, 2.6])
            written = factor | st.lists(factor, min_size=rank, max_size=rank)
        case Sizes():
            written = number | st.lists(number, min_size=rank, max_size=rank)
        case Count():
            written = number | st.just(x.channels)
        case Padding():
            small = st.integers(0, 3)
            pairs = st.lists(small | st.tuples(small, small), min_size=rank, max_size=rank)
            written = st.one_of(small, pairs, *map(st.just, field.literals))
        case Numbers():
            axes = st.permutations(range(len(x.dims))) if field.low == 0 else st.nothing()
            lists = st.lists(number, min_size=field.length or 1, max_size=field.length)
            written = lists if field.length else st.one_of(axes, factors(x.elements), lists)
        case Flag():
            written = st.booleans()
        case Real():
            low, high = max(field.low, 0.0), min(field.high, 1.0)  # in hundredths, as people write them
            written = st.integers(0, 100).map(lambda hundredths: low + (high - low) * hundredths / 100)
        case Choice():
            written = st.sampled_from(field.literals)
        case Reference():
            written = st.just("step")
        case _:
            raise TypeError(f"no strategy for fields of type {type(field).__name__}")
    return written


@st.composite
def factors(draw: DrawFn, number: int) -> list[int]:
    """One to four numbers whose product is `number`."""
    sizes = []
    for _ in range(draw(st.integers(0, 3))):
        sizes.append(draw(st.sampled_from([n for n in range(1, number + 1) if number % n == 0])))
        number //= sizes[-1]
    return [*sizes, number]


@st.composite
def equations(draw: DrawFn, axes: int) -> str:
    """Two inputs of so many axes and an output, which mostly share letters."""
    first = "cdefgh"[:axes]
    second = "".join(draw(st.permutations(first))) if draw(st.booleans()) else first
    second = "".join(draw(st.sampled_from([letter, letter, letter.upper()])) for letter in second)
    letters = draw(st.permutations(sorted({*first, *second})))
    return f"b{first},b{second}->b{''.join(letters[: draw(st.integers(1, min(4, len(letters))))])}"


@st.composite
def columns(draw: DrawFn, layer_type: type[Layer], largest: int) -> Placement:
    """A fold, mostly with the columns that an unfold of the same fields makes of a map."""
    unfold, (x,) = draw(any_placements(REGISTRY["unfold"], largest).filter(lambda placement: placement.fits))
    written = {name: getattr(unfold, name) for name in unfold.fields}
    y = unfold.output(x)
    if draw(st.integers(0, 3)) == 0:
        y = draw(relatives(y))
    return Placement(layer_type.make({"size": list(x.spatial), **written}, rank=1), (y,))


@st.composite
def sampled(draw: DrawFn, layer_type: type[Layer], largest: int) -> Placement:
    """A map with a grid, mostly of its axes."""
    layer, (x, *_) = draw(any_placements(layer_type, largest))
    rank = len(x.spatial)
    spatial = tuple([draw(st.integers(1, largest)) for _ in range(rank)])
    return Placement(layer, (x, Tensor(draw(st.sampled_from([rank, rank, rank, 1, 4])), spatial)))


@st.composite
def gathered(draw: DrawFn, layer_type: type[Layer], largest: int) -> Placement:
    """Something with numbers of places, mostly flat, or each element's own."""
    layer, (x, *_) = draw(any_placements(layer_type, largest))
    flat = Tensor(draw(st.sampled_from(CHANNELS)), (), "flat")
    return Placement(layer, (x, draw(st.just(flat) | st.just(x) | relatives(x))))


@st.composite
def affine(draw: DrawFn, layer_type: type[Layer], largest: int) -> Placement:
    """The numbers of an affine map, flat or as a matrix, mostly of two or three axes."""
    rank = draw(st.sampled_from([2, 2, 3, 3, 1]))
    x = draw(st.sampled_from([Tensor(rank * (rank + 1), (), "flat"), Tensor(rank, (rank + 1,)), Tensor(7, (), "flat")]))
    aligned = draw(st.booleans())  # along an axis of one position that means nothing, and PyTorch warns
    spatial = tuple([draw(st.integers(1 + aligned, largest)) for _ in range(rank)])
    form = draw(st.sampled_from(["size", "like"]))
    written = {form: list(spatial) if form == "size" else True, "align_corners": aligned}
    layer = layer_type.make(written, rank=0)
    return Placement(layer, (x, Tensor(3, spatial)) if form == "like" else (x,))


@st.composite
def deformed(draw: DrawFn, layer_type: type[Layer], largest: int) -> Placement:
    """A deformable convolution as any other, with offsets and maybe a mask, which mostly fit."""
    conv, (x,) = draw(any_placements(REGISTRY["conv"], largest).filter(lambda placement: placement.fits))
    fields = {name: getattr(conv, name) for name in layer_type.fields}
    if not isinstance(fields["padding"], tuple):
        fields["padding"] = 1
    layer = layer_type.make(fields, len(x.spatial))
    elements, groups = product(fields["kernel"]), draw(st.sampled_from([1, 1, 2, 3]))
    spatial = layer.output(x).spatial
    offsets = Tensor(groups * elements * len(spatial), spatial)
    masks = draw(st.sampled_from([(), (Tensor(groups * elements, spatial),)]))
    if min(spatial) > 0 and draw(st.integers(0, 3)) == 0:
        offsets = draw(relatives(offsets))
    return Placement(layer, (x, offsets, *masks))


@st.composite
def unpooled(draw: DrawFn, layer_type: type[Layer], largest: int) -> Placement:
    """What a max pool has made, mostly, and what it has read."""
    pool, (x,) = draw(any_placements(REGISTRY["maxpool"], largest).filter(lambda placement: placement.fits))
    fields = {name: getattr(pool, name) for name in layer_type.fields if name != "pool"}
    if not isinstance(fields["padding"], tuple):
        fields["padding"] = 0
    layer = layer_type.make({"pool": True, **fields}, len(x.spatial))
    pooled = pool.output(x)
    unlike = min(pooled.dims) > 0 and draw(st.integers(0, 3)) == 0
    return Placement(layer, (draw(relatives(pooled)) if unlike else pooled, x))


RARE: dict[str, Callable[[type[Layer], int], SearchStrategy[Placement]]] = {
    "fold": columns,
    "gather": gathered,
    "grid_sample": sampled,
    "affine_grid": affine,
    "deform_conv": deformed,
    "max_unpool": unpooled,
}
"""Layers whose fields and inputs fit each other so rarely that they are made from each other."""
