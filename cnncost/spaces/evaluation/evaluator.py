"""What design points cost: many points at once, by the same code that analyzes one network.

Variables of the spec, sizes of the input and the batch are values that vary over the points, and the spec is expanded
with them. Where something is asked of a value that the points answer differently (a condition, how often a loop turns,
a text in an error) the points are parted by their answers, and the spec is expanded for each part.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from cnncost.language.family import Family, read_family
from cnncost.language.request import setting_node
from cnncost.metrics import Analysis
from cnncost.metrics.step_latency import LATENCY, refuse_unpredicted
from cnncost.settings import Settings, batch_of
from cnncost.spaces.evaluation.found import Found
from cnncost.spaces.evaluation.given import element_named, grouped, is_shape
from cnncost.spaces.evaluation.known import Known
from cnncost.spaces.evaluation.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cnncost.spaces.evaluation.given import Given, Place
    from cnncost.spaces.evaluation.quantities import Quantity
    from cnncost.spaces.figures import Figures
    from cnncost.spaces.points import Points

AT_ONCE = 4096
"""Points whose numbers lie in a processor's cache, and whose columns in memory."""

_MADE = ("family", "settings")
"""What is read where it is used first."""

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
        self._known: dict[Any, Known] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**{name: value for name, value in vars(self).items() if name not in _MADE}, "_known": {}}

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
            SpecError: unknown settings, ones that exclude each other, or a latency without a device that predicts it.
        """
        settings = Settings.checked(**self._settings)
        if LATENCY.name in self.figures:
            refuse_unpredicted(settings.device)  # bounds are in no order that times are in
        return settings

    def evaluate(self, points: Points) -> Figures:
        """The figures of some points, and what is wrong with those that do not hold.

        Raises:
            SpecError: what holds for no point: no such spec, figure, variable or setting.
        """
        quantities = [quantity(name) for name in self.figures]
        self._refuse_unknown(points, self.family, self.settings)
        found = Found(self.figures, len(points))
        with np.errstate(all="ignore"):
            for start in range(0, len(points), AT_ONCE):
                for given in grouped(points.part(start, start + AT_ONCE), start):
                    totals = partial(self._totals, given, quantities)
                    self._known.setdefault(given.structure, Known()).evaluate(given, found, totals)
        return found.figures()

    def _refuse_unknown(self, points: Points, family: Family, settings: Settings) -> None:
        for name in points.columns:
            if name != "batch" and not is_shape(name):
                family.refuse_unless_variable(element_named(name)[0])

    def _totals(self, given: Given, quantities: Sequence[Quantity], numbers: Sequence[Any]) -> list[Any]:
        """The figures of the networks of some points.

        Raises:
            SpecError: they do not hold.
            Split: they differ in what is asked.
        """
        analysis = self._analysis(given, dict(zip(given.numbers, numbers, strict=True)))
        return [compute(analysis) for compute in quantities]

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
        written: dict[str, Any] = {}
        for name, value in given.fixed.items():
            variable, places = element_named(name)
            if places:
                elements.setdefault(variable, []).append((places, setting_node(name, value)))
            elif name != "batch" and not is_shape(name):
                written[name] = value
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
