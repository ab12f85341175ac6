"""Reports and comparisons as data frames: a row for each layer, or for each network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncost.frames import data_frame
from cnncost.layers.base.costs import Operations
from cnncost.metrics.metric import Unit
from cnncost.report.rows import block_of
from cnncost.report.totals import counted, quantity_called, total_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnncost.metrics.receptive_field.figures import ReceptiveField
    from cnncost.report.comparison import Comparison
    from cnncost.report.report import Report
    from cnncost.report.rows import Row

_AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""What the axes of a sample are called, by how many there are."""
_PER_AXIS: dict[str, type] = {"size": int, "jump": float, "start_padding": float, "center": float}
"""The figures of a receptive field that there is one of for each axis, whole or not."""
_IN_PIXELS = tuple([f"receptive_field_{name}_" for name in _PER_AXIS])
"""How their columns begin."""
_FLAGS = {"aligned": "aligned", "global": "is_global", "bound": "is_bound"}
"""What else is said of it, by the names that the JSON has."""


def layers_frame(report: Report) -> Any:
    """The rows of a report, by their names.

    Raises:
        SpecError: pandas is not installed.
    """
    rows = report.rows
    several = {name: [row.counts[each.convention] for row in rows] for name, each in counted(report).items()}
    figures = {name: [row.figures[name] for row in rows] for name in report.metrics}
    columns: dict[str, Sequence[Any]] = {
        "type": [row.type for row in rows],
        "block": [block_of(row.name, 1) for row in rows],
        "inputs": [row.inputs for row in rows],
        "output_shape": [row.output_shape for row in rows],
        "kernel": [row.kernel for row in rows],
        "stride": [row.stride for row in rows],
        **figures,
        **several,
        **_operations(rows),
        "flops_per_byte": [row.flops_per_byte for row in rows],
        **({"cheapest_algorithm": [row.cheapest_algorithm for row in rows]} if report.totals.by_algorithm else {}),
        **_receptive_fields(report),
        "layers": [row.count for row in rows],
    }
    fractions = ["flops_per_byte", *(name for name in columns if name.startswith(_IN_PIXELS))]
    types = dict.fromkeys([*figures, *several], int) | dict.fromkeys(fractions, float)
    attrs = {
        "name": report.name,
        "source": report.source,
        **report.settings.to_dict(),
        "inputs": {name: list(shape) for name, shape in report.inputs.items()},
        "units": _units_of_columns(columns, report),
    }
    return data_frame(columns, index=[row.name for row in rows], index_name="layer", types=types, attrs=attrs)


def networks_frame(comparison: Comparison) -> Any:
    """The networks of a comparison, by their names: settings, totals, and each over that of the baseline.

    Raises:
        SpecError: pandas is not installed.
    """
    reports = comparison.reports
    names = (*comparison.metrics, *comparison.counted)
    columns: dict[str, Sequence[Any]] = {
        **{name: [report.settings.to_dict()[name] for report in reports] for name in reports[0].settings.to_dict()},
        "input_shapes": [tuple(report.inputs.values()) for report in reports],
        "layers": [sum(row.count for row in report.rows) for report in reports],
    }
    for name in names:
        columns[name] = [total_of(report, name) for report in reports]
        columns[f"{name}_ratio"] = [comparison.ratio(name, place) for place in range(len(reports))]
    types = {**dict.fromkeys(names, int), **{f"{name}_ratio": float for name in names}}
    attrs = {"baseline": comparison.names[comparison.baseline], "units": _units_of_columns(columns, reports[0])}
    return data_frame(columns, index=comparison.names, index_name="network", types=types, attrs=attrs)


def _units_of_columns(columns: Iterable[str], report: Report) -> dict[str, str]:
    """The unit of each column that has one."""
    units = {name: _unit(name, report) for name in report.totals}
    units |= {name: count.counts for name, count in counted(report).items()}
    found = {name: "pixels" if name.startswith(_IN_PIXELS) else units.get(name) for name in columns}
    return {name: unit for name, unit in found.items() if unit is not None}


def _unit(name: str, report: Report) -> str:
    """What a figure is counted in: FLOPs are what the convention counts."""
    quantity = quantity_called(name)
    assert quantity is not None  # totals are of figures that there are
    return report.settings.convention.unit if quantity.unit is Unit.FLOPS else quantity.unit.value


def _operations(rows: Sequence[Row]) -> dict[str, Sequence[int | None]]:
    """Operations of the forward pass, a column for each kind."""
    return {f"{kind}_operations": [getattr(row.operations, kind, None) for row in rows] for kind in Operations._fields}


def _receptive_fields(report: Report) -> dict[str, Sequence[Any]]:
    """What a unit sees, a column for each figure and axis; with the input that it sees where there are several."""
    fields = [row.receptive_field for row in report.rows]
    axes = dict.fromkeys(axis for field in fields if field is not None for axis in _axes(field))
    columns: dict[str, Sequence[Any]] = {}
    for name, number in _PER_AXIS.items():
        columns |= {
            f"receptive_field_{name}_{axis}": [_along(axis, name, number, field) for field in fields] for axis in axes
        }
    for flag, attribute in _FLAGS.items():
        columns[f"receptive_field_{flag}"] = [field and getattr(field, attribute) for field in fields]
    if len(report.inputs) > 1:
        columns["receptive_field_input"] = [_input_of(row) for row in report.rows]
    return columns


def _axes(field: ReceptiveField) -> tuple[str, ...]:
    return _AXES.get(len(field.size)) or tuple(map(str, range(len(field.size))))


def _along(axis: str, name: str, number: type, field: ReceptiveField | None) -> int | float | None:
    """A figure of a field along an axis; nothing where it has no such axis, or the figure is not known."""
    values = None if field is None else getattr(field, name)
    if field is None or values is None or axis not in _axes(field):
        return None
    value: int | float = number(values[_axes(field).index(axis)])
    return value


def _input_of(row: Row) -> str | None:
    """The input of the network that a row's receptive field is in."""
    seen = row.receptive_fields or {}
    return next((name for name, field in seen.items() if field == row.receptive_field), None)
