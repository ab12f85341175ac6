"""Figures by name, as the registry of metrics has them: a metric that is defined at run time is among them too."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from cnncost.metrics import METRICS
from cnncost.metrics import convolution_algorithms as algorithms
from cnncost.metrics.analysis import metric_called
from cnncost.metrics.figures import Figures
from cnncost.validation import Count, Fraction, Whole

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

    from cnncost.metrics.metric import Metric

_HOW_TOTALLED = {"sum": "the sum over all layers", "max": "the largest of all layers"}


class FiguresOf:
    """Annotates a mapping with a value for every metric of the registry, and perhaps for those of the algorithms.

    Args:
        value: the type of each. about: what the schema says of each. make: what the mapping becomes.
    """

    def __init__(self, value: Any, about: Callable[[Metric], str], make: Callable[[Any], object]) -> None:
        self.value, self.about, self.make = value, about, make

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def read(values: Mapping[str, Any]) -> object:
            return self.make(in_order(values))

        plain = handler.generate_schema(dict[str, self.value])  # type: ignore[name-defined]  # a type at run time
        written = core_schema.plain_serializer_function_ser_schema(dict)
        return core_schema.no_info_after_validator_function(read, plain, serialization=written)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        value = handler(schema)["additionalProperties"]
        return {
            "type": "object",
            "properties": {name: value | {"description": self.about(metric_called(name))} for name in names()},
            "required": [*METRICS],
            "additionalProperties": False,
        }


def names() -> Iterator[str]:
    """The metrics that every report has, and those that it has only when it was asked for them."""
    yield from METRICS
    yield from algorithms.names()


def in_order(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values in the order of the registry.

    Raises:
        PydanticCustomError: a metric that every report has is absent, or a name is that of no metric.
    """
    refuse_other_names(values)
    return {name: values[name] for name in names() if name in values}


def refuse_other_names(given: Collection[str]) -> None:
    """Refuse the absence of a metric that every report has, and a name that is that of no metric.

    Raises:
        PydanticCustomError: either of them.
    """
    for name in METRICS:
        if name not in given:
            raise PydanticCustomError("figure_missing", "has no figure `{name}`", {"name": name})
    for name in set(given).difference(names()):
        raise PydanticCustomError("figure_unknown", "has an unknown figure `{name}`", {"name": name})


def about_total(metric: Metric) -> str:
    """What the total of a metric is.

    >>> about_total(METRICS["im2col_bytes"])
    'Bytes of the im2col matrix for the whole batch; one buffer serves every layer; the largest of all layers'
    """
    return f"{metric.about}; {_HOW_TOTALLED[metric.total]}"


Totals = Annotated[Figures, FiguresOf(Count | None, about_total, Figures)]
"""Figures of a whole network."""

BlockFigures = Annotated[Figures, FiguresOf(Count | None, lambda metric: metric.about, Figures)]
"""Figures of a part of a network."""

Ratios = Annotated[
    Mapping[str, float | None],
    FiguresOf(Fraction | None, lambda metric: f"ratio of the totals of `{metric.name}`", dict),
]
Changes = Annotated[
    Mapping[str, int | None],
    FiguresOf(Whole | None, lambda metric: f"difference in `{metric.name}`, second less first", dict),
]
