"""What a metric is: a function from an analysis to one value for each node, and all that is said of the figure.

>>> list(METRICS)[:3]
['params', 'trainable_params', 'buffers']
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Literal

from cnncost.records import NamedTuple
from cnncost.symbolic.domain import INTEGERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnncost.graph.graph import Node
    from cnncost.metrics.analysis import Analysis
    from cnncost.settings import Settings
    from cnncost.symbolic.domain import Domain

    Compute = Callable[[Analysis], Sequence[int | None]]

Total = Literal["sum", "max"]


class Unit(Enum):
    """What a figure is counted in, by its name for people."""

    PARAMETERS = "parameters"
    NUMBERS = "numbers"
    MACS = "MACs"
    FLOPS = "FLOPs"
    """What the convention counts: these, or MACs where a multiply-accumulate is one."""
    MULTIPLICATIONS = "multiplications"
    COUNT = "count"
    """A whole number of anything else."""
    BYTES = "bytes"
    SECONDS = "seconds"
    NANOSECONDS = "nanoseconds"


class AtLeast(NamedTuple):
    """A figure of which not all is known."""

    value: int
    """What is known of it: it is not less."""


class Metric(NamedTuple):
    """One value for every layer, and what everybody needs to know who computes, adds up, shows or explains it."""

    name: str
    """In JSON, in columns and in the API; it ends in its unit where a bare number would not tell it."""
    unit: Unit
    about: str
    """One line for help texts and the JSON Schema."""
    heading: str
    """For people, above a column; ``{unit}`` stands for what the convention counts."""
    compute: Compute
    """One value for every node of an analysis; ``None`` where there is no answer."""
    total: Total = "sum"
    """How it adds up: ``sum`` over the layers, or ``max`` where one buffer serves all of them."""
    source: str = ""
    """Where the formula was published; empty where it is the layer's own, or the convention's."""
    title: str = ""
    """Its name for people where no column is around it; empty where that is the heading."""
    detail: str = ""
    """What the heading leaves unsaid: a second line below it."""
    symbol: str = ""
    """Its letter in the formulas of other metrics; empty where they write its own formula."""
    meaning: str = ""
    """What the letter stands for."""
    stored: bool = False
    """Whether it belongs to the weights, and so to the layer that owns them, whichever layers run."""
    trained: bool = False
    """Whether only weights that are trained have it."""
    by_convention: bool = False
    """Whether the rule of the convention counts it: its formula and its source are then those of the rule."""
    parts: Callable[[Settings], tuple[str, ...]] | None = None
    """The metrics that it is the sum of, where it is one."""
    needs: tuple[str, ...] = ()
    """The formulas of a layer that it is computed from; a gap in one of them makes a gap of it."""
    why_zero: Callable[[Analysis, Node], str] | None = None
    """Why it is zero at a node, in words, where neither ownership nor training says it; empty for no reason."""

    def totalled(self, values: Sequence[int | None], domain: Domain = INTEGERS) -> int | None:
        """Several values as one: their sum, or the largest where one buffer serves all; a gap makes a gap."""
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return None
        total: int = domain.sum(known) if self.total == "sum" else domain.largest(known)
        return total


METRICS: dict[str, Metric] = {}
"""The metrics of every report, in its order."""

CHEAPEST = "cheapest_multiplications"
"""The metric that tells a report by algorithm from one that is not."""


def metric(
    name: str, unit: Unit, about: str, *, heading: str | None = None, **more: Any
) -> Callable[[Compute], Compute]:
    """Register a function as the metric `name`; what else may be said of it are the fields of :class:`Metric`.

    Raises:
        TypeError: there is a metric of that name, or no such field.
    """

    def register(compute: Compute) -> Compute:
        if name in METRICS:
            raise TypeError(f"two metrics are called {name!r}")
        shown = name.replace("_", " ") if heading is None else heading
        METRICS[name] = Metric(name, unit, about, shown, compute, **more)
        return compute

    return register
