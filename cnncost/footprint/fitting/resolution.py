"""The largest resolution that fits: the spatial sizes of the inputs, all of them scaled by one factor."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Any

from cnncost.errors import SpecError
from cnncost.footprint.fitting.search import largest
from cnncost.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnncost.footprint.fitting.capacity import Verdict
    from cnncost.graph.graph import Graph
    from cnncost.layers.base.tensor import Tensor

    Shapes = Mapping[str, tuple[int, ...]]
    Loader = Callable[[Shapes], Graph]
    Judge = Callable[[Graph], Verdict]

_USUAL_STEP = 32
"""The stride of most networks: where the sizes are multiples of it, other sizes are."""
_LARGEST_STEP = 64
_LARGEST_SIZE = 65_536
"""Positions along an axis, beyond which nothing is looked for."""


class Resolution(NamedTuple):
    """The largest inputs that fit."""

    inputs: Shapes | None
    """The shape of one sample of every input; ``None`` where there is none, or it was not looked for.

    Of the largest inputs of which the least that a step needs fits: no larger ones do.
    """
    certain_inputs: Shapes | None = None
    """The shapes of the largest that fit for certain; ``None`` where none do, or nobody can say."""
    needed_bytes: int | None = None
    """What a step then needs at the least."""
    why_not: str | None = None
    """Why there is none."""
    same_parameters: bool = True
    """Whether the network has as many parameters there as it has at its own resolution."""
    is_all: bool = False
    """Whether nothing larger was looked for."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the JSON holds it."""
        return {
            "inputs": _plain(self.inputs),
            "certain_inputs": _plain(self.certain_inputs),
            "needed_bytes": self.needed_bytes,
            "why_not": self.why_not,
            "same_parameters": self.same_parameters,
            "is_all": self.is_all,
        }


def _plain(shapes: Shapes | None) -> dict[str, list[int]] | None:
    return None if shapes is None else {name: list(shape) for name, shape in shapes.items()}


class _Scale(NamedTuple):
    """Inputs at multiples of what their spatial sizes have in common."""

    inputs: Mapping[str, Tensor]
    unit: int
    """The common divisor of the sizes that are scaled."""
    step: int
    """By how much it changes."""

    @property
    def first(self) -> int:
        """The smallest multiple."""
        return self.unit % self.step or self.step

    def at(self, number: int) -> dict[str, tuple[int, ...]]:
        """The shapes at the multiple of that number, from 1."""
        common = self.first + (number - 1) * self.step
        shapes = {}
        for name, shape in self.inputs.items():
            fixed, scaled = _axes(shape)
            sizes = [*fixed, *[size * common // self.unit for size in scaled]]
            shapes[name] = shape._replace(spatial=tuple(sizes)).dims
        return shapes

    @property
    def given(self) -> int:
        """The number of the sizes as they are."""
        return (self.unit - self.first) // self.step + 1

    @property
    def most(self) -> int:
        """The largest number that is looked for."""
        longest = max(size for shape in self.inputs.values() for size in _axes(shape)[1])
        return max(self.given, (_LARGEST_SIZE * self.unit // longest - self.first) // self.step + 1)


def largest_resolution(graph: Graph, load: Loader, judge: Judge, limit: int) -> Resolution:
    """The largest inputs of which not more than `limit` bytes are needed, at the least and at the most.

    Images and videos are scaled along their last two axes, signals along their only one; what has no spatial axes stays
    as it is. Sizes grow in steps of the largest power of two up to 32 that divides them, or the next one that the
    network accepts.

    Args:
        graph: the network at its own resolution.
        load: gives it at other shapes, by the inputs' names; it raises a SpecError where the network refuses them.
        judge: what a step needs.
        limit: the bytes that there are.
    """
    inputs = {graph.nodes[number].name: graph.nodes[number].y for number in graph.inputs}
    sizes = [size for shape in inputs.values() for size in _axes(shape)[1]]
    if not sizes:
        return Resolution(None, why_not="its inputs have no spatial sizes")
    unit = gcd(*sizes)
    scale = _accepted(inputs, unit, load)
    if isinstance(scale, SpecError):
        return Resolution(None, why_not=f"it accepts no other resolution: {scale.message}")
    return _search(graph, scale, load, judge, limit)


def _search(graph: Graph, scale: _Scale, load: Loader, judge: Judge, limit: int) -> Resolution:
    sizes = _Sizes(graph, scale, load, judge, limit)
    most = largest(sizes.least, limit, scale.most)
    if most not in sizes.graphs:
        return Resolution(None, why_not="not even the smallest that it accepts fits")
    certain = largest(sizes.most, limit, most)
    found = sizes.graphs[most]
    return Resolution(
        scale.at(most),
        scale.at(certain) if certain in sizes.graphs else None,
        sizes.least(most),
        same_parameters=_parameters(found) == _parameters(graph),
        is_all=most == scale.most,
    )


class _Sizes:
    """What a step needs at each multiple; no graph is loaded twice."""

    def __init__(self, graph: Graph, scale: _Scale, load: Loader, judge: Judge, limit: int) -> None:
        self.graphs: dict[int, Graph] = {scale.given: graph}
        """Those that the network accepts."""
        self._scale = scale
        self._load = load
        self._judge = judge
        self._limit = limit
        self._verdicts: dict[int, Verdict | None] = {}

    def least(self, number: int) -> int:
        """What is needed at the least."""
        verdict = self._verdict(number)
        return self._refused(number) if verdict is None else verdict.needed_bytes

    def most(self, number: int) -> int:
        """What is needed at the most; too much where nobody can say."""
        verdict = self._verdict(number)
        if verdict is None:
            return self._refused(number)
        return self._limit + 1 if verdict.most_bytes is None else verdict.most_bytes

    def _refused(self, number: int) -> int:
        """Nothing where it is too small for the network, too much where it is refused for another reason."""
        return 0 if number < self._scale.given else self._limit + 1

    def _verdict(self, number: int) -> Verdict | None:
        if number not in self._verdicts:
            try:
                if number not in self.graphs:
                    self.graphs[number] = self._load(self._scale.at(number))
                self._verdicts[number] = self._judge(self.graphs[number])
            except SpecError:
                self._verdicts[number] = None
        return self._verdicts[number]


def _accepted(inputs: Mapping[str, Tensor], unit: int, load: Loader) -> _Scale | SpecError:
    """The inputs in the smallest usual steps that the network accepts, or why it accepts none."""
    step = gcd(unit, _USUAL_STEP)
    refused: SpecError | None = None
    while step <= _LARGEST_STEP:
        scale = _Scale(inputs, unit, step)
        try:
            load(scale.at(scale.given + 1))
        except SpecError as error:
            refused = refused or error
            step *= 2
            continue
        return scale
    assert refused is not None
    return refused


def _axes(shape: Tensor) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The spatial sizes that stay, and those that are scaled."""
    if shape.layout != "map":
        return shape.spatial, ()
    return shape.spatial[:-2], shape.spatial[-2:]


def _parameters(graph: Graph) -> int:
    return sum(node.parameters() for node in graph.layers if node.owns_weights)
