"""What design points cost: many points at once, by the same code that analyzes one network.

Variables of the spec, sizes of the input and the batch are values that vary over the points, and the spec is expanded
with them. Where something is asked of a value that the points answer differently (a condition, how often a loop turns,
a text in an error) the points are parted by their answers, and the spec is expanded for each part.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from cnncost.errors import SpecError
from cnncost.language.family import Family, read_family
from cnncost.metrics import Analysis
from cnncost.settings import Settings, batch_of
from cnncost.spaces.evaluation.given import element_named, grouped, is_shape
from cnncost.spaces.evaluation.quantities import quantity
from cnncost.spaces.figures import UNKNOWN, Figures
from cnncost.symbolic.columns.column import column
from cnncost.symbolic.tracing import Split, Trace, Traced

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cnncost.spaces.evaluation.given import Given, Place
    from cnncost.spaces.points import Points

USUAL = ("params", "macs", "flops", "activation_bytes")
"""The figures of a point, where nobody asks for others."""


class Evaluator:
    """What points of a design space cost.

    It can be pickled: it holds what it was made with, and reads the spec where it is used first.

    Args:
        spec: as for :func:`cnncost.analyze`, settings behind an ``@`` included.
        figures: names of totals: of metrics, of estimates, and ``count:NAME`` of conventions.
        settings: how the network runs, as keywords of :func:`cnncost.analyze`: `mode`, `dtype`, `convention`, ...
        set: variables that are set at all points.
        input: the input shape at all points that have none of their own.

    >>> from cnncost.spaces.points import Points
    >>> evaluator = Evaluator("lenet5", ["params", "macs"])
    >>> evaluator.evaluate(Points({"classes": [10, 100], "batch": [1, 8]})).row(1)
    {'params': 69356, 'macs': 3392640}
    """

    def __init__(
        self,
        spec: str | Path,
        figures: Sequence[str] = USUAL,
        settings: Mapping[str, Any] | None = None,
        *,
        set: Mapping[str, object] | None = None,  # noqa: A002 - the language's own word
        input: object = None,  # noqa: A002 - likewise
    ) -> None:
        self.spec = spec
        self.figures = tuple(figures)
        self.set = dict(set or {})
        self.input = input
        self._settings = dict(settings or {})

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in ("family", "settings")}

    @cached_property
    def family(self) -> Family:
        """The networks of the spec.

        Raises:
            SpecError: there is no such spec.
        """
        return read_family(self.spec, self.set)

    @cached_property
    def settings(self) -> Settings:
        """How the network runs.

        Raises:
            SpecError: unknown settings, or ones that exclude each other.
        """
        return Settings.checked(**self._settings)

    def evaluate(self, points: Points) -> Figures:
        """The figures of some points, and what is wrong with those that do not hold.

        Raises:
            SpecError: what holds for no point: no such spec, figure, variable or setting.
        """
        quantities = {name: quantity(name) for name in self.figures}
        self._refuse_unknown(points, self.family, self.settings)
        found = _Found(self.figures, len(points))
        with np.errstate(all="ignore"):
            for given in grouped(points):
                waiting = [np.arange(len(given.places))]
                while waiting:
                    part = waiting.pop()
                    try:
                        self._evaluate(given, part, quantities, found)
                    except Split as split:
                        waiting += [part[places] for places in parted(split.numbers)]
        return found.figures()

    def _refuse_unknown(self, points: Points, family: Family, settings: Settings) -> None:
        for name in points.columns:
            if name != "batch" and not is_shape(name):
                family.refuse_unless_variable(element_named(name)[0])

    def _evaluate(self, given: Given, part: Any, quantities: Mapping[str, Any], found: _Found) -> None:
        """The figures of points that are not yet known to differ.

        Raises:
            Split: they do.
        """
        trace, places = Trace(len(part)), given.places[part]
        try:
            analysis = self._analysis(given, _traced(trace, given.numbers, part))
            totals = {name: compute(analysis) for name, compute in quantities.items()}
        except SpecError as error:
            found.refuse(places, str(error))
            return
        for name, total in totals.items():
            found.put(name, places, total)

    def _analysis(self, given: Given, numbers: Mapping[Place, Any]) -> Analysis:
        """The analysis of the networks of some points.

        Raises:
            SpecError: they do not hold.
        """
        batch = numbers.get(("batch", ()), given.fixed.get("batch", self.settings.batch))
        settings = self.settings._replace(batch=batch_of(batch))
        values: dict[str, Any] = {}
        elements: dict[str, list[Any]] = {}
        for (name, _), number in numbers.items():
            variable, places = element_named(name)
            if places:
                elements.setdefault(variable, []).append((places, number))
            elif name != "batch" and not is_shape(name):
                values[name] = number
        written = {name: value for name, value in given.fixed.items() if name != "batch" and not is_shape(name)}
        return Analysis(self.family.network(values, elements, self._shapes(given, numbers), written), settings)

    def _shapes(self, given: Given, numbers: Mapping[Place, Any]) -> object:
        """Shapes of inputs as :func:`cnncost.analyze` takes them."""
        shapes = {name: [numbers[name, (axis,)] for axis in range(rank)] for name, rank in given.shapes.items()}
        shapes |= {name: value for name, value in given.fixed.items() if is_shape(name)}
        if not shapes:
            return self.input
        if "input" in shapes:
            return shapes["input"]
        return {name.removeprefix("input."): shape for name, shape in shapes.items()}


def _traced(trace: Trace, numbers: Mapping[Place, Any], part: Any) -> dict[Place, Any]:
    """The numbers as values of a trace; columns that are the same are one value."""
    values: dict[Place, Traced] = {}
    for place, array in numbers.items():
        value = trace.add(column(array[part]))
        values[place] = next((other for other in values.values() if _is_same(other, value)), value)
    return values


def _is_same(one: Traced, other: Traced) -> bool:
    return one.column.kind is other.column.kind and bool(np.array_equal(one.column.numbers, other.column.numbers))


def parted(numbers: Any) -> list[Any]:
    """The places of equal numbers, together."""
    _, group_of = np.unique(numbers, return_inverse=True)
    order = np.argsort(group_of, kind="stable")
    ends = np.cumsum(np.bincount(group_of))
    return np.split(order, ends[:-1])


class _Found:
    """The figures so far."""

    def __init__(self, names: Sequence[str], points: int) -> None:
        self.columns: dict[str, Any] = {name: np.full(points, UNKNOWN, dtype=np.int64) for name in names}
        self.errors: list[str | None] = [None] * points

    def refuse(self, places: Any, text: str) -> None:
        for place in places.tolist():
            self.errors[place] = text

    def put(self, name: str, places: Any, total: Any) -> None:
        if total is None:
            return
        numbers = total.column.of(len(places)) if type(total) is Traced else total
        is_large = numbers.dtype == object if isinstance(numbers, np.ndarray) else numbers >= 2**63
        if is_large:
            self.columns[name] = self.columns[name].astype(object)
        self.columns[name][places] = numbers

    def figures(self) -> Figures:
        return Figures(self.columns, self.errors)
