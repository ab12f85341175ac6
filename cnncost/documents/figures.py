"""Figures by name, as the registry of metrics has them: a metric that is defined at run time is among them too."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from cnncost.metrics import METRICS
from cnncost.metrics import convolution_algorithms as algorithms
from cnncost.metrics.analysis import metric_called
from cnncost.metrics.estimate import ESTIMATES, Estimate
from cnncost.metrics.figures import Figures
from cnncost.metrics.metric import Metric
from cnncost.metrics.step_latency import ON_DEVICE
from cnncost.metrics.step_memory import STEP_METRICS
from cnncost.validation import Count, Fraction, Whole

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

_HOW_TOTALLED = {"sum": "the sum over all layers", "max": "the largest of all layers"}


class FiguresOf:
    """Annotates a mapping with a value for every metric of the registry, and perhaps for those of the algorithms.

    Args:
        value: the type of each. about: what the schema says of each. make: what the mapping becomes.
        whole: whether it is of a whole network, which has every estimate too.
    """

    def __init__(
        self, value: Any, about: Callable[[Metric | Estimate], str], make: Callable[[Any], object], *, whole: bool
    ) -> None:
        self.value, self.about, self.make, self.whole = value, about, make, whole

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def read(values: Mapping[str, Any]) -> object:
            return self.make(in_order(values, whole=self.whole))

        plain = handler.generate_schema(dict[str, self.value])  # type: ignore[name-defined]  # a type at run time
        written = core_schema.plain_serializer_function_ser_schema(dict)
        return core_schema.no_info_after_validator_function(read, plain, serialization=written)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        value = handler(schema)["additionalProperties"]
        about = {name: self.about(_called(name)) for name in names(whole=self.whole)}
        return {
            "type": "object",
            "properties": {name: value | {"description": text} for name, text in about.items()},
            "required": [*required_names(whole=self.whole)],
            "additionalProperties": False,
        }


def required_names(*, whole: bool = False) -> Iterator[str]:
    """The figures that every report has: of a layer, or of a whole network."""
    yield from METRICS
    yield from STEP_METRICS
    if whole:
        yield from ESTIMATES


def names(*, whole: bool = False) -> Iterator[str]:
    """The figures that every report has, and those that it has only when it was asked for them."""
    yield from required_names(whole=whole)
    if whole:
        yield from ON_DEVICE
    yield from algorithms.names()


def in_order(values: Mapping[str, Any], *, whole: bool = False) -> dict[str, Any]:
    """The values in the order of the registry.

    Raises:
        PydanticCustomError: a figure that every report has is absent, or a name is that of no figure.
    """
    refuse_other_names(values, whole=whole)
    return {name: values[name] for name in names(whole=whole) if name in values}


def refuse_other_names(given: Collection[str], *, whole: bool = False) -> None:
    """Refuse the absence of a figure that every report has, and a name that is that of no figure.

    Raises:
        PydanticCustomError: either of them.
    """
    for name in required_names(whole=whole):
        if name not in given:
            raise PydanticCustomError("figure_missing", "has no figure `{name}`", {"name": name})
    for name in set(given).difference(names(whole=whole)):
        raise PydanticCustomError("figure_unknown", "has an unknown figure `{name}`", {"name": name})


def _called(name: str) -> Metric | Estimate:
    estimates = ESTIMATES | ON_DEVICE
    return estimates[name] if name in estimates else metric_called(name)


def about_total(figure: Metric | Estimate) -> str:
    """What a figure of a whole network is: an estimate, or the total of a metric.

    >>> about_total(METRICS["im2col_bytes"])
    'Bytes of the im2col matrix for the whole batch; one buffer serves every layer; the largest of all layers'
    """
    return f"{figure.about}; {_HOW_TOTALLED[figure.total]}" if isinstance(figure, Metric) else figure.about


Totals = Annotated[Figures, FiguresOf(Count | None, about_total, Figures, whole=True)]
"""Figures of a whole network."""

BlockFigures = Annotated[Figures, FiguresOf(Count | None, lambda figure: figure.about, Figures, whole=False)]
"""Figures of a part of a network."""

Ratios = Annotated[
    Mapping[str, float | None],
    FiguresOf(Fraction | None, lambda figure: f"ratio of the totals of `{figure.name}`", dict, whole=True),
]
Changes = Annotated[
    Mapping[str, int | None],
    FiguresOf(Whole | None, lambda figure: f"difference in `{figure.name}`, second less first", dict, whole=False),
]
